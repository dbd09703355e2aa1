//! Perturbations for negative tests: every comparison has to notice one.

/// `image` with pixel `index` changed by the fraction `by` of itself, or of `floor` where that is larger.
pub fn perturbed(image: &[f32], index: usize, by: f32, floor: f32) -> Vec<f32> {
    let mut image = image.to_vec();
    if let Some(pixel) = image.get_mut(index) {
        *pixel += by * pixel.abs().max(floor);
    }
    image
}

/// A small generator of reproducible numbers for drawing test inputs (Steele, Lea & Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next number, uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}
