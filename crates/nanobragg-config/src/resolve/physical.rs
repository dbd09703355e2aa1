//! Whether what the inputs say together can be.

use nanobragg::units::to_deg;
use nanobragg_io::text::spaced_to;

use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, InstrumentWarning};

/// Wavelengths that are likely to be meant, in Å.
const X_RAYS: std::ops::RangeInclusive<f64> = 0.01..=100.0;
/// The square of a cell's volume, relative to that of the box of its edges, which rounding alone can make.
const FLAT: f64 = 1e-12;

/// # Errors
/// A cell without a volume.
pub(super) fn check(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    wavelength(draft, args);
    match draft.crystal.cell.filter(|_| draft.crystal.matrix.is_none()) {
        Some([_, _, _, alpha, beta, gamma]) if is_flat([alpha, beta, gamma]) => {
            let angles = spaced_to(&[alpha, beta, gamma].map(to_deg), 6);
            Err(ConfigError::FlatCell { angles, origin: draft.setup.origins.of(&[FlagId::Cell]) })
        }
        _ => Ok(()),
    }
}

/// Whether the axes lie in a plane, but for rounding, or no axes have such angles.
fn is_flat(angles: [f64; 3]) -> bool {
    let [a, b, c] = angles.map(f64::cos);
    1.0 - a * a - b * b - c * c + 2.0 * a * b * c < FLAT
}

/// Says so where a file's wavelength is none of X-rays: its unit is likely to be another one.
fn wavelength(draft: &mut Draft, args: &ParsedArgs) {
    let angstrom = draft.beam.wavelength * 1e10;
    if X_RAYS.contains(&angstrom) || args.has(FlagId::Lambda) || args.has(FlagId::Energy) {
        return;
    }
    let origin = draft.setup.origins.of(&[FlagId::Lambda]);
    draft.setup.warnings.push(InstrumentWarning::Wavelength { origin, angstrom }.into());
}
