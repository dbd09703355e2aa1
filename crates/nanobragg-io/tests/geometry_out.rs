//! What is written reads as what it was made of.

#![allow(clippy::unwrap_used, reason = "tests")]

use nalgebra::{Matrix3, Rotation3, Vector3};
use nanobragg_io::cell::{Notation, SpaceGroup};
use nanobragg_io::geometry::{
    About, Geometry, GeometryFormat, Panel, Polarization, Scan, Selection, read_geometry, write_geometry,
};
use nanobragg_io::{Error, ErrorKind, Result};

/// Two panels that are tilted against each other, a beam and a spindle that lie anyhow.
fn instrument(beam: Vector3<f64>) -> Geometry {
    let panel = |name: &str, shift: f64, tilt: f64| {
        let turn = Rotation3::from_euler_angles(0.1, tilt, -0.2);
        Panel {
            name: name.to_owned(),
            origin_mm: Vector3::new(-20.0 + shift, 15.0, -130.0),
            fast: turn * Vector3::x(),
            slow: turn * -Vector3::y(),
            pixel_mm: [0.172; 2],
            distance_elsewhere: None,
            fast_pixels: 30,
            slow_pixels: 20 + shift as usize,
        }
    };
    Geometry {
        wavelength_angstrom: Some(1.234_567_890_123),
        beam: Some(beam.normalize()),
        polarization: Some(Polarization { normal: Vector3::y(), fraction: 0.99 }),
        panels: vec![panel("first", 0.0, 0.05), panel("second", 6.0, -0.11)],
        spindle_axis: Some(Vector3::new(1.0, 0.02, 0.0).normalize()),
        scan: Some(Scan { start_deg: 10.0, range_deg: -0.25 }),
        crystal: Some(Matrix3::new(0.01, 0.002, -0.001, -0.003, 0.012, 0.0005, 0.001, -0.002, 0.009)),
        space_group: Some(SpaceGroup { text: "P 2yb".to_owned(), notation: Notation::Hall }),
        lone_cell: None,
        varying_images: 1,
        warnings: Vec::new(),
    }
}

/// What is read of what is written.
fn again(name: &str, geometry: &Geometry, about: &About) -> Result<Geometry> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    write_geometry(&path, GeometryFormat::of(&path).unwrap(), geometry, about)?;
    read_geometry(&path, Selection::default())
}

/// Whether two instruments are the same, but for a turn of the laboratory and for names.
fn same(a: &Geometry, b: &Geometry, with_crystal: bool) -> bool {
    let vectors = |geometry: &Geometry| {
        let mut all = vec![geometry.beam.unwrap()];
        for panel in &geometry.panels {
            all.extend([panel.fast, panel.slow, panel.origin_mm]);
        }
        if with_crystal {
            all.push(geometry.spindle_axis.unwrap());
            let crystal = geometry.crystal.unwrap();
            all.extend([0, 1, 2].map(|column| crystal.column(column) * 100.0));
        }
        all
    };
    let (a_vectors, b_vectors) = (vectors(a), vectors(b));
    let close = |x: f64, y: f64| (x - y).abs() < 1e-9 * (1.0 + x.abs());
    // Lengths, angles and handedness are what a turn keeps.
    let products = |v: &[Vector3<f64>]| -> Vec<f64> {
        let triple = v[1].cross(&v[2]).dot(&v[3]);
        v.iter().flat_map(|x| v.iter().map(|y| x.dot(y))).chain([triple]).collect()
    };
    let (left, right) = (products(&a_vectors), products(&b_vectors));
    let sizes = |geometry: &Geometry| -> Vec<[usize; 2]> {
        geometry.panels.iter().map(|panel| [panel.fast_pixels, panel.slow_pixels]).collect()
    };
    left.len() == right.len()
        && left.iter().zip(&right).all(|(x, y)| close(*x, *y))
        && sizes(a) == sizes(b)
        && a.panels.iter().zip(&b.panels).all(|(p, q)| (0..2).all(|i| close(p.pixel_mm[i], q.pixel_mm[i])))
        && close(a.wavelength_angstrom.unwrap(), b.wavelength_angstrom.unwrap())
}

#[test]
fn lists_and_inputs_of_xds_read_as_what_they_were_made_of() {
    for beam in [-Vector3::z(), Vector3::z(), Vector3::new(0.01, -0.02, -1.0)] {
        let made = instrument(beam);
        for name in ["a.expt", "XDS.INP"] {
            let found = again(name, &made, &About { images: 90, ..About::default() }).unwrap();
            assert!(same(&made, &found, true), "{name}: {found:#?}");
            assert_eq!(found.scan, made.scan, "{name}");
            let [normal, axis] = [found.polarization.unwrap().normal, found.spindle_axis.unwrap()];
            let [made_normal, made_axis] = [Vector3::y(), made.spindle_axis.unwrap()];
            assert!((normal.dot(&axis) - made_normal.dot(&made_axis)).abs() < 1e-12, "{name}");
            assert!(found.warnings.is_empty(), "{name}: {:?}", found.warnings);
            let mut other = made.clone();
            other.panels[1].origin_mm.x += 1e-6;
            assert!(!same(&other, &found, true), "{name}");
        }
        // A list keeps the frame and the symmetry too.
        let found = again("a.expt", &made, &About::default()).unwrap();
        assert!((found.beam.unwrap() - made.beam.unwrap()).norm() < 1e-15);
        assert_eq!(found.space_group, made.space_group);
        assert_eq!(found.panels[1].name, "second");
    }
}

#[test]
fn geometry_files_of_crystfel_have_the_detector() {
    for beam in [-Vector3::z(), Vector3::z(), Vector3::new(0.3, -0.2, -1.0)] {
        let mut made = instrument(beam);
        made.panels[1].pixel_mm = [0.1, 0.15];
        let found = again("a.geom", &made, &About::default()).unwrap();
        assert!(same(&made, &found, false), "{found:#?}");
        assert_eq!(found.beam, Some(Vector3::z()));
        let mut other = made.clone();
        other.panels[0].fast_pixels += 1;
        assert!(!same(&other, &found, false));
    }
}

#[test]
fn a_still_has_neither_scan_nor_goniometer() {
    let still = Geometry { scan: None, crystal: None, ..instrument(-Vector3::z()) };
    let found = again("a.expt", &still, &About::default()).unwrap();
    assert_eq!((found.scan, found.spindle_axis, found.crystal), (None, None, None));
}

#[test]
fn a_scan_has_all_its_images() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.expt");
    let made = instrument(-Vector3::z());
    let about = About { images: 3, exposure_s: 0.1, ..About::default() };
    write_geometry(&path, GeometryFormat::Expt, &made, &about).unwrap();
    let start = |scan_point| {
        read_geometry(&path, Selection { experiment: 0, scan_point })
            .map(|found| found.scan.unwrap().start_deg)
    };
    assert_eq!([start(0).unwrap(), start(2).unwrap()], [10.0, 9.5]);
    assert!(start(3).is_err());
}

#[test]
fn what_a_format_cannot_say_is_refused() {
    let refused = |name: &str, geometry: &Geometry| {
        let error = again(name, geometry, &About::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unwritable);
        error.to_string()
    };
    let mut oblique = instrument(Vector3::z());
    oblique.panels[1].slow = (oblique.panels[1].slow + oblique.panels[1].fast * 0.1).normalize();
    assert!(refused("XDS.INP", &oblique).ends_with("axes of panel \"second\" are not at right angles"));
    assert!(again("a.geom", &oblique, &About::default()).is_ok());
    let mut mixed = instrument(Vector3::z());
    mixed.panels[1].pixel_mm = [0.1; 2];
    assert!(refused("XDS.INP", &mixed).ends_with("pixels of panel \"second\" have another size"));
    let dark = Geometry { wavelength_angstrom: None, ..instrument(Vector3::z()) };
    assert!(refused("a.expt", &dark).ends_with("an experiment list needs a wavelength"));
}

#[test]
fn panels_have_pixels() {
    let mut empty = instrument(-Vector3::z());
    empty.panels[1].slow_pixels = 0;
    for (name, text) in [("XDS.INP", "panel \"second\" has no pixels"), ("a.geom", "has no pixels")] {
        let error = again(name, &empty, &About::default()).unwrap_err().to_string();
        assert!(error.ends_with(text), "{error}");
    }
}

#[test]
fn a_comment_of_crystfel_is_no_line_of_xds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geom");
    let about =
        About { made_by: vec!["from XDS.INP with DETECTOR_DISTANCE= 200".to_owned()], ..About::default() };
    let made = instrument(-Vector3::z());
    assert_eq!(again("a.geom", &made, &about).unwrap().panels.len(), 2);
    std::fs::write(&path, "photon_energy = 9000 ; DETECTOR_DISTANCE= 3\n").unwrap();
    let error = read_geometry(&path, Selection::default()).unwrap_err().to_string();
    assert!(!error.contains("QX"), "{error}");
}

#[test]
fn comments_stay_comments() {
    let about = About { made_by: vec!["nanobragg\nQX= 7".to_owned()], ..About::default() };
    let made = instrument(-Vector3::z());
    for name in ["XDS.INP", "a.geom"] {
        assert!(again(name, &made, &about).unwrap().panels.len() == 2, "{name}");
    }
}

#[test]
fn an_input_of_xds_as_users_write_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("XDS.INP");
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let error = |e: Error| e.to_string().replace(&path.display().to_string(), "XDS.INP");
        read_geometry(&path, Selection::default()).map_err(error)
    };
    let text = "! QX= 9\nJOB= ALL\n DETECTOR=PILATUS MINIMUM_VALID_PIXEL_VALUE=0 OVERLOAD= 1048500\n\
        NX=487 NY= 619 QX=0.172  QY = 0.172 !mm\nORGX= 243.5 ORGY=309.5\nDETECTOR_DISTANCE= 200.0\n\
        X-RAY_WAVELENGTH= 0.9795\nROTATION_AXIS= 1 0 0\nOSCILLATION_RANGE=0.1 STARTING_ANGLE= 5 STARTING_FRAME=1\n\
        DATA_RANGE= 11 900\nUNIT_CELL_CONSTANTS= 70 80 90 90 90 90\nDIRECTION_OF_DETECTOR_X-AXIS= 1 0 0\n\
        DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0\n";
    let found = read(text).unwrap();
    assert_eq!(found.panels[0].origin_mm, Vector3::new(-243.0 * 0.172, -309.0 * 0.172, 200.0));
    assert_eq!(found.beam, Some(Vector3::z()));
    assert_eq!(found.scan, Some(Scan { start_deg: 6.0, range_deg: 0.1 }));
    assert!(found.warnings[0].to_string().contains("a cell without an orientation is ignored"));
    // XDS has a value for the part of the polarization that the file does not give.
    assert_eq!(found.polarization, None);
    let of = |more: &str| read(&format!("{text}{more}\n")).unwrap().polarization.unwrap();
    let (normal, fraction) = (Vector3::y(), 0.5);
    assert_eq!(of("FRACTION_OF_POLARIZATION= 0.98"), Polarization { normal, fraction: 0.98 });
    assert_eq!(of("POLARIZATION_PLANE_NORMAL= 1 0 0"), Polarization { normal: Vector3::x(), fraction });
    let along = read(&format!("{text}FRACTION_OF_POLARIZATION= 0.9 POLARIZATION_PLANE_NORMAL= 0 0 -1\n"));
    let expected = "XDS.INP: polarization normal: expected a direction across the beam, found \"0 0 -1\"";
    assert_eq!(along.unwrap_err(), expected);
    let expected = "XDS.INP:4: expected a number, found \"QX= x\"";
    assert_eq!(read(&text.replace("QX=0.172", "QX=x")).unwrap_err(), expected);
    let expected = "XDS.INP: ORGY: expected a number, found none";
    assert_eq!(read(&text.replace("ORGY=309.5", "")).unwrap_err(), expected);
    let expected = "XDS.INP:3: expected \"KEY= VALUES\", found \"nonsense\"";
    assert_eq!(read(&text.replace("JOB= ALL\n", "JOB=\nnonsense\n")).unwrap_err(), expected);
    let early = "SEGMENT_ORGX= 3\n".to_owned() + text;
    assert!(read(&early).unwrap_err().starts_with("XDS.INP:1: expected a line SEGMENT= before it"));
}
