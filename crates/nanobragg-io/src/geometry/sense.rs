//! Whether the lengths and angles of an instrument are what was meant.

use std::ops::RangeInclusive;
use std::path::Path;

use super::{Geometry, Panel};
use crate::c_format::g;
use crate::cell::cell_of_rows;
use crate::warning::{Warning, WarningKind};

/// Usual edges of pixels and distances, mm, and edges of cells, Å.
const PIXEL_MM: RangeInclusive<f64> = 1e-3..=10.0;
const DISTANCE_MM: RangeInclusive<f64> = 5.0..=20_000.0;
const EDGE_ANGSTROM: RangeInclusive<f64> = 2.0..=5000.0;
/// What axes may be off a right angle by adjustment, degrees.
const OBLIQUE_DEG: f64 = 2.0;

/// A warning for each quantity that is far from what is usual, of the first panel for which it is.
pub(super) fn doubts(path: &Path, geometry: &Geometry) -> Vec<Warning> {
    let length = |place: String, found: f64, unit: &str, usual: &RangeInclusive<f64>| {
        let assumed = format!("read as {unit}; usual are {} to {}", g(*usual.start(), 6), g(*usual.end(), 6));
        (!usual.contains(&found))
            .then(|| Warning::new(WarningKind::UnlikelyLength, path, place, g(found, 6), assumed))
    };
    let panels = || geometry.panels.iter().enumerate();
    let pixel = panels().find_map(|(number, panel)| {
        let place = |what: &str| format!("{what} of panel {}", panel.called(number));
        let edges = panel.pixel_mm.iter();
        edges.filter_map(|edge| length(place("pixel"), *edge, "mm", &PIXEL_MM)).next()
    });
    // Of a detector around the beam the planes of some panels may be close to the crystal.
    let distances = panels().filter(|(_, panel)| panel.distance_elsewhere.is_none());
    let farthest = distances.map(|(number, panel)| (number, panel, plane_mm(panel)));
    let farthest = farthest.max_by(|one, other| one.2.total_cmp(&other.2));
    let distance = farthest.and_then(|(number, panel, plane)| {
        length(format!("distance of panel {}", panel.called(number)), plane, "mm", &DISTANCE_MM)
    });
    let oblique = panels().find_map(|(number, panel)| {
        let off = (panel.fast.angle(&panel.slow).to_degrees() - 90.0).abs();
        let place = format!("axes of panel {}", panel.called(number));
        let found = format!("{} degrees", g(90.0 + off, 4));
        (off > OBLIQUE_DEG).then(|| {
            Warning::new(WarningKind::ObliqueAxes, path, place, found, "rendered so, as a parallelogram")
        })
    });
    let edge = geometry.crystal.and_then(|star| star.try_inverse()).and_then(|real| {
        let cell = cell_of_rows(&real);
        let edges = cell.iter().take(3);
        edges.filter_map(|edge| length("cell".to_owned(), *edge, "Angstrom", &EDGE_ANGSTROM)).next()
    });
    [pixel, distance, oblique, edge].into_iter().flatten().collect()
}

/// From the crystal to the plane of a panel, mm.
fn plane_mm(panel: &Panel) -> f64 {
    let normal = panel.fast.cross(&panel.slow);
    (panel.origin_mm.dot(&normal) / normal.norm()).abs()
}

#[cfg(test)]
mod tests {
    use super::super::{Selection, read_geometry};

    #[test]
    fn lengths_in_another_unit_and_oblique_axes_are_said() {
        let text = "photon_energy = 12000\nclen = 0.1\nres = 10000\np0/min_fs = 0\np0/max_fs = 7\np0/min_ss = 0\n\
            p0/max_ss = 7\np0/corner_x = -4\np0/corner_y = -4\np0/fs = x\np0/ss = y\n";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.geom");
        let said = |from: &str, to: &str| -> Vec<String> {
            assert!(text.contains(from), "{from}");
            std::fs::write(&path, text.replace(from, to)).unwrap();
            let start = format!("{}: ", path.display());
            let found = read_geometry(&path, Selection::default()).unwrap();
            found.warnings.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect()
        };
        assert_eq!(said("clen", "clen"), [""; 0]);
        let far = "distance of panel \"p0\": 100000: read as mm; usual are 5 to 20000";
        assert_eq!(said("clen = 0.1", "clen = 100"), [far]);
        let wide = "pixel of panel \"p0\": 1000: read as mm; usual are 0.001 to 10";
        assert!(said("res = 10000", "res = 1").contains(&wide.to_owned()));
        let oblique = "axes of panel \"p0\": 120 degrees: rendered so, as a parallelogram";
        assert_eq!(said("fs = x", "fs = 0.8660254x -0.5y"), [oblique]);
        assert_eq!(said("fs = x", "fs = 0.9999x -0.0141y"), [""; 0]);
    }
}
