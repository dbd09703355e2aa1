//! What the header of data says of the instrument, held against the start.

use nanobragg::plan::Plan;
use nanobragg::units::to_deg;
use nanobragg_io::image_axes::ImageAxes;
use nanobragg_io::instrument_image::InstrumentImage;
use nanobragg_io::smv::SmvHeader;
use nanobragg_refine::Warning;
use nanobragg_session::header::FrameDescription;

/// What a beam center may be off in mm, beside [`PIXELS`]: more than it is refined by, and than conventions differ.
const CENTER_MM: f64 = 1.0;
const PIXELS: f64 = 1.5;

/// What a header says of the instrument.
#[derive(Clone, Debug, Default)]
pub struct Instrument {
    wavelength_angstrom: Option<f64>,
    distance_mm: Option<f64>,
    pixel_mm: Option<f64>,
    /// Where the beam meets the detector along the fast and the slow axis, from the outer corner of the first pixel.
    spot_mm: Option<[f64; 2]>,
    /// The same in a convention that the header does not name.
    center_mm: Option<[f64; 2]>,
    /// A swing of the detector.
    swing_deg: Option<f64>,
    /// How the detector lies.
    axes: Option<ImageAxes>,
}

impl Instrument {
    /// What is a number above zero in a header; what is none says nothing.
    pub fn of(image: &InstrumentImage) -> Self {
        let header: &SmvHeader = &image.header;
        let any = |key: &str| header.entry(key).ok().flatten();
        let number = |key: &str| any(key).filter(|&number| number > 0.0);
        let pair = |fast: &str, slow: &str| {
            let pair = [any(fast)?, any(slow)?];
            (pair != [0.0; 2]).then_some(pair)
        };
        let of_axes = image.axes.and_then(|axes| axes.spot_mm());
        Instrument {
            wavelength_angstrom: number("WAVELENGTH"),
            distance_mm: number("DISTANCE"),
            pixel_mm: number("PIXEL_SIZE"),
            spot_mm: of_axes.map(|[_, fast, slow]| [fast, slow]).or(pair("DENZO_Y_BEAM", "DENZO_X_BEAM")),
            center_mm: pair("BEAM_CENTER_X", "BEAM_CENTER_Y"),
            swing_deg: any("TWOTHETA").or(image.swing_deg),
            axes: image.axes,
        }
    }

    /// In what it contradicts a start.
    pub fn contradictions(&self, plan: &Plan) -> Vec<Warning> {
        let detector = &plan.detector;
        let wavelength = [plan.parameters().wavelength * 1e10];
        let axes = FrameDescription::of(plan).axes;
        let start = ImageAxes {
            fast: axes.fast.normalize().into(),
            slow: axes.slow.normalize().into(),
            origin_mm: axes.origin_mm.into(),
        };
        // Of a detector that is turned, headers have the distance along its normal, or to the beam's spot.
        let to_spot = start.spot_mm().map(|[distance, ..]| distance);
        let distances: Vec<f64> = [detector.distance, detector.close_distance]
            .map(|m| m * 1e3)
            .into_iter()
            .chain(to_spot)
            .collect();
        let of =
            |what, unit, header: Option<f64>, start: &[f64]| Warning::of_header(what, unit, header?, start);
        let mut found: Vec<Warning> = [
            of("wavelength", "A", self.wavelength_angstrom, &wavelength),
            of("distance", "mm", self.distance_mm, &distances),
            of("pixel size", "mm", self.pixel_mm, &[detector.pixel_size * 1e3]),
        ]
        .into_iter()
        .flatten()
        .collect();
        let tilt_deg = axes.off_square().tilt_deg;
        found.extend(match (&self.axes, self.swing_deg) {
            (Some(own), _) => Warning::of_axes(between(own, &start)),
            (None, Some(swing)) => Warning::of_tilt(swing.abs(), tilt_deg),
            (None, None) => None,
        });
        if let Some([_, fast, slow]) = start.spot_mm() {
            let region = &plan.region;
            let pixel = detector.pixel_size * 1e3;
            let edges = [region.image_fast, region.image_slow].map(|pixels| pixels as f64 * pixel);
            found.extend(self.other_center([fast, slow], edges, CENTER_MM + PIXELS * pixel));
        }
        found
    }

    /// A beam center that is off that of the start, `spot`, by more than `off`; all in mm.
    fn other_center(&self, spot: [f64; 2], edges: [f64; 2], off: f64) -> Option<Warning> {
        let near = |one: f64, other: f64| (one - other).abs() <= off;
        if let Some(own) = self.spot_mm {
            let same = near(own[0], spot[0]) && near(own[1], spot[1]);
            return (!same).then_some(Warning::OtherCenter { header: own, start: spot });
        }
        // By axis and direction writers differ.
        let own = self.center_mm?;
        let along =
            |value: f64, axis: usize| near(value, spot[axis]) || near(edges[axis] - value, spot[axis]);
        let same = along(own[0], 0) && along(own[1], 1) || along(own[1], 0) && along(own[0], 1);
        (!same).then_some(Warning::OtherCenter { header: own, start: spot })
    }
}

/// The larger angle in degrees between axes.
fn between(one: &ImageAxes, other: &ImageAxes) -> f64 {
    let angle = |a: [f64; 3], b: [f64; 3]| {
        let cosine: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        to_deg(cosine.clamp(-1.0, 1.0).acos())
    };
    angle(one.fast, other.fast).max(angle(one.slow, other.slow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beam_center_is_the_same_in_any_convention() {
        let other = |spot_mm, center_mm| {
            let own = Instrument { spot_mm, center_mm, ..Instrument::default() };
            own.other_center([30.0, 70.0], [80.0, 100.0], 1.5).is_some()
        };
        assert!(!other(Some([30.5, 71.0]), Some([1.0, 1.0])) && other(Some([70.0, 30.0]), None));
        for same in [[30.0, 70.0], [70.0, 30.0], [30.0, 30.0], [50.0, 30.0], [31.0, 71.0]] {
            assert!(!other(None, Some(same)), "{same:?}");
        }
        for differs in [[30.0, 60.0], [40.0, 70.0], [0.3, 0.7]] {
            assert!(other(None, Some(differs)), "{differs:?}");
        }
        assert!(!other(None, None));
    }
}
