//! Random experiments over all options that shape a pixel.

use nanobragg::backend::{Control, Unsupported};
use nanobragg::model::Preset;
use nanobragg_testkit::{SplitMix, gapped_table, random_flags};
use nanobragg_wgpu::Precision;

use crate::comparison::Differences;
use crate::device::{definition, plan, renderer};

/// What a term may weigh, of the brightest pixel, whose index lies so close to the face between two nodes that its last
/// bit decides which one is nearest: spots that are cut off there jump. It is met once in these draws.
const FACE: f64 = 1e-10;

#[test]
fn random_experiments_agree_with_the_definition() {
    let Some(mut single) = renderer(Precision::Single) else { return };
    let mut double = renderer(Precision::Double);
    let mut random = SplitMix(20_261_124);
    let table = gapped_table().unwrap();
    let (mut rendered, mut refused, mut faces, mut worst) = (0, 0, 0, [Differences::NONE; 2]);
    for draw in 0..220 {
        let mut flags = random_flags(&mut random);
        if draw % 7 == 0 {
            flags.extend(["-oversample_omega", "-oversample_polar", "-oversample_thick"].map(str::to_owned));
        }
        let preset = Preset::ALL[draw % Preset::ALL.len()];
        let Some(plan) = plan(&flags, preset, (draw % 3 == 0).then_some(&table)) else { continue };
        let expected = definition(&plan);
        for (at, renderer) in [Some(&mut single), double.as_mut()].into_iter().flatten().enumerate() {
            let precision = renderer.precision();
            match renderer.photons(&plan, &Control::default()) {
                Ok(photons) => {
                    let differences = Differences::of(&plan, &expected, &photons);
                    let name = || format!("{} {} {}", precision.name(), preset.name(), flags.join(" "));
                    if precision == Precision::Double && !differences.pass(precision) {
                        faces += 1;
                        assert!(differences.of_max <= FACE, "{}: {differences:?}", name());
                    } else {
                        assert!(differences.pass(precision), "{}: {differences:?}", name());
                    }
                    worst[at] = worst[at].worst(differences);
                    rendered += 1;
                }
                Err(error) if error.unsupported() == Some(&Unsupported::RunningSumFactors) => {
                    assert!(plan.factors.depend_on_order());
                    refused += 1;
                }
                Err(error) => panic!("{}: {error}", flags.join(" ")),
            }
        }
    }
    eprintln!("{rendered} images, {refused} refused, worst in f32 and f64: {worst:?}");
    assert!(rendered >= 200 && refused > 0, "{rendered} {refused}");
    assert!(faces <= 1, "{faces} images differ by more than rounding");
}
