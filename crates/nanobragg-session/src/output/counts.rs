//! 32-bit counts as miniCBF and NXmx.

use nanobragg::counting::{MOST, PhotonCounts, poisson_counts, rounded_counts};
use nanobragg_io::c_format::f;
use nanobragg_io::cbf::write_cbf;
use nanobragg_io::nexus::StackWriter;

use super::{PROGRAM, Writer, saturated, wrote};
use crate::header::{mini_header, stack_setting};
use crate::{Counting, Error, Outputs, Watch};

/// What the detector counts.
pub(super) fn of(writer: &Writer<'_>) -> PhotonCounts {
    match writer.outputs.counting {
        Counting::Poisson => poisson_counts(writer.plan, writer.image),
        Counting::Rounded => {
            let scale = if writer.outputs.scale > 0.0 { writer.outputs.scale } else { 1.0 };
            rounded_counts(writer.plan, writer.image, scale)
        }
    }
}

pub(super) fn write(writer: &Writer<'_>, watch: &Watch<'_>) -> Result<(), Error> {
    let Outputs { cbf, nexus, counting, .. } = writer.outputs;
    if cbf.is_none() && nexus.is_none() {
        return Ok(());
    }
    let counts = writer.counts();
    let sum: f64 = counts.pixels.iter().map(|&count| f64::from(count.max(0))).sum();
    let seed = writer.plan.resolved.noise.seed;
    let content = match counting {
        Counting::Poisson => format!("{} photons, -seed {seed}", f(sum, 0)),
        Counting::Rounded => format!("{} counts without noise", f(sum, 0)),
    };
    if let Some(path) = cbf {
        write_cbf(path, &mini_header(writer.plan, counts), &counts.pixels)?;
    }
    if let Some(path) = nexus {
        let stack = StackWriter::create(path, &stack_setting(writer.plan, 0.0, PROGRAM), 1)?;
        stack.write(0, &counts.pixels)?;
        stack.finish()?;
    }
    for path in [cbf, nexus].into_iter().flatten() {
        wrote(watch, path, &content);
        saturated(watch, path, counts.cut, MOST);
    }
    Ok(())
}
