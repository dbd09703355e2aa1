//! Counts per photon.

/// The count of the brightest pixel where the scale follows from it.
const BRIGHTEST: f64 = 55000.0;

/// Counts per photon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// So many.
    Given(f64),
    /// As many as put the brightest pixel of the detector at 55000; 1 for a dark image.
    Brightest,
}

impl Scale {
    /// Counts per photon of a detector whose brightest pixel has `brightest` photons.
    pub fn factor(self, brightest: f32) -> f64 {
        match self {
            Scale::Given(factor) => factor,
            Scale::Brightest if brightest > 0.0 => BRIGHTEST / f64::from(brightest),
            Scale::Brightest => 1.0,
        }
    }
}
