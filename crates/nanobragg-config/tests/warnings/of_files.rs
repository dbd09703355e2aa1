//! Files of which each makes one warning.

/// Files to write, by name; the line of flags that reads them; code, file, place, what was found and what is assumed.
pub(super) struct OfFile {
    pub name: &'static str,
    pub text: String,
    pub line: &'static str,
    pub code: &'static str,
    pub place: Option<&'static str>,
    pub found: Option<&'static str>,
    pub assumed: Option<&'static str>,
}

const LIST: &str = "{\"experiment\": [{\"beam\": 0, \"detector\": 0}], \"beam\": [{\"direction\": [0, 0, 1], \
    \"wavelength\": 1}], \"detector\": [{\"panels\": [{\"origin\": [-1, 1, -50], \"fast_axis\": [1, 0, 0], \
    \"slow_axis\": [0, -1, 0], \"pixel_size\": [0.1, 0.1], \"image_size\": [4, 3]}]}]}";
const PANEL: &str = "clen = 0.1\nres = 10000\np0/min_fs = 0\np0/max_fs = 7\np0/min_ss = 0\np0/max_ss = 7\n\
    p0/corner_x = -4\np0/corner_y = -4\np0/fs = x\np0/ss = y\n";
const INPUT: &str = "DETECTOR=PILATUS\nNX=48 NY=61 QX=0.172 QY=0.172\nORGX=24 ORGY=30\nDETECTOR_DISTANCE= 200\n\
    X-RAY_WAVELENGTH= 0.9795\nROTATION_AXIS= 1 0 0\nUNIT_CELL_CONSTANTS= 70 80 90 90 90 90\n";
const AXES: &str = "UNIT_CELL_A-AXIS= 50 0 0 UNIT_CELL_B-AXIS= 0 80 0 UNIT_CELL_C-AXIS= 0 0 90\n";
const LOOP: &str =
    "data_x\n_symmetry.space_group_name_H-M 'P 2'\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n";
const MATRIX: &str =
    "0.022 0 0\n0 0.01925 0\n0 0 0.0171111\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n70 80 90 90 90 90\n0 0 0\n";

pub(super) fn of_files() -> Vec<OfFile> {
    let file = |name, text: &str, line, code, place, found, assumed| OfFile {
        name,
        text: text.to_owned(),
        line,
        code,
        place,
        found,
        assumed,
    };
    let list = |from: &str, to: &str, code, place, found, assumed| {
        assert!(LIST.contains(from), "{from}");
        file(
            "a.expt",
            &LIST.replace(from, to),
            "-geometry a.expt -cell 50 -default_F 1",
            code,
            place,
            found,
            assumed,
        )
    };
    let panel = |more: &str, code, place, found, assumed| {
        file(
            "a.geom",
            &format!("{PANEL}{more}"),
            "-geometry a.geom -cell 50 -default_F 1",
            code,
            place,
            found,
            assumed,
        )
    };
    let cif = |rest: &str, code, place, found, assumed| {
        file("a.cif", &format!("{LOOP}{rest}"), "-hkl a.cif -cell 50 60 70", code, place, found, assumed)
    };
    vec![
        list("\"beam\": 0, ", "", "config.no-beam", None, None, Some("-z is assumed")),
        file(
            "a.expt",
            LIST,
            "-geometry a.expt -cell 50 -default_F 1 -osc 1",
            "config.no-spindle",
            None,
            None,
            Some("x is assumed"),
        ),
        list(
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"polarization_fraction\": 0.9",
            "io.half-polarization",
            Some("beam[0].polarization_fraction"),
            Some("0.9"),
            Some("a polarization_normal of 0, 1, 0 is assumed"),
        ),
        list(
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"polarization_normal\": [1, 0, 0]",
            "io.half-polarization",
            Some("beam[0].polarization_normal"),
            Some("[1,0,0]"),
            Some("a polarization_fraction of 0.5 is assumed"),
        ),
        list(
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"probe\": \"electron\"",
            "io.other-probe",
            Some("beam[0].probe"),
            Some("electron"),
            Some("scattering is that of X-rays"),
        ),
        list(
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"wavelength_range\": [0.9, 1.1]",
            "io.polychromatic",
            Some("beam[0].wavelength_range"),
            Some("[0.9,1.1]"),
            Some("a polychromatic beam is rendered at its one wavelength; a spectrum is a file of its own"),
        ),
        list(
            "\"image_size\"",
            "\"gain\": 2, \"image_size\"",
            "io.detector-properties",
            Some("detector[0].panels"),
            Some("gain"),
            Some("ignored: pixels count photons"),
        ),
        list(
            "\"wavelength\": 1",
            "\"wavelength\": 200",
            "config.unlikely-wavelength",
            None,
            Some("200"),
            None,
        ),
        panel("", "config.no-wavelength", None, None, None),
        panel(
            "photon_energy = 12000\ndetector_shift_x = /x\n",
            "io.shift-elsewhere",
            Some("line 12: detector_shift_x"),
            Some("/x"),
            Some("its value is in the data files, which are not read: no shift is assumed"),
        ),
        panel(
            "photon_energy = 12000\nbad/min_x = 1\n",
            "io.bad-regions",
            Some("line 12"),
            Some("bad"),
            Some("bad regions are rendered like the rest"),
        ),
        file(
            "XDS.INP",
            &format!("{INPUT}UNIT_CELL_A-AXIS= 50 0 0\n"),
            "-geometry XDS.INP -cell 50 -default_F 1",
            "io.no-orientation",
            Some("UNIT_CELL_B-AXIS, UNIT_CELL_C-AXIS"),
            Some("none"),
            Some("a cell without an orientation is ignored; give -cell and -misset, or -mat"),
        ),
        file(
            "XDS.INP",
            INPUT,
            "-geometry XDS.INP -cell 50 -default_F 1",
            "io.assumed-beam",
            Some("INCIDENT_BEAM_DIRECTION"),
            Some("none"),
            Some("0 0 1 is assumed"),
        ),
        file(
            "XDS.INP",
            &format!("{INPUT}DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0\n"),
            "-geometry XDS.INP -cell 50 -default_F 1",
            "io.assumed-axis",
            Some("DIRECTION_OF_DETECTOR_Y-AXIS"),
            Some("none"),
            Some("0 1 0 is assumed"),
        ),
        file(
            "s.txt",
            "1.5 1\n",
            "-spectrum s.txt -cell 50 -default_F 1 -detpixels 8 -lambda 2",
            "config.other-wavelength",
            None,
            Some("2"),
            Some("1.5 to 1.5"),
        ),
        file(
            "XDS.INP",
            &INPUT.replace("= 200", "= -200"),
            "-geometry XDS.INP -cell 50 -default_F 1",
            "config.upstream-detector",
            None,
            None,
            Some("the detector stands before the crystal"),
        ),
        file(
            "XDS.INP",
            &format!("{INPUT}ORGX=25\n"),
            "-geometry XDS.INP -cell 50 -default_F 1",
            "io.repeated-key",
            Some("line 3: ORGX"),
            Some("24"),
            Some("line 8 says 25, which counts"),
        ),
        file(
            "XDS.INP",
            &format!("{INPUT}OSCILLATION_RANG= 1\n"),
            "-geometry XDS.INP -cell 50 -default_F 1",
            "io.unknown-key",
            Some("line 8: OSCILLATION_RANG"),
            Some("1"),
            Some("not read; did you mean OSCILLATION_RANGE?"),
        ),
        file(
            "XDS.INP",
            &format!("{INPUT}{AXES}"),
            "-geometry XDS.INP -default_F 1",
            "io.cell-of-other-axes",
            Some("line 7: UNIT_CELL_CONSTANTS"),
            Some("70 80 90 90 90 90"),
            Some("the cell vectors make 50 80 90 90 90 90, which counts"),
        ),
        file(
            "XDS.INP",
            &format!("{INPUT}{AXES}"),
            "-geometry XDS.INP -default_F 1 -cell 60 80 90",
            "config.cell-over-file",
            None,
            Some("50 80 90 90 90 90"),
            Some("60 80 90 90 90 90"),
        ),
        file(
            "s.txt",
            "12.4 1\n",
            "-spectrum s.txt -cell 50 -default_F 1",
            "io.unlikely-wavelength",
            Some("line 1"),
            Some("12.4"),
            Some("read as a wavelength in Angstrom; keV, nm and meters are not read"),
        ),
        cif(
            "_refln.wavelength_id\n_refln.F_meas_au\n1 0 0 1 5\n1 0 0 2 6\n",
            "io.several-sets",
            Some("wavelength_id"),
            Some("several sets in one loop (1, 2 ...)"),
            Some("only set 1 is used"),
        ),
        cif(
            "_refln.intensity_meas\n1 0 0 4\n1 0 0 5\n",
            "io.unmerged",
            Some("column intensity_meas"),
            Some("1 rows repeat a reflection, as in data that are not merged"),
            Some("the mean of its intensities is used"),
        ),
        cif(
            "_refln.intensity_meas\n1 0 0 4\n0 1 0 -5\n",
            "config.negative-intensities",
            None,
            Some("1"),
            Some("treated as zero"),
        ),
        file(
            "a.hkl",
            "1 0 0 5\n",
            "-hkl a.hkl -spacegroup P432 -cell 50 60 70",
            "config.foreign-symmetry",
            None,
            Some("50 60 70 90 90 90"),
            None,
        ),
        file(
            "a.hkl",
            "1 0 2 5\n-1 0 -2 5\n1 1 2 5\n-1 1 -2 6\n",
            "-hkl a.hkl -spacegroup P2 -cell 50 60 70",
            "config.disagreeing-equivalents",
            None,
            Some("1"),
            Some("their means are used"),
        ),
        file(
            "a.hkl",
            "0 1 0 5\n",
            "-hkl a.hkl -spacegroup P21 -cell 50 60 70",
            "config.forbidden-reflections",
            None,
            Some("1"),
            None,
        ),
        file(
            "A.mat",
            MATRIX,
            "-mat A.mat -lambda 1 -default_F 1",
            "config.matrix-of-other-cell",
            None,
            Some("70 80 90 90 90 90"),
            Some("45.455 51.948 58.442 90 90 90"),
        ),
        file(
            "A.mat",
            "-0.0142857143 0 0\n0 0.0125 0\n0 0 0.0111111111\n",
            "-mat A.mat -default_F 1",
            "config.left-handed-matrix",
            None,
            None,
            Some("h, k, l mean the mirror image"),
        ),
    ]
}
