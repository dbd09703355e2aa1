//! `-geometry_out` of a sweep.

use std::path::Path;

use nanobragg::plan::Plan;
use nanobragg_io::geometry::{GeometryFormat, write_geometry};
use nanobragg_session::header::{FrameDescription, about, instrument_for, unsaid};
use nanobragg_session::{Format, Output, PathPattern, Provenance, Warning};
use nanobragg_sweep::Series;

use crate::console::Console;

/// What a sweep is to other programs: a scan, or stills of a crystal that lies otherwise in each.
pub struct Instrument<'a> {
    pub first: &'a Plan,
    pub is_scan: bool,
    pub images: usize,
    pub outputs: &'a [Output],
    pub provenance: &'a Provenance,
}

impl Instrument<'_> {
    /// What the description at `path` cannot say.
    pub fn lost(&self, path: &Path) -> Option<Warning> {
        let what = unsaid(self.first, GeometryFormat::of(path)?);
        (!what.is_empty()).then(|| Warning::NotDescribed { path: path.to_owned(), what })
    }

    /// Writes the instrument to `path`.
    pub fn write(&self, path: &Path, console: Console) -> anyhow::Result<()> {
        let Some(format) = GeometryFormat::of(path) else { return Ok(()) };
        let Some(mut geometry) = instrument_for(format, &[("Panel", self.first)]) else { return Ok(()) };
        let what = if self.is_scan {
            format!("the scan of {} images", self.images)
        } else {
            // Each image has a crystal of its own: the manifest lists them.
            (geometry.crystal, geometry.scan, geometry.spindle_axis) = (None, None, None);
            "the instrument without the crystals, which the manifest has".to_owned()
        };
        let frame = FrameDescription {
            provenance: Some(self.provenance.clone()),
            ..FrameDescription::of(self.first)
        };
        let images = if self.is_scan { self.images } else { 1 };
        let mut about = about(self.first, &frame, images);
        let counted = self.outputs.iter().find(|output| output.format == Format::Cbf);
        about.template = counted
            .map(|output| PathPattern::of_images(&output.path).template().to_string_lossy().into_owned());
        write_geometry(path, format, &geometry, &about).map_err(nanobragg_session::Error::from)?;
        nanobragg_io::atomic::settle(path)?;
        console.say(&format!("wrote {}: {what}", path.display()));
        Ok(())
    }
}

/// Whether the images are those of one scan.
pub fn is_scan(series: &Series) -> bool {
    matches!(series, Series::Rotation(_))
}
