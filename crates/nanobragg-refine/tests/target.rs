//! What the refinement is built on: normal equations of groups against rows of the Jacobian.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{Derivatives, LabAxis, LatticeAxis, Parameter, PixelGroups, Weighed};
use nanobragg_testkit::stills::{StillKind, still};

const PARAMETERS: [Parameter; 4] =
    [Parameter::Scale, Parameter::Turn(LabAxis::Y), Parameter::Cells(LatticeAxis::B), Parameter::Mosaic];

#[test]
fn equations_of_groups_are_those_of_their_pixels() {
    let still = still(1, &StillKind::default()).unwrap();
    let pixels: Vec<[u32; 2]> = (0..300).map(|number| [450 + number % 17, 440 + number / 17]).collect();
    let group: Vec<u32> = (0..300).map(|number| number / 110).collect();
    let further = [(0..300).map(f64::from).collect::<Vec<_>>()];
    let derivatives = Derivatives::new(&still.start, &PARAMETERS).unwrap();
    let (cpu, control) = (Cpu::default(), Control::default());
    let rows = derivatives.rows(&cpu, &pixels, &control).unwrap();
    let weighed = |at: usize| Weighed { weight: 1.0 + (at % 3) as f64, residual: (at % 7) as f64 - 3.0 };
    let groups = PixelGroups { pixels: &pixels, group: &group, further: &further };
    let found = derivatives.normal_of_groups(&cpu, groups, &|at, _| weighed(at), &control).unwrap();
    assert_eq!(found.photons, rows.photons);
    assert_eq!(found.groups.len(), 3);
    let column = |at: usize, number: usize| match number {
        0..4 => rows.rows[at][number],
        4 => rows.photons[at],
        _ => further[0][at],
    };
    for (number, normal) in found.groups.iter().enumerate() {
        let own = || (0..300).filter(|&at| group[at] as usize == number);
        for row in 0..6 {
            let sum: f64 = own().map(|at| weighed(at).weight * weighed(at).residual * column(at, row)).sum();
            let size: f64 = own().map(|at| (9.0 * column(at, row)).abs()).sum();
            assert!((normal.vector[row] - sum).abs() <= 1e-10 * size, "{row}");
            for other in 0..6 {
                let terms = || own().map(|at| weighed(at).weight * column(at, row) * column(at, other));
                let (sum, size): (f64, f64) = (terms().sum(), terms().map(f64::abs).sum());
                assert!((normal.matrix[(row, other)] - sum).abs() <= 1e-9 * size, "{row} {other}");
            }
        }
    }
}
