//! Color maps.

/// A color map, from dark pixels to bright ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colors {
    /// Black on white, as on film.
    Ink,
    /// White on black.
    Gray,
    /// Black, purple, orange, pale yellow (matplotlib).
    #[default]
    Magma,
    /// Black, purple, red, yellow (matplotlib).
    Inferno,
    /// Blue, purple, orange, yellow (matplotlib).
    Plasma,
    /// Purple, blue, green, yellow (matplotlib).
    Viridis,
}

impl Colors {
    /// Names as users write them.
    pub const NAMES: &'static [&'static str] = &["magma", "inferno", "plasma", "viridis", "gray", "ink"];

    /// The map of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ink" => Colors::Ink,
            "gray" => Colors::Gray,
            "magma" => Colors::Magma,
            "inferno" => Colors::Inferno,
            "plasma" => Colors::Plasma,
            "viridis" => Colors::Viridis,
            _ => return None,
        })
    }

    /// The color of each of 256 levels.
    pub(super) fn palette(self) -> [[u8; 3]; 256] {
        let gradient = match self {
            Colors::Ink => return std::array::from_fn(|level| [255 - level as u8; 3]),
            Colors::Gray => return std::array::from_fn(|level| [level as u8; 3]),
            Colors::Magma => colorous::MAGMA,
            Colors::Inferno => colorous::INFERNO,
            Colors::Plasma => colorous::PLASMA,
            Colors::Viridis => colorous::VIRIDIS,
        };
        std::array::from_fn(|level| {
            let color = gradient.eval_continuous(level as f64 / 255.0);
            [color.r, color.g, color.b]
        })
    }

    /// A color for marks that stands out from the map and from its background.
    pub(super) fn mark(self) -> [u8; 3] {
        match self {
            Colors::Ink => [20, 90, 170],
            Colors::Gray => [255, 190, 60],
            Colors::Magma | Colors::Inferno => [120, 220, 235],
            Colors::Plasma | Colors::Viridis => [255, 255, 255],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_map_of_its_own() {
        let maps: Vec<_> = Colors::NAMES.iter().map(|name| Colors::from_name(name).unwrap()).collect();
        for (at, map) in maps.iter().enumerate() {
            assert!(!maps[..at].contains(map));
            assert_ne!(map.palette()[0], map.palette()[255]);
        }
        assert_eq!(Colors::from_name("jet"), None);
    }
}
