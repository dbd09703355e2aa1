//! What made an image, as JSON beside it.

use nanobragg::units::to_deg;
use nanobragg_io::record::{Record, write_record};

use super::{Content, Output, Writer};
use crate::{Error, Watch};

pub(super) fn holds(content: &Content) -> bool {
    matches!(content, Content::Record)
}

/// Nothing is written where it is not known.
pub(super) fn write(writer: &Writer<'_>, output: &Output, _: &Watch<'_>) -> Result<(), Error> {
    let frame = &writer.frame;
    let Some(provenance) = &frame.provenance else { return Ok(()) };
    let record = Record {
        program: frame.program,
        preset: &provenance.preset,
        flags: &provenance.flags,
        phi_start_deg: to_deg(frame.scan.start),
        phi_range_deg: to_deg(frame.scan.range),
        misset_deg: frame.crystal.misset.map(to_deg),
        wavelength_angstrom: frame.beam.wavelength_angstrom,
        unit_cell: frame.crystal.cell,
        a_matrix: frame.axes.a_matrix(),
    };
    Ok(write_record(&output.path, &record)?)
}
