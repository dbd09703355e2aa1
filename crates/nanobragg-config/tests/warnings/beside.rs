//! What one file says and another one, or a flag, says otherwise: it counts, or is named.

use std::ffi::OsString;
use std::path::Path;

use super::images::{swung, upright};
use nanobragg::model::Polarization;
use nanobragg::nalgebra::{Matrix3, Rotation3, Vector3};
use nanobragg_config::classic::parse;
use nanobragg_config::{Context, Setup, resolve};
use nanobragg_io::cbf::{MiniHeader, write_cbf};
use nanobragg_io::nexus::{Setting, StackWriter};

fn resolved(folder: &Path, line: &str) -> Result<Setup, String> {
    let args = parse(format!("-nodump {line}").split_whitespace().map(OsString::from)).unwrap();
    let context = Context { directory: folder.to_owned(), seed: 1, ..Context::default() };
    resolve(&args, &context).map_err(|error| error.to_string())
}

fn said(folder: &Path, line: &str) -> Vec<String> {
    let setup = resolved(folder, line).unwrap_or_else(|error| panic!("{line}: {error}"));
    setup.warnings.iter().map(ToString::to_string).collect()
}

/// A list with a crystal of 50, 60 and 70 Å.
const LIST: &str = "{\"experiment\": [{\"beam\": 0, \"detector\": 0, \"crystal\": 0}], \"beam\": [{\"direction\": [0, 0, 1], \
    \"wavelength\": 1}], \"detector\": [{\"panels\": [{\"origin\": [-1, 1, -50], \"fast_axis\": [1, 0, 0], \
    \"slow_axis\": [0, -1, 0], \"pixel_size\": [0.1, 0.1], \"image_size\": [4, 3]}]}], \"crystal\": [{\"real_space_a\": [50, 0, 0], \
    \"real_space_b\": [0, 60, 0], \"real_space_c\": [0, 0, 70]}]}";
const MATRIX: &str = "0.02 0 0\n0 0.016666667 0\n0 0 0.0142857143\n";
const REFLECTIONS: &str = "_symmetry.space_group_name_H-M 'P 2'\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n\
    _refln.F_meas_au\n1 0 0 5\n";

fn cif(a: f64) -> String {
    format!(
        "data_x\n_cell.length_a {a}\n_cell.length_b 60\n_cell.length_c 70\n_cell.angle_alpha 90\n_cell.angle_beta 90\n\
         _cell.angle_gamma 90\n{REFLECTIONS}"
    )
}

#[test]
fn a_cell_that_does_not_count_is_named_whatever_counts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.expt", LIST);
    write("A.mat", MATRIX);
    write("other.mat", &MATRIX.replace("0.02 ", "0.019 "));
    write("turned.mat", "0 0.016666667 0\n-0.02 0 0\n0 0 0.0142857143\n");
    for (name, a) in [("same.cif", 50.1), ("other.cif", 55.0)] {
        write(name, &cif(a));
    }
    let said = |line: &str| said(folder.path(), line);
    let other = "other.cif: unit cell: 55 60 70 90 90 90: ignored";
    let own = "50 60 70 90 90 90";
    for (line, expected) in [
        ("-lambda 1 -mat A.mat -hkl same.cif", vec![]),
        ("-lambda 1 -mat A.mat -hkl other.cif", vec![format!("{other}; -mat A.mat counts, {own}")]),
        ("-geometry a.expt -hkl same.cif", vec![]),
        ("-geometry a.expt -hkl other.cif", vec![format!("{other}; -geometry a.expt counts, {own}")]),
        ("-geometry a.expt -pdb same.cif -default_F 1", vec![]),
        (
            "-geometry a.expt -pdb other.cif -default_F 1",
            vec![format!("{other}; -geometry a.expt counts, {own}")],
        ),
        (
            "-lambda 1 -pdb same.cif -hkl other.cif",
            vec![format!("{other}; -pdb same.cif counts, 50.1 60 70 90 90 90")],
        ),
        ("-lambda 1 -cell 50 60 70 90 90 90 -hkl other.cif", vec![format!("{other}; -cell {own} counts")]),
        ("-geometry a.expt -mat A.mat -default_F 1", vec![]),
        (
            "-geometry a.expt -mat other.mat -default_F 1",
            vec![format!("a.expt: crystal: {own}: ignored; -mat other.mat counts, 52.6316 60 70 90 90 90")],
        ),
        (
            "-geometry a.expt -mat turned.mat -default_F 1",
            vec![format!(
                "a.expt: crystal: {own}: its orientation is ignored; that of -mat turned.mat counts"
            )],
        ),
    ] {
        let found: Vec<String> = said(line)
            .into_iter()
            .map(|text| text.replace(&format!("{}/", folder.path().display()), ""))
            .collect();
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn a_wavelength_beside_structure_factors_is_named_where_none_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.cif", &format!("{}_diffrn_radiation_wavelength.wavelength 0.9795\n", cif(50.0)));
    write("same.cif", &format!("{}_diffrn_radiation_wavelength.wavelength 1.0\n", cif(50.0)));
    write("s.txt", "0.97 1\n0.98 1\n");
    let said = |line: &str| {
        let all = said(folder.path(), &format!("-detpixels 8 -pixel 1 {line}"));
        all.into_iter().filter(|said| said.contains("wavelength: 0.9795")).collect::<Vec<_>>()
    };
    let expected =
        "a.cif: wavelength: 0.9795 Angstrom: ignored; 1 Angstrom is assumed: -lambda or -energy says it";
    assert!(said("-hkl a.cif").iter().all(|said| said.ends_with(expected)) && said("-hkl a.cif").len() == 1);
    for line in ["-hkl a.cif -lambda 1.2", "-hkl a.cif -spectrum s.txt", "-hkl same.cif"] {
        assert_eq!(said(line), [""; 0], "{line}");
    }
}

#[test]
fn an_exposure_by_which_a_flux_does_not_count_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write_cbf(&folder.path().join("a.cbf"), &MiniHeader { exposure: 0.2, ..swung() }, &[1; 6]).unwrap();
    let named = |line: &str| {
        let line =
            format!("-cell 50 60 70 90 90 90 -default_F 1 -twotheta 10 -beamsize 0.1 -img a.cbf {line}");
        said(folder.path(), &line).into_iter().filter(|said| said.contains("exposure")).collect::<Vec<_>>()
    };
    assert_eq!(named("-flux 1e12"), ["a.cbf: exposure: 0.2 s: ignored: 1 s count; -exposure says how long"]);
    for line in ["", "-flux 1e12 -exposure 0.5", "-flux 1e12 -quirks reference", "-fluence 1e24"] {
        assert_eq!(named(line), [""; 0], "{line}");
    }
}

#[test]
fn a_space_group_that_the_structure_factors_do_not_have_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.cif", &cif(50.0));
    let record = "CRYST1   50.000   60.000   70.000  90.00  90.00  90.00 P 2 2 2       1\n";
    write("same.pdb", &record.replace("2 2 2", "1 2 1"));
    write("none.pdb", &record.replace("2 2 2", "1    "));
    write("other.pdb", record);
    let hall =
        |symbol: &str| LIST.replace("70]}", &format!("70], \"space_group_hall_symbol\": \"{symbol}\"}}"));
    write("same.expt", &hall("P 2y"));
    write("screw.expt", &hall("P 2yb"));
    write("more.expt", &hall("P 2 2"));
    let said = |line: &str| said(folder.path(), &format!("-lambda 1 -hkl a.cif {line}"));
    let matrix = |group: &str| {
        format!("{MATRIX} 0 0 0\n1 0 0\n0 1 0\n0 0 1\n 50 60 70 90 90 90\n 0 0 0\nSYMM {group}\n")
    };
    write("same.mat", &matrix("P2"));
    write("other.mat", &matrix("P222"));
    let good =
        ["-pdb same.pdb", "-pdb none.pdb", "-geometry same.expt", "-geometry screw.expt", "-mat same.mat"];
    for good in good {
        assert_eq!(said(good), [""; 0], "{good}");
    }
    for (line, expected) in [
        ("-pdb other.pdb", "other.pdb: space group: P 2 2 2: ignored"),
        ("-geometry more.expt", "more.expt: space group: P 2 2: ignored"),
        ("-mat other.mat", "other.mat: space group: P222: ignored"),
    ] {
        let expected =
            format!("{expected}; the symmetry of the structure factors is P 1 2 1 (number 3), which counts");
        assert_eq!(said(line), [expected]);
    }
}

#[test]
fn a_group_that_the_axes_of_a_matrix_cannot_have_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("A.mat"), MATRIX).unwrap();
    std::fs::write(folder.path().join("a.hkl"), "1 0 0 5\n").unwrap();
    let said = said(folder.path(), "-lambda 1 -mat A.mat -hkl a.hkl -spacegroup P4");
    assert!(
        said.len() == 1 && said[0].contains("cannot have the symmetry of the space group P4"),
        "{said:?}"
    );
}

#[test]
fn a_misspelled_crystal_is_named_where_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.expt"), LIST.replace("\"crystal\": 0", "\"crystall\": 0")).unwrap();
    let error = resolved(folder.path(), "-geometry a.expt -default_F 1").unwrap_err();
    let expected = "experiment[0].crystall: 0: not read; did you mean crystal?)";
    assert!(error.starts_with("no crystal: ") && error.ends_with(expected), "{error}");
}

#[test]
fn a_cell_without_an_orientation_is_no_matter_where_a_flag_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let input = "JOB= ALL NX= 8 NY= 8 QX= 1 QY= 1\nORGX= 4 ORGY= 4 DETECTOR_DISTANCE= 100 X-RAY_WAVELENGTH= 1\n\
        INCIDENT_BEAM_DIRECTION= 0 0 1 ROTATION_AXIS= 1 0 0 OSCILLATION_RANGE= 0.1\n\
        DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0 DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0\nUNIT_CELL_CONSTANTS= 50 60 70 90 90 90\n";
    std::fs::write(folder.path().join("XDS.INP"), input).unwrap();
    let line = |cell: &str| said(folder.path(), &format!("-geometry XDS.INP -default_F 1 -cell {cell}"));
    assert_eq!(line("50 60 70 90 90 90"), [""; 0]);
    let expected = "XDS.INP: unit cell: 50 60 70 90 90 90: ignored; -cell 55 60 70 90 90 90 counts";
    assert_eq!(line("55 60 70 90 90 90"), [expected]);
}

fn stack(folder: &Path, change: impl FnOnce(Setting) -> Setting) {
    let mut stack = StackWriter::create(&folder.join("a.nxs"), &change(upright()), 1).unwrap();
    stack.write(0, &[1; 6]).unwrap();
    stack.finish().unwrap();
}

#[test]
fn polarization_and_sensor_of_a_stack_count_or_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let angle = 30_f64.to_radians();
    let stokes = [1.0, 0.9 * (2.0 * angle).cos(), 0.9 * (2.0 * angle).sin(), 0.0];
    stack(folder.path(), |setting| Setting {
        polarization_stokes: Some(stokes),
        sensor_thickness_mm: Some(0.32),
        spindle: [-1.0, 0.0, 0.0],
        ..setting
    });
    let base = "-cell 50 60 70 90 90 90 -default_F 1 -img a.nxs";
    let of = |more: &str| resolved(folder.path(), &format!("{base} {more}")).unwrap();
    let setup = of("");
    let Polarization::Kahn(factor) = setup.experiment.beam.polarization() else { panic!() };
    assert!((factor - 0.9).abs() < 1e-12, "{factor}");
    let plan = setup.experiment.plan().unwrap();
    // The field is 30 degrees from the horizontal, which lies along the fast axis.
    let along = plan.detector.polar.normalize().dot(&plan.detector.fdet.normalize()).abs();
    assert!((along - angle.cos()).abs() < 1e-9, "{along}");
    let texts = |setup: &Setup| setup.warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
    let sensor = "a.nxs: entry/instrument/detector/sensor_thickness: 0.32 mm Si: ignored: photons count at the surface; \
        -detector_thick and -detector_abs give a sensor, -detector_thick 0 says that there is none";
    assert_eq!(texts(&setup), [sensor]);
    assert_eq!(texts(&of("-detector_thick 320 -detector_abs 250")), [""; 0]);
    let flag = of("-polar 0.5 -detector_thick 320 -detector_abs 250");
    assert_eq!(flag.experiment.beam.polarization(), Polarization::Kahn(0.5));
    assert_eq!(of("-nopolar").experiment.beam.polarization(), Polarization::Off);
    let spec = of("-quirks spec");
    assert_eq!(spec.experiment.beam.polarization(), Polarization::Kahn(0.0));
    let expected = "a.nxs: entry/instrument/beam/incident_polarization_stokes: Kahn's factor 0.9: ignored under -quirks spec; -polar says \
        how the beam is polarized";
    assert!(texts(&spec).iter().any(|text| text == expected), "{:?}", texts(&spec));
    let reference = of("-quirks reference");
    assert_eq!(reference.experiment.beam.polarization(), Polarization::Kahn(0.0));
    assert_eq!(texts(&reference), [""; 0]);
}

#[test]
fn an_image_without_a_polarization_factor_is_read_so() {
    let folder = tempfile::tempdir().unwrap();
    let of = |line: &str| {
        let line = format!("-cell 50 60 70 90 90 90 -default_F 1 {line}");
        resolved(folder.path(), &line).unwrap().experiment.beam.polarization()
    };
    let made_by = vec!["nanobragg, preset exact: -nopolar".to_owned()];
    let header = MiniHeader { twotheta_deg: 0.0, made_by, ..swung() };
    write_cbf(&folder.path().join("a.cbf"), &header, &[1; 6]).unwrap();
    write_cbf(&folder.path().join("other.cbf"), &MiniHeader { made_by: vec![], ..header }, &[1; 6]).unwrap();
    stack(folder.path(), |setting| Setting { spindle: [-1.0, 0.0, 0.0], ..setting });
    assert_eq!(of("-img a.cbf"), Polarization::Off);
    assert_eq!(of("-img a.nxs"), Polarization::Off);
    assert_eq!(of("-img other.cbf"), Polarization::Kahn(0.0));
    assert_eq!(of("-img a.cbf -polar 0.5"), Polarization::Kahn(0.5));
    assert_eq!(of("-img a.cbf -quirks spec"), Polarization::Kahn(0.0));
    stack(folder.path(), |setting| Setting { polarization_stokes: Some([1.0, 0.5, 0.0, 0.0]), ..setting });
    assert_eq!(of("-mask a.cbf -img a.nxs -spindle_axis 0 0 1"), Polarization::Kahn(0.5));
}

#[test]
fn another_fluence_of_a_stack_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let base = "-cell 50 60 70 90 90 90 -default_F 1 -img a.nxs";
    stack(folder.path(), |setting| Setting { fluence_per_m2: 1e24, exposure: 0.5, ..setting });
    let expected = "a.nxs: flux: 1e+24 photons/m^2 in an image: ignored; 1.25932e+29 count, -fluence says another number";
    assert_eq!(said(folder.path(), base), [expected]);
    assert_eq!(said(folder.path(), &format!("{base} -fluence 1e24")), [""; 0]);
}

#[test]
fn a_matrix_and_a_mask_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("A.mat"), "1 2 3\n2 4 6\n3 6 9\n").unwrap();
    let error = resolved(folder.path(), "-lambda 1 -mat A.mat -default_F 1").unwrap_err();
    assert_eq!(error, "A.mat: the orientation matrix spans no volume");
    write_cbf(&folder.path().join("a.cbf"), &swung(), &[1; 6]).unwrap();
    let error =
        resolved(folder.path(), "-cell 50 60 70 90 90 90 -mask a.cbf -detpixels 5 -default_F 1").unwrap_err();
    assert_eq!(error, "a.cbf: the mask has 3 x 2 pixels, the detector 5 x 5");
}

#[test]
fn a_cell_of_the_crystal_in_a_stack_is_named_where_another_counts() {
    let folder = tempfile::tempdir().unwrap();
    stack(folder.path(), |setting| Setting { spindle: [-1.0, 0.0, 0.0], ..setting });
    let said = |cell: &str| said(folder.path(), &format!("-default_F 1 -img a.nxs -cell {cell}"));
    assert_eq!(said("50 60 70 90 90 90"), [""; 0]);
    let expected = "a.nxs: unit cell: 50 60 70 90 90 90: ignored; -cell 51 60 70 90 90 90 counts";
    assert_eq!(said("51 60 70 90 90 90"), [expected]);
}

/// The columns of a crystal of 50, 60 and 70 Å that a rotation about these axes by these degrees turns, one after another, row after row, in
/// the frame of NeXus.
fn turned(turns: &[([f64; 3], f64)]) -> Option<[f64; 9]> {
    let star = Matrix3::from_diagonal(&Vector3::new(1.0 / 50.0, 1.0 / 60.0, 1.0 / 70.0));
    let turn =
        |star, (axis, deg): &([f64; 3], f64)| Rotation3::new(Vector3::from(*axis) * deg.to_radians()) * star;
    turns.iter().fold(star, turn).transpose().as_slice().try_into().ok()
}

#[test]
fn an_orientation_in_a_stack_that_is_not_the_one_rendered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // The laboratory of -mosflm has x along the beam and z along the spindle; NeXus has z along the beam and the spindle along -x.
    let nexus = |star: [f64; 9]| -> [f64; 9] {
        let mut rows = [0.0; 9];
        for column in 0..3 {
            let [x, y, z] = [0, 1, 2].map(|row| star[3 * row + column]);
            (rows[column], rows[3 + column], rows[6 + column]) = (-z, y, x);
        }
        rows
    };
    let write = |star: Option<[f64; 9]>, change: fn(Setting) -> Setting| {
        stack(path, |setting| {
            let spindle = [-1.0, 0.0, 0.0];
            change(Setting { spindle, sensor_thickness_mm: None, ub_matrix: star.map(nexus), ..setting })
        });
    };
    let still = |setting| Setting { rotation: None, ..setting };
    let said = |flags: &str| said(path, &format!("-default_F 1 -img a.nxs -cell 50 60 70 90 90 90 {flags}"));
    let other = |deg: &str| {
        format!(
            "a.nxs: crystal: 50 60 70 90 90 90: its orientation is ignored: the one that is rendered is {deg} deg off; -mat, -misset \
             and the convention decide it"
        )
    };
    write(turned(&[]), still);
    assert_eq!(said(""), [""; 0]);
    assert_eq!(said("-misset 0 0.4 0"), [""; 0]);
    assert_eq!(said("-misset 0 30 0"), [other("30")]);
    assert_eq!(said("-misset random"), [""; 0]);
    assert_eq!(said("-quirks reference"), [""; 0]);
    // Half a turn about an axis of such a cell brings its lattice upon itself.
    let xds = said("-xds");
    assert!(
        xds.len() == 1 && xds[0].starts_with("a.nxs: crystal: ") && xds[0].contains(" is 90 deg off"),
        "{xds:?}"
    );
    // A still has the orientation that its spindle angle makes.
    assert_eq!(said("-phi 20"), [other("20")]);
    write(turned(&[([0.0, 0.0, 1.0], 20.0)]), still);
    assert_eq!(said("-phi 20"), [""; 0]);
    write(turned(&[([0.0, 1.0, 0.0], 30.0)]), |setting| setting);
    assert_eq!(said("-misset 0 30 0"), [""; 0]);
    assert_eq!(said("-misset 0 30 0 -phi 20"), [""; 0]);
    assert_eq!(said(""), [other("30")]);
    // Of another cell its edges are named.
    let two = said("-misset 0 50 0 -cell 50 60 75 90 90 90");
    assert!(two.len() == 1 && two[0].starts_with("a.nxs: unit cell: "), "{two:?}");
}

#[test]
fn polarization_and_sensor_of_a_mini_cbf_count_or_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let header =
        MiniHeader { twotheta_deg: 0.0, polarization: Some(0.95), sensor_thickness: Some(320e-6), ..swung() };
    write_cbf(&folder.path().join("a.cbf"), &header, &[1; 6]).unwrap();
    let setup = resolved(folder.path(), "-cell 50 60 70 90 90 90 -default_F 1 -img a.cbf").unwrap();
    let Polarization::Kahn(factor) = setup.experiment.beam.polarization() else { panic!() };
    assert!((factor - 0.9).abs() < 1e-12, "{factor}");
    let texts: Vec<String> = setup.warnings.iter().map(ToString::to_string).collect();
    let expected = "a.cbf: Silicon sensor, thickness: 0.000320000 m: ignored: photons count at the surface; -detector_thick \
        and -detector_abs give a sensor, -detector_thick 0 says that there is none";
    assert_eq!(texts, [expected]);
}
