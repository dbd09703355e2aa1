//! How the detector of an image lies, where its file says so.

use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::finite;

/// How the detector of an image lies, in the frame of imgCIF: z from the crystal to the source, x along the spindle as far as the
/// beam allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageAxes {
    /// Unit vector along the fast axis.
    pub fast: [f64; 3],
    /// Unit vector along the slow axis.
    pub slow: [f64; 3],
    /// From the crystal to the outer corner of the first pixel, mm.
    pub origin_mm: [f64; 3],
}

/// The keys under which headers of this program say the fast axis, the slow axis and the corner of the first pixel.
pub const AXES_KEYS: [&str; 3] = ["FAST_AXIS", "SLOW_AXIS", "FIRST_PIXEL"];

/// Sine of the least angle between the two axes.
const FLAT: f64 = 1e-3;

impl ImageAxes {
    /// The axes of a header that has them as text, in the order of [`AXES_KEYS`]; none where it has none of the three.
    ///
    /// # Errors
    /// One or two of the three, what is not three numbers, and those of [`ImageAxes::checked`].
    pub(crate) fn of_texts(path: &Path, texts: [Option<&str>; 3]) -> Result<Option<Self>> {
        if texts.iter().all(Option::is_none) {
            return Ok(None);
        }
        let vector = |at: usize| -> Result<[f64; 3]> {
            let key = AXES_KEYS[at];
            let expected = "three numbers";
            let text = texts[at].ok_or_else(|| Error::missing(path, key, expected))?;
            let words = text.split([' ', ',', '\t', '\r']).filter(|word| !word.is_empty());
            let numbers: Option<Vec<f64>> = words.map(|word| finite(word.as_bytes())).collect();
            let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
            numbers.ok_or_else(|| Error::value(path, key, expected, text.trim().as_bytes()))
        };
        Self::checked(path, AXES_KEYS, [vector(0)?, vector(1)?, vector(2)?]).map(Some)
    }

    /// The axes of these vectors, of any length, which stand in the file under `keys`.
    ///
    /// # Errors
    /// Axes without a direction, two that span no plane, and a plane along the beam.
    pub(crate) fn checked(
        path: &Path,
        keys: [&str; 3],
        [fast, slow, origin_mm]: [[f64; 3]; 3],
    ) -> Result<Self> {
        let unit = |key: &str, v: [f64; 3]| {
            let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            let found = format!("{} {} {}", v[0], v[1], v[2]);
            let good = length.is_finite() && length > 1e-6;
            good.then(|| v.map(|x| x / length))
                .ok_or_else(|| Error::value(path, key, "a direction", found.as_bytes()))
        };
        let (fast, slow) = (unit(keys[0], fast)?, unit(keys[1], slow)?);
        let axes = ImageAxes { fast, slow, origin_mm };
        let sine = axes.normal().iter().map(|x| x * x).sum::<f64>().sqrt();
        if sine < FLAT {
            let found = format!("{:.3} degrees", sine.asin().to_degrees());
            let what = format!("{}, {}", keys[0], keys[1]);
            return Err(Error::value(path, what, "axes that span a plane", found.as_bytes()));
        }
        if axes.spot_mm().is_none() {
            let what = format!("{}, {}", keys[0], keys[1]);
            return Err(Error::value(path, what, "a plane that the beam meets", b"one along the beam"));
        }
        Ok(axes)
    }

    fn normal(&self) -> [f64; 3] {
        cross(self.fast, self.slow)
    }

    /// Where the beam meets the plane: its way there, then the place along the fast and the slow axis from the outer corner of
    /// the first pixel, mm. None where the plane is along the beam.
    pub fn spot_mm(&self) -> Option<[f64; 3]> {
        // The beam travels along -z.
        let normal = self.normal();
        let along = -dot(self.origin_mm, normal) / normal[2];
        let from_corner =
            [0, 1, 2].map(|at: usize| if at == 2 { -along - self.origin_mm[2] } else { -self.origin_mm[at] });
        let squared = dot(normal, normal);
        let fast = dot(cross(from_corner, self.slow), normal) / squared;
        let slow = dot(cross(self.fast, from_corner), normal) / squared;
        let spot = [along, fast, slow];
        (normal[2].abs() > 1e-6 && spot.iter().all(|x| x.is_finite())).then_some(spot)
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_all_there_and_span_a_plane_or_are_refused() {
        let of = |fast, slow, first| ImageAxes::of_texts(Path::new("a.cbf"), [fast, slow, first]);
        let error = |fast, slow, first| of(fast, slow, first).unwrap_err().to_string();
        let (x, y, corner) = (Some(" 2 0,0"), Some("0 -1 0"), Some("-1 2.5 -50"));
        let good = ImageAxes { fast: [1.0, 0.0, 0.0], slow: [0.0, -1.0, 0.0], origin_mm: [-1.0, 2.5, -50.0] };
        assert_eq!(of(x, y, corner).unwrap(), Some(good));
        assert_eq!(of(None, None, None).unwrap(), None);
        assert_eq!(error(None, y, corner), "a.cbf: FAST_AXIS: expected three numbers, found none");
        assert_eq!(error(x, y, None), "a.cbf: FIRST_PIXEL: expected three numbers, found none");
        for bad in ["1 0", "a b c", "nan 0 1", "1 0 0 0", ""] {
            let expected = format!("a.cbf: SLOW_AXIS: expected three numbers, found {bad:?}");
            assert_eq!(error(x, Some(bad), corner), expected);
        }
        assert_eq!(
            error(Some("0 0 0"), y, corner),
            "a.cbf: FAST_AXIS: expected a direction, found \"0 0 0\""
        );
        assert!(error(x, x, corner).contains("FAST_AXIS, SLOW_AXIS: expected axes that span a plane"));
        let edge = error(x, Some("0 0 1"), corner);
        assert!(edge.contains("FAST_AXIS, SLOW_AXIS: expected a plane that the beam meets"), "{edge}");
    }

    #[test]
    fn the_beam_meets_the_plane_where_the_axes_say() {
        let flat = ImageAxes { fast: [1.0, 0.0, 0.0], slow: [0.0, -1.0, 0.0], origin_mm: [-1.0, 2.5, -50.0] };
        assert_eq!(flat.spot_mm(), Some([50.0, 1.0, 2.5]));
        let tilted = ImageAxes { fast: [0.6, 0.0, -0.8], ..flat };
        let [along, fast, slow] = tilted.spot_mm().unwrap();
        assert!(
            (along - (50.0 + 0.8 / 0.6)).abs() < 1e-9 && (fast - 1.0 / 0.6).abs() < 1e-9,
            "{along} {fast}"
        );
        assert!((slow - 2.5).abs() < 1e-9);
        assert_eq!(ImageAxes { fast: [0.0, 0.0, 1.0], ..flat }.spot_mm(), None);
    }
}
