//! How the detector of an image lies, where its file says so.

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

impl ImageAxes {
    /// The axes among those of `find`, in the order of [`AXES_KEYS`].
    pub(crate) fn of(find: impl Fn(usize) -> Option<[f64; 3]>) -> Option<Self> {
        let length = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let unit = |v: [f64; 3]| (length(v) > 1e-6).then(|| v.map(|x| x / length(v)));
        Some(ImageAxes { fast: unit(find(0)?)?, slow: unit(find(1)?)?, origin_mm: find(2)? })
    }
}
