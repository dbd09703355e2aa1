//! Color maps.

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Colors of intensities, dark to bright: nine stops of "inferno" (S. van der Walt and N. Smith, CC0), whose
/// lightness grows evenly.
pub const INTENSITY: &[Rgb] = &[
    [0, 0, 4],
    [33, 12, 74],
    [86, 16, 110],
    [137, 34, 106],
    [187, 55, 84],
    [227, 89, 50],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
];

/// Colors of signed values, negative to positive: nine stops from blue over white to red after ColorBrewer's RdBu,
/// told apart by all common kinds of color vision.
pub const SIGNED: &[Rgb] = &[
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
    [255, 255, 255],
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
];

/// The color of `value`, 0 to 1; what is no number is gray.
pub fn at(map: &[Rgb], value: f64) -> Rgb {
    let gray = [128; 3];
    if value.is_nan() {
        return gray;
    }
    let place = value.clamp(0.0, 1.0) * map.len().saturating_sub(1) as f64;
    let below = place.floor() as usize;
    let (Some(low), Some(high)) = (map.get(below), map.get(below + 1).or(map.get(below))) else {
        return gray;
    };
    let part = place - below as f64;
    [0, 1, 2].map(|channel: usize| {
        let [low, high] = [low, high].map(|color| f64::from(color[channel]));
        (low + part * (high - low)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_stops() {
        assert_eq!(at(SIGNED, 0.0), SIGNED[0]);
        assert_eq!(at(SIGNED, 0.5), [255; 3]);
        assert_eq!(at(SIGNED, 7.0), SIGNED[8]);
        assert_eq!(at(INTENSITY, f64::NAN), [128; 3]);
        assert_eq!(at(&[], 0.5), [128; 3]);
    }
}
