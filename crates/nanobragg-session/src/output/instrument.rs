//! The instrument, for other programs.

use nanobragg::plan::Plan;
use nanobragg_io::geometry::{GeometryFormat, write_geometry};

use super::writer::wrote;
use super::{Content, Output};
use crate::header::{FrameDescription, about, instrument_for};
use crate::{Error, Provenance, Watch};

/// Writes the descriptions of the instrument among `outputs`. `panels` are the names and plans of its panels.
pub(crate) fn instruments(
    watch: &Watch<'_>,
    panels: &[(&str, &Plan)],
    provenance: Option<&Provenance>,
    outputs: &[Output],
) -> Result<(), Error> {
    let Some((_, first)) = panels.first() else { return Ok(()) };
    let frame = FrameDescription { provenance: provenance.cloned(), ..FrameDescription::of(first) };
    for output in outputs {
        if let Content::Instrument(format) = output.content
            && let Some(geometry) = instrument_for(format, panels)
        {
            write_geometry(&output.path, format, &geometry, &about(first, &frame, 1))?;
            wrote(watch, &output.path, said(format));
        }
    }
    Ok(())
}

/// What is in a description.
const fn said(format: GeometryFormat) -> &'static str {
    match format {
        GeometryFormat::Expt => "the experiment, for DIALS",
        GeometryFormat::Geom => "the detector, for CrystFEL",
        _ => "the experiment, for XDS",
    }
}
