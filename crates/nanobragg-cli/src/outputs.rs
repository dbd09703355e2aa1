//! Writing the images.

use std::path::Path;

use nanobragg::image::Image;
use nanobragg::noise::poisson_image;
use nanobragg::plan::Plan;
use nanobragg::statistics::{Counts, Statistics, auto_scale, scaled_bytes, scaled_counts};
use nanobragg_config::header::smv_entries;
use nanobragg_config::{DumpAction, Outputs};
use nanobragg_io::c_format::{f, g};
use nanobragg_io::dump::{DumpBox, write_dump};
use nanobragg_io::float::write_float;
use nanobragg_io::pgm::write_pgm;
use nanobragg_io::smv::write_smv;

use crate::console::Console;
use crate::misuse::Misuse;

/// Finds out before the render whether the folders of the outputs are there.
pub fn check_folders(outputs: &Outputs) -> Result<(), Misuse> {
    let paths = [&outputs.float, &outputs.int, &outputs.pgm, &outputs.noise];
    for path in paths.into_iter().flatten() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder
            && !folder.is_dir()
        {
            return Err(Misuse(format!(
                "cannot write {}: {} is not a folder",
                path.display(),
                folder.display()
            )));
        }
        if path.is_dir() {
            return Err(Misuse(format!("cannot write {}: it is a folder", path.display())));
        }
    }
    Ok(())
}

/// Writes the structure factors for the next run; failing at it is worth a warning only.
pub fn dump(console: Console, plan: &Plan, outputs: &Outputs) {
    let DumpAction::Write(path) = &outputs.dump else { return };
    let Some(bounds) = plan.structure_factors.bounds() else { return };
    let axis = |axis: usize| (bounds.min[axis], bounds.max[axis]);
    let index_box = DumpBox { h: axis(0), k: axis(1), l: axis(2) };
    match write_dump(path, &index_box, |h, k, l| plan.structure_factors.nearest([h, k, l])) {
        Ok(()) => {
            console.say(&format!("wrote the structure factors to {} for runs without -hkl", path.display()))
        }
        Err(error) => console.warn(&error.to_string()),
    }
}

/// Writes the images that are wanted.
pub fn images(
    console: Console,
    plan: &Plan,
    image: &Image,
    statistics: &Statistics,
    outputs: &Outputs,
) -> anyhow::Result<()> {
    let span = tracing::info_span!("write");
    let _entered = span.enter();
    if let Some(path) = &outputs.float {
        write_float(path, image.pixels())?;
        console.say(&format!("wrote {}: {} floats", path.display(), image.pixels().len()));
    }
    let scale = if outputs.scale > 0.0 { outputs.scale } else { auto_scale(statistics.max) };
    if let Some(path) = &outputs.int {
        let counts = scaled_counts(plan, image, scale, outputs.adc_offset);
        write_counts(plan, path, &counts)?;
        console.say(&format!("wrote {}: {} counts a photon", path.display(), g(scale, 6)));
        saturated(console, path, &counts);
    }
    if let Some(path) = &outputs.pgm {
        let scale = match outputs.pgm_scale {
            given if given > 0.0 => given,
            _ if statistics.rmsd > 0.0 => 250.0 / (5.0 * statistics.rmsd),
            _ => scale,
        };
        let bytes = scaled_bytes(plan, image, scale);
        write_pgm(path, image.fast(), image.slow(), &format!("pixels scaled by {}", g(scale, 6)), &bytes)?;
        console.say(&format!("wrote {}: {} grey levels a photon", path.display(), g(scale, 6)));
    }
    if let Some(path) = &outputs.noise {
        let noisy = poisson_image(plan, image, outputs.adc_offset);
        write_counts(plan, path, &noisy.counts)?;
        let seed = plan.resolved.noise.seed;
        console.say(&format!("wrote {}: {} photons, -seed {seed}", path.display(), f(noisy.photons, 0)));
        saturated(console, path, &noisy.counts);
    }
    Ok(())
}

fn write_counts(plan: &Plan, path: &Path, counts: &Counts) -> anyhow::Result<()> {
    let (fast, slow) = (plan.region.image_fast, plan.region.image_slow);
    write_smv(path, &smv_entries(plan), fast, slow, &counts.pixels)?;
    Ok(())
}

fn saturated(console: Console, path: &Path, counts: &Counts) {
    if counts.saturated > 0 {
        console.warn(&format!("{}: {} pixels saturated at 65535", path.display(), counts.saturated));
    }
}
