//! A recorded pixel and an unrecorded one are the same bits, on every case and under every preset.

use nanobragg::image::Pixel;
use nanobragg::model::Preset;
use nanobragg::nest::pixel;
use nanobragg::trace::{Options, trace_pixel};
use nanobragg_testkit::cases;
use rayon::prelude::*;

#[test]
fn every_case_renders_to_the_same_bits_with_a_recorder() {
    cases().unwrap().par_iter().for_each(|case| {
        for preset in [Preset::Reference, Preset::Exact] {
            let plan = case.plan(&["-quirks", preset.name()]).unwrap();
            let (rows, columns) = plan.region.ranges();
            // Every row, every third pixel of it, and all of the first row, where the order-dependent quirks act.
            for slow in rows.clone() {
                let step = if slow == rows.start { 1 } else { 3 };
                for fast in columns.clone().skip(slow % step).step_by(step) {
                    let silent = pixel(&plan, Pixel { slow, fast }, &mut ());
                    let (recorded, _) = trace_pixel(
                        &plan,
                        Pixel { slow, fast },
                        Options { rot_stars: true, all_steps: true },
                    );
                    let name = preset.name();
                    assert_eq!(silent.to_bits(), recorded.to_bits(), "{} {name} {slow} {fast}", case.name);
                }
            }
        }
    });
}
