//! The instrument, for other programs.

use nanobragg::plan::Plan;
use nanobragg_io::geometry::{GeometryFormat, write_geometry};

use super::Content;
use super::writer::wrote;
use crate::header::{FrameDescription, about, instrument};
use crate::{Error, Job, Watch};

/// Writes the descriptions of the instrument that `job` wants; `plan` is that of its first panel.
pub(crate) fn instruments(watch: &Watch<'_>, plan: &Plan, job: &Job) -> Result<(), Error> {
    let wanted: Vec<_> = job
        .outputs
        .iter()
        .filter_map(|output| match output.content {
            Content::Instrument(format) => Some((&output.path, format)),
            _ => None,
        })
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let others: Vec<Plan> =
        (1..job.panels.len()).map(|number| job.experiment(number).plan()).collect::<Result<_, _>>()?;
    let names = job.panels.iter().map(|panel| panel.name.as_str()).chain(["Panel"]);
    let panels: Vec<(&str, &Plan)> = names.zip([plan].into_iter().chain(&others)).collect();
    let frame = FrameDescription { provenance: job.provenance.clone(), ..FrameDescription::of(plan) };
    let Some(geometry) = instrument(&panels) else { return Ok(()) };
    for (path, format) in wanted {
        write_geometry(path, format, &geometry, &about(plan, &frame, 1))?;
        wrote(watch, path, said(format));
    }
    Ok(())
}

/// What is in a description.
pub(crate) const fn said(format: GeometryFormat) -> &'static str {
    match format {
        GeometryFormat::Expt => "the experiment, for DIALS",
        GeometryFormat::Geom => "the detector, for CrystFEL",
        _ => "the experiment, for XDS",
    }
}
