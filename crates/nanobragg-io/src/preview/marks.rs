//! What is drawn over the picture: resolution rings with their labels, and the beam.

use super::glyphs;

/// Where things are on the detector. Coordinates are in pixels from the outer corner of the first one, so that
/// its center is at (0.5, 0.5).
pub trait Geometry {
    /// Spacing of the planes that reflect into this point, Å; infinite in the direct beam.
    fn resolution_angstrom(&self, fast_px: f64, slow_px: f64) -> f64;

    /// Where the direct beam hits, along fast and slow.
    fn beam_px(&self) -> (f64, f64);
}

/// Some four rings of round spacings in Å, spread evenly in radius over the detector.
pub fn auto_rings(geometry: &dyn Geometry, fast: usize, slow: usize) -> Vec<f64> {
    const ROUND: [f64; 41] = [
        0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.2, 2.5, 2.8, 3.0, 3.2, 3.5,
        4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 17.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0,
        70.0, 80.0, 100.0,
    ];
    const WANTED: usize = 4;
    /// Part of the way to the edge that the outermost ring is wanted at: a ring at the very edge is cut off.
    const OUTERMOST: f64 = 0.94;
    let (width, height) = (fast as f64, slow as f64);
    let edges = [(0.0, height / 2.0), (width, height / 2.0), (width / 2.0, 0.0), (width / 2.0, height)];
    let finest = edges.map(|(f, s)| 1.0 / geometry.resolution_angstrom(f, s)).into_iter().fold(0.0, f64::max);
    let mut rings: Vec<f64> = Vec::new();
    for number in (1..=WANTED).rev() {
        let wanted = OUTERMOST * finest * number as f64 / WANTED as f64;
        let off = |ring: &f64| (1.0 / ring - wanted).abs();
        let inside = ROUND.into_iter().filter(|ring| 1.0 / ring < 0.99 * finest);
        if let Some(ring) = inside.min_by(|a, b| off(a).total_cmp(&off(b)))
            && !rings.contains(&ring)
        {
            rings.push(ring);
        }
    }
    rings
}

/// What a label covers: pixels from `left` and `top` on, up to `right` and `bottom`.
#[derive(Clone, Copy, Debug)]
struct Plate {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Plate {
    fn overlaps(&self, other: &Plate) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// A picture of three bytes a pixel that is drawn on.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
    /// Widths of lines and letters grow with the picture.
    unit: f64,
}

impl Canvas {
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Self {
        let unit = (width.min(height) as f64 / 800.0).max(1.0);
        Canvas { width, height, rgb, unit }
    }

    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Mixes `color` into a pixel; `part` is 1 for the color alone.
    fn mix(&mut self, x: usize, y: usize, color: [u8; 3], part: f64) {
        let start = 3 * (y * self.width + x);
        let Some(pixel) = self.rgb.get_mut(start..start + 3).filter(|_| x < self.width) else { return };
        let part = part.clamp(0.0, 1.0);
        for (level, color) in pixel.iter_mut().zip(color) {
            *level = (f64::from(*level) * (1.0 - part) + f64::from(color) * part).round() as u8;
        }
    }

    /// Rings at `spacings` Å, whatever the shape that they have on the detector, then their labels: toward the upper right,
    /// inside of the picture, and none over another.
    pub fn rings(&mut self, spacings: &[f64], geometry: &dyn Geometry, color: [u8; 3]) {
        let places: Vec<_> = spacings.iter().map(|&spacing| self.ring(spacing, geometry, color)).collect();
        for (text, plate) in self.place(spacings, places) {
            self.text(&text, plate, color);
        }
    }

    /// Labels of the rings at `spacings`, which go through the pixels of `places`, and where they stand; a ring without room
    /// has none.
    fn place(&self, spacings: &[f64], places: Vec<Vec<(usize, usize)>>) -> Vec<(String, Plate)> {
        let mut placed: Vec<(String, Plate)> = Vec::new();
        for (&spacing, mut places) in spacings.iter().zip(places) {
            let text = label(spacing);
            // Those of one distance along the diagonal stand in the order in which they were found.
            places.sort_by_key(|&(x, y)| y.wrapping_sub(x) as isize);
            let mut plates = places.into_iter().filter_map(|(x, y)| self.plate(&text, x, y));
            if let Some(plate) = plates.find(|plate| !placed.iter().any(|(_, other)| plate.overlaps(other))) {
                placed.push((text, plate));
            }
        }
        placed
    }

    /// A ring at `spacing` Å; the pixels that it goes through.
    fn ring(&mut self, spacing: f64, geometry: &dyn Geometry, color: [u8; 3]) -> Vec<(usize, usize)> {
        const STRENGTH: f64 = 0.55;
        let target = 1.0 / spacing;
        let width = self.width;
        let row = |slow: usize| -> Vec<f64> {
            let center = |fast: usize| geometry.resolution_angstrom(fast as f64 + 0.5, slow as f64 + 0.5);
            (0..=width).map(|fast| 1.0 / center(fast)).collect()
        };
        let mut places = Vec::new();
        let mut here = row(0);
        for y in 0..self.height {
            let below = row(y + 1);
            for x in 0..width {
                let gradient = (here[x + 1] - here[x]).hypot(below[x] - here[x]);
                // Distance from the ring in pixels; a point where nothing changes is far from it.
                let distance = ((here[x] - target) / gradient).abs();
                let covered = 0.5 * self.unit + 0.5 - distance;
                if covered > 0.0 {
                    self.mix(x, y, color, STRENGTH * covered.min(1.0));
                    places.push((x, y));
                }
            }
            here = below;
        }
        places
    }

    /// A cross with a gap in its middle.
    pub fn beam(&mut self, (fast, slow): (f64, f64), color: [u8; 3]) {
        let (from, to, half) = (3.0 * self.unit, 12.0 * self.unit, 0.6 * self.unit);
        let reach = to.ceil() + 1.0;
        let span = |center: f64, size: usize| {
            let first = (center - reach).floor().clamp(0.0, size as f64) as usize;
            first..(center + reach).ceil().clamp(first as f64, size as f64) as usize
        };
        for y in span(slow, self.height) {
            for x in span(fast, self.width) {
                let (dx, dy) = ((x as f64 + 0.5 - fast).abs(), (y as f64 + 0.5 - slow).abs());
                let (along, across) = (dx.max(dy), dx.min(dy));
                let covered = (half + 0.5 - across).clamp(0.0, 1.0)
                    * (along - from + 0.5).clamp(0.0, 1.0)
                    * (to - along + 0.5).clamp(0.0, 1.0);
                self.mix(x, y, color, 0.9 * covered);
            }
        }
    }

    /// Pixels of a dot of a letter.
    fn dot(&self) -> usize {
        (1.6 * self.unit).round().max(1.0) as usize
    }

    /// The plate of a label at (x, y), moved as far as the picture's edges ask for; `None` where the picture is too small.
    fn plate(&self, text: &str, x: usize, y: usize) -> Option<Plate> {
        let dot = self.dot();
        let width = text.chars().count() * (glyphs::WIDTH + 1) * dot + dot;
        let height = glyphs::HEIGHT * dot + 2 * dot;
        let (right, bottom) = (self.width.checked_sub(width)?, self.height.checked_sub(height)?);
        let left = x.saturating_sub(width / 2).min(right);
        let top = y.saturating_sub(height / 2).min(bottom);
        Some(Plate { left, top, right: left + width, bottom: top + height })
    }

    /// A label, on a plate of the picture's background so that the ring does not run through it.
    fn text(&mut self, text: &str, at: Plate, color: [u8; 3]) {
        let dot = self.dot();
        let bright = color.iter().map(|&level| u32::from(level)).sum::<u32>() > 3 * 128;
        let plate = if bright { [0; 3] } else { [255; 3] };
        for y in at.top..at.bottom {
            for x in at.left..at.right {
                self.mix(x, y, plate, 0.75);
            }
        }
        let (left, top) = (at.left + dot, at.top + dot);
        for (number, letter) in text.chars().enumerate() {
            for (row, bits) in glyphs::rows(letter).into_iter().enumerate() {
                for column in
                    (0..glyphs::WIDTH).filter(|column| bits >> (glyphs::WIDTH - 1 - column) & 1 == 1)
                {
                    let (x, y) = (left + (number * (glyphs::WIDTH + 1) + column) * dot, top + row * dot);
                    for (x, y) in (0..dot * dot).map(|at| (x + at % dot, y + at / dot)) {
                        self.mix(x, y, color, 1.0);
                    }
                }
            }
        }
    }
}

fn label(spacing: f64) -> String {
    format!("{} Å", crate::c_format::g(spacing, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Flat;

    impl Geometry for Flat {
        fn resolution_angstrom(&self, fast_px: f64, slow_px: f64) -> f64 {
            1000.0 / (fast_px - 50.0).hypot(slow_px - 50.0)
        }

        fn beam_px(&self) -> (f64, f64) {
            (50.0, 50.0)
        }
    }

    #[test]
    fn automatic_rings_are_round_and_inside() {
        let rings = auto_rings(&Flat, 100, 100);
        assert_eq!(rings.len(), 4, "{rings:?}");
        assert!(rings.iter().all(|&ring| ring > 20.0), "{rings:?}");
    }

    #[test]
    fn odd_geometry_draws_nothing_and_ends() {
        struct Nowhere;
        impl Geometry for Nowhere {
            fn resolution_angstrom(&self, _: f64, _: f64) -> f64 {
                f64::NAN
            }
            fn beam_px(&self) -> (f64, f64) {
                (f64::NAN, 1e300)
            }
        }
        let mut canvas = Canvas::new(30, 20, vec![7; 30 * 20 * 3]);
        canvas.rings(&[2.0], &Nowhere, [255; 3]);
        canvas.beam(Nowhere.beam_px(), [255; 3]);
        assert!(canvas.rgb().iter().all(|&level| level == 7));
        assert!(auto_rings(&Nowhere, 30, 20).is_empty());
    }

    /// A picture with these rings and no labels, and where those go.
    fn plates(width: usize, height: usize, spacings: &[f64]) -> (Canvas, Vec<(String, Plate)>) {
        let mut canvas = Canvas::new(width, height, vec![0; width * height * 3]);
        let places = spacings.iter().map(|&spacing| canvas.ring(spacing, &Flat, [255; 3])).collect();
        let placed = canvas.place(spacings, places);
        (canvas, placed)
    }

    #[test]
    fn labels_stay_inside_and_apart() {
        // The rings lie closer together than letters are high, and the outermost touches the edge.
        let (canvas, plates) = plates(100, 100, &[20.2, 22.0, 24.0, 26.0, 28.0]);
        assert_eq!(plates.len(), 5);
        for (at, (_, plate)) in plates.iter().enumerate() {
            assert!(plate.right <= canvas.width && plate.bottom <= canvas.height, "{plate:?}");
            assert!(!plates[at + 1..].iter().any(|(_, other)| plate.overlaps(other)), "{plates:?}");
        }
        // They are drawn there.
        let mut drawn = Canvas::new(100, 100, vec![0; 100 * 100 * 3]);
        drawn.rings(&[20.2, 22.0, 24.0, 26.0, 28.0], &Flat, [255; 3]);
        let changed = |x: usize, y: usize| drawn.rgb[3 * (100 * y + x)] != canvas.rgb[3 * (100 * y + x)];
        for y in 0..100 {
            for x in 0..100 {
                let inside = plates.iter().any(|(_, plate)| {
                    (plate.left..plate.right).contains(&x) && (plate.top..plate.bottom).contains(&y)
                });
                assert!(inside || !changed(x, y), "{x} {y}");
            }
        }
        for (text, plate) in &plates {
            let columns = plate.left..plate.right;
            let changes = (plate.top..plate.bottom).flat_map(|y| columns.clone().map(move |x| (x, y)));
            assert!(changes.filter(|&(x, y)| changed(x, y)).count() > 10, "{text}");
        }
        assert_eq!(label(3.5), "3.5 Å");
    }

    #[test]
    fn a_picture_that_is_too_small_has_rings_without_labels() {
        let (canvas, plates) = plates(12, 9, &[25.0]);
        assert!(plates.is_empty() && canvas.plate("100 Å", 5, 5).is_none());
    }
}
