//! Numbers in fixed point.

use nanobragg::nalgebra::Vector3;

/// Bits behind the point of directions.
pub(super) const DIRECTION_BITS: i32 = 54;
/// Bits behind the point of places.
pub(super) const PLACE_BITS: i32 = 60;

/// `v` with `bits` bits behind the point: three high words, then three low ones.
pub(super) fn fixed(v: &Vector3<f64>, bits: i32) -> [u32; 6] {
    let scale = 2f64.powi(bits);
    let [x, y, z] = [v.x, v.y, v.z].map(|x| (x * scale).round() as i64);
    [(x >> 32) as u32, (y >> 32) as u32, (z >> 32) as u32, x as u32, y as u32, z as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_add_up_to_the_number() {
        let v = Vector3::new(0.3, -0.7, 1.5);
        let words = fixed(&v, DIRECTION_BITS);
        for (axis, expected) in [0.3, -0.7, 1.5f64].into_iter().enumerate() {
            let value = (i64::from(words[axis] as i32) << 32) + i64::from(words[axis + 3]);
            assert!((value as f64 * 2f64.powi(-DIRECTION_BITS) - expected).abs() < 1e-16, "{axis}");
        }
    }
}
