//! Panels that lie on one another: each is rendered, and photons are counted twice.

use std::path::Path;

use nalgebra::Vector3;

use super::{Geometry, Panel};
use crate::c_format::g;
use crate::warning::{Warning, WarningKind};

/// What refined places of panels may overlap, in pixels.
const TOLERATED_PX: f64 = 2.0;
/// Sine of the angle between two planes that are not one.
const OTHER_PLANE: f64 = 0.02;

/// The first two panels of which one covers a part of the other in its plane.
pub(super) fn doubt(path: &Path, geometry: &Geometry) -> Option<Warning> {
    let places: Vec<Place> = geometry.panels.iter().map(Place::of).collect();
    let mut pairs = places.iter().enumerate().flat_map(|(number, place)| {
        places
            .iter()
            .enumerate()
            .take(number)
            .map(move |(other, earlier)| (number, other, place.over(earlier)))
    });
    let (number, other, deep_px) = pairs.find(|(.., deep_px)| *deep_px > TOLERATED_PX)?;
    let called =
        |number: usize| geometry.panels.get(number).map(|panel| panel.called(number)).unwrap_or_default();
    let (place, found) =
        (format!("panels {} and {}", called(other), called(number)), format!("{} pixels", g(deep_px, 4)));
    let assumed = "lie on one another; both are rendered, and photons there count in both";
    Some(Warning::new(WarningKind::OverlappingPanels, path, place, found, assumed))
}

/// Where a panel lies, mm.
struct Place {
    middle: Vector3<f64>,
    /// From there to the ends of the edges.
    half: [Vector3<f64>; 2],
    normal: Vector3<f64>,
    /// From the middle to the corners.
    radius: f64,
    pixel: f64,
}

impl Place {
    fn of(panel: &Panel) -> Self {
        let fast = panel.fast * (panel.pixel_mm[0] * panel.fast_pixels as f64 / 2.0);
        let slow = panel.slow * (panel.pixel_mm[1] * panel.slow_pixels as f64 / 2.0);
        Place {
            middle: panel.origin_mm + fast + slow,
            half: [fast, slow],
            normal: panel.fast.cross(&panel.slow).normalize(),
            radius: fast.norm() + slow.norm(),
            pixel: panel.pixel_mm[0].max(panel.pixel_mm[1]),
        }
    }

    /// How deep it reaches into another one of the same plane, pixels: the least shift that parts them; 0 where it does not.
    fn over(&self, other: &Place) -> f64 {
        let apart = other.middle - self.middle;
        if apart.norm() > self.radius + other.radius
            || self.normal.cross(&other.normal).norm() > OTHER_PLANE
            || apart.dot(&self.normal).abs() > self.pixel
        {
            return 0.0;
        }
        // Parallelograms of one plane are apart if they are apart across one of their edges.
        let edges = self.half.iter().chain(&other.half);
        let deep = edges.map(|edge| {
            let across = edge.cross(&self.normal).normalize();
            let reach = |place: &Place| place.half.iter().map(|half| half.dot(&across).abs()).sum::<f64>();
            reach(self) + reach(other) - apart.dot(&across).abs()
        });
        deep.fold(f64::INFINITY, f64::min).max(0.0) / self.pixel
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Selection, read_geometry};

    #[test]
    fn panels_that_lie_on_one_another_are_named() {
        let panel = |name: &str, x: f64, rest: &str| {
            format!(
                "{name}/min_fs = 0\n{name}/max_fs = 9\n{name}/min_ss = 0\n{name}/max_ss = 9\n{name}/corner_x = {x}\n\
                 {name}/corner_y = 0\n{rest}"
            )
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.geom");
        let said = |second: &str| -> Vec<String> {
            let head = "photon_energy = 12000\nclen = 0.1\nres = 10000\n";
            std::fs::write(&path, format!("{head}{}{second}", panel("p0", -5.0, ""))).unwrap();
            let start = format!("{}: ", path.display());
            let found = read_geometry(&path, Selection::default()).unwrap();
            found.warnings.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect()
        };
        for quiet in [
            panel("p1", 5.0, ""),
            panel("p1", 4.0, ""),
            panel("p1", 0.0, "p1/coffset = 0.001\n"),
            panel("p1", 15.0, "p1/fs = -x\np1/ss = -y\n"),
        ] {
            assert_eq!(said(&quiet), [""; 0], "{quiet}");
        }
        let rest = "lie on one another; both are rendered, and photons there count in both";
        assert_eq!(said(&panel("p1", 0.0, "")), [format!("panels \"p0\" and \"p1\": 5 pixels: {rest}")]);
        let diagonal = panel("p1", 5.0, "p1/fs = 0.70711x -0.70711y\np1/ss = -0.70711x -0.70711y\n");
        assert_eq!(said(&diagonal), [""; 0]);
        assert_eq!(said(&diagonal.replace("corner_y = 0", "corner_y = 8")).len(), 1);
    }
}
