//! What more than one flag says of the detector.

use nanobragg::model::{Convention, PixelGrid};

use crate::ConfigError;
use crate::classic::{self, ParsedArgs};
use crate::draft::Draft;

/// Settles what depends on more than one flag: convention, pivot, size, sensor.
///
/// # Errors
/// Numbers that make no sensor.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    let detector = &mut draft.setup.experiment.detector;
    detector.convention = if draft.is_custom { Convention::Custom(draft.frame) } else { draft.convention };
    detector.pivot = classic::pivot(args, draft.setup.experiment.quirks).or(detector.pivot);
    let PixelGrid { pixel_size, size_fast, size_slow } = detector.pixels;
    detector.pixels = PixelGrid {
        pixel_size,
        size_fast: draft.fast_pixels.map_or(size_fast, |n| pixel_size * n as f64),
        size_slow: draft.slow_pixels.map_or(size_slow, |n| pixel_size * n as f64),
    };
    if let Some(spot) = draft.beam_spot {
        // Flags that place the beam come after headers.
        let (x, y) = detector.convention.center_of_spot(spot, &detector.pixels);
        detector.x_beam = detector.x_beam.or(Some(x));
        detector.y_beam = detector.y_beam.or(Some(y));
    }
    detector.sensor = classic::sensor(&draft.sensor)?;
    Ok(())
}
