//! Derivatives of random experiments: sums against the definition in dual numbers, and against differences of images.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::ffi::OsString;

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{Derivatives, Parameter, definition, differences};
use nanobragg::image::Pixel;
use nanobragg::model::{Preset, StructureFactors};
use nanobragg::plan::Plan;
use nanobragg_config::{Context, classic, resolve};
use nanobragg_testkit::{SplitMix, gapped_table, random_flags};

/// A random experiment of a smooth shape.
fn plan(random: &mut SplitMix, table: Option<&StructureFactors>) -> Option<(Plan, String)> {
    let mut flags = random_flags(random);
    flags.extend(["-nodump", "-quirks", Preset::Exact.name()].map(str::to_owned));
    let parsed = classic::parse(flags.iter().map(OsString::from)).unwrap();
    let mut setup = resolve(&parsed, &Context::default()).unwrap();
    if let Some(table) = table {
        setup.experiment.structure_factors = table.clone();
    }
    // A round grid can cut off every direction: no experiment then.
    let plan = setup.experiment.plan().ok()?;
    Derivatives::new(&plan, &Parameter::named("misset")?).ok()?;
    Some((plan, flags.join(" ")))
}

/// All parameters that `plan` has.
fn all(plan: &Plan) -> Vec<Parameter> {
    let named = Parameter::names().into_iter().filter_map(|name| Parameter::named(&name));
    let single = named.filter(|found| found.len() == 1).flatten();
    single.filter(|&parameter| Derivatives::new(plan, &[parameter]).is_ok()).collect()
}

fn most(column: &[f64]) -> f64 {
    column.iter().fold(0.0, |most: f64, x| most.max(x.abs()))
}

#[test]
fn two_hundred_experiments_have_the_derivatives_of_the_definition() {
    let mut random = SplitMix(20_261_127);
    let table = gapped_table().unwrap();
    let (mut plans, mut compared) = (0, 0);
    while plans < 200 {
        let table = random.next_u64().is_multiple_of(3).then_some(&table);
        let Some((plan, flags)) = plan(&mut random, table) else { continue };
        plans += 1;
        let parameters = all(&plan);
        let derivatives = Derivatives::new(&plan, &parameters).unwrap();
        let columns = derivatives.columns(&Cpu::default(), &Control::default()).unwrap();
        let brightest = most(&columns.photons);
        let norms: Vec<f64> = columns.columns.iter().map(|column| most(column)).collect();
        for _ in 0..2 {
            let at = (random.next_u64() % columns.photons.len() as u64) as usize;
            let (slow, fast) = (at / columns.fast, at % columns.fast);
            if !plan.region.renders(slow, fast) {
                continue;
            }
            let expected = definition::pixel_slopes(&plan, &parameters, Pixel { slow, fast });
            for (number, expected) in expected.into_iter().enumerate() {
                let found = columns.columns[number][at];
                // Derivatives that are roundings of an image do not count.
                let norm = norms[number].max(1e-6 * brightest / parameters[number].natural_step());
                let apart = (found - expected).abs() / norm.max(1e-300);
                let name = parameters[number].name();
                assert!(apart < 1e-8, "{flags}: {name} at {slow} {fast}: {found} {expected}, {apart:.1e}");
                compared += 1;
            }
        }
    }
    assert!(compared > 8000, "{compared}");
}

#[test]
fn images_change_as_their_derivatives_say() {
    let mut random = SplitMix(20_261_128);
    let (cpu, control) = (Cpu::default(), Control::default());
    let (mut plans, mut compared, mut left_out) = (0, 0, 0);
    while plans < 60 {
        let Some((plan, flags)) = plan(&mut random, None) else { continue };
        plans += 1;
        let parameters = all(&plan);
        let parameter = parameters[(random.next_u64() % parameters.len() as u64) as usize];
        let derivatives = Derivatives::new(&plan, &[parameter]).unwrap();
        let columns = derivatives.columns(&cpu, &control).unwrap();
        let step = 2e-3 * parameter.natural_step();
        let differences = differences(&plan, parameter, step, &cpu, &control).unwrap().unwrap();
        let column = &columns.columns[0];
        let norm = most(column).max(1e-6 * most(&columns.photons) / parameter.natural_step());
        for (at, slope) in column.iter().enumerate() {
            // Faces between the cells of nodes cross such a pixel within the step.
            if differences.doubt[at] > 1e-5 * norm {
                left_out += 1;
                continue;
            }
            let apart = (slope - differences.slopes[at]).abs() / norm.max(1e-300);
            let name = parameter.name();
            assert!(apart < 1e-5, "{flags}: {name}, pixel {at}: {slope} {}", differences.slopes[at]);
            compared += 1;
        }
    }
    assert!(compared > 5000 && left_out < compared / 10, "{compared} {left_out}");
}
