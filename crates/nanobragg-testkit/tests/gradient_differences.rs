//! Derivatives of the definition against differences of it: some of the experiments of `cargo xtask slopes`, and edge cases.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::num::NonZeroU32;

use nanobragg::gradient::{Derivatives, Parameter, definition};
use nanobragg::image::Pixel;
use nanobragg::model::{Experiment, Mosaicity, PixelGrid, Rotation, Shape, UnitCell};
use nanobragg::nest::{Needs, Sink, Term, TermIndex, pixel};
use nanobragg::plan::Plan;
use nanobragg_testkit::slopes::{KINDS, SHAPES, Tallies, compare, compare_at, parameters, trial};

fn settled(tallies: &Tallies, least: usize) {
    let wrong: Vec<&String> = tallies.values().flat_map(|tally| &tally.wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let count = |of: fn(&nanobragg_testkit::slopes::Tally) -> usize| tallies.values().map(of).sum::<usize>();
    let compared = count(|tally| tally.compared);
    let left_out = count(|tally| tally.at_faces + tally.unsettled);
    assert!(compared >= least && left_out * 10 < compared, "{compared} {left_out}");
}

#[test]
fn twenty_experiments_change_as_their_derivatives_say() {
    let mut tallies = Tallies::new();
    for number in 0..20 {
        // Every kind and every shape.
        let number = number + number / SHAPES.len() * SHAPES.len() * (KINDS.len() / 4);
        compare(&trial(number, 20_261_127).unwrap(), &mut tallies).unwrap();
    }
    settled(&tallies, 2000);
    assert!(tallies.len() > 45, "{}", tallies.len());
}

/// An experiment one of whose pixels sees the beam: its indices are whole numbers.
fn at_the_beam(shape: Shape) -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 85.0, 95.0, 100.0).unwrap(), 50.0);
    experiment.crystal = experiment.crystal.with_cells(3, 4, 5).unwrap().with_shape(shape);
    let mosaicity = Mosaicity::Domains { spread: 0.01, count: 3 };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
    experiment.rotation = Rotation::over(0.1, 0.05, 2).unwrap();
    experiment.detector.pixels = PixelGrid::new(11, 11, 1e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment
}

struct Farthest(f64);

impl Sink<f64> for Farthest {
    const NEEDS: Needs = Needs::ALL_TERMS;

    fn term(&mut self, _at: TermIndex, term: &Term<'_, f64>) {
        for (h, node) in term.indices.hkl.iter().zip(term.indices.nearest_i32()) {
            self.0 = self.0.max((h - f64::from(node)).abs());
        }
    }
}

fn finite(plan: &Plan, at: Pixel) {
    for parameter in parameters(plan, [0; 3]) {
        let slope = definition::pixel_slopes(plan, &[parameter], at)[0];
        let rows = Derivatives::new(plan, &[parameter]).unwrap();
        let pixel = [[at.slow as u32, at.fast as u32]];
        let row = rows.rows(&nanobragg::backend::Cpu::default(), &pixel, &Default::default()).unwrap();
        let found = row.rows[0][0];
        assert!(slope.is_finite() && found.is_finite(), "{}: {slope} {found}", parameter.name());
    }
}

#[test]
fn whole_indices_have_finite_derivatives() {
    for shape in SHAPES {
        let plan = at_the_beam(shape).plan().unwrap();
        let farthest = |at: Pixel| {
            let mut farthest = Farthest(0.0);
            pixel(&plan, at, &mut farthest);
            farthest.0
        };
        let all = (0..121).map(|at| Pixel { slow: at / 11, fast: at % 11 });
        let middle = all.min_by(|&one, &other| farthest(one).total_cmp(&farthest(other))).unwrap();
        assert!(farthest(middle) < 1e-12, "{shape:?} {middle:?} {}", farthest(middle));
        finite(&plan, middle);
        let mut tallies = Tallies::new();
        compare_at(
            &plan,
            &[middle, Pixel { slow: middle.slow - 1, ..middle }],
            "whole indices",
            &mut tallies,
        );
        settled(&tallies, 50);
    }
}

#[test]
fn single_cells_and_no_spread_at_all_have_derivatives() {
    for shape in SHAPES {
        let mut experiment = at_the_beam(shape);
        experiment.crystal = experiment.crystal.with_cells(1, 1, 1).unwrap();
        let plan = experiment.plan().unwrap();
        let spread = experiment.crystal.with_cells(3, 1, 4).unwrap();
        experiment.crystal = spread;
        let mut numbers = *experiment.plan().unwrap().parameters();
        numbers.spread = 0.0;
        let unspread = experiment.plan().unwrap().place(&numbers);
        for (plan, name) in [(&plan, "single cells"), (&unspread, "no spread")] {
            let pixels = [(5, 5), (2, 9), (8, 1)].map(|(slow, fast)| Pixel { slow, fast });
            pixels.iter().for_each(|&at| finite(plan, at));
            let mut tallies = Tallies::new();
            compare_at(plan, &pixels, name, &mut tallies);
            settled(&tallies, 60);
        }
        // A square crystal of one cell is a cell: its photons do not know where it is.
        if shape == Shape::Square {
            let turn = Parameter::named("turn").unwrap();
            let slopes = definition::pixel_slopes(&plan, &turn, Pixel { slow: 2, fast: 9 });
            let photons = pixel(&plan, Pixel { slow: 2, fast: 9 }, &mut ());
            assert!(slopes.iter().all(|slope| slope.abs() < 1e-9 * photons), "{slopes:?} {photons}");
        }
    }
}
