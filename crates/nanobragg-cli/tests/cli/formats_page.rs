//! `docs/FORMATS.md`: the table of what files say and how it is answered, held against the readers.

use std::path::Path;

use crate::scratch::Scratch;

/// A file for a row of the table.
struct Sample {
    /// Format and what the file says, as in the row.
    row: [&'static str; 2],
    /// Name and contents; an `=` before a path names a file of `fixtures/`.
    file: (&'static str, String),
    /// Flags that read it.
    flags: &'static str,
}

/// A small image in every run; structure factors, cell and wavelength where the sample does not give them.
const BARE: &str = "-N 2 -oversample 1 -seed 1 -noprogress -nodump -nonoise -o x.bin";
const SMALL: &str = "-detpixels 8 -pixel 1";
const CELL: &str = "-cell 50 60 70 90 90 90";
const F: &str = "-default_F 10";
const WAVE: &str = "-lambda 1";

const LOOP: &str =
    "data_x\n_symmetry.space_group_name_H-M 'P 2'\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n";
const GEOM: &str = "photon_energy = 12000\nclen = 0.1\nres = 10000\np0/min_fs = 0\np0/max_fs = 7\np0/min_ss = 0\n\
    p0/max_ss = 7\np0/corner_x = -4\np0/corner_y = -4\np0/fs = x\np0/ss = y\n";
const HEADER: &str =
    "HEADER_BYTES=512;\nDIM=2;\nSIZE1=8;\nSIZE2=8;\nPIXEL_SIZE=1;\nDISTANCE=100;\nWAVELENGTH=1;\n";

fn sample(
    format: &'static str,
    what: &'static str,
    name: &'static str,
    text: &str,
    flags: &'static str,
) -> Sample {
    Sample { row: [format, what], file: (name, text.to_owned()), flags }
}

/// An SMV image of 8 x 8 pixels of 32 bits, of which a reader of fewer takes the first.
fn image(what: &'static str, from: &str, to: &str, flags: &'static str) -> Sample {
    let entries = HEADER.replace(from, to);
    let mut text = format!("{{\n{entries}}}\x0c");
    text.extend(std::iter::repeat_n(' ', 512 - text.len()));
    text.extend(std::iter::repeat_n('\u{1}', 256));
    Sample { row: ["SMV", what], file: ("a.img", text), flags }
}

fn expt(what: &'static str, from: &str, to: &str) -> Sample {
    let list = "{\"experiment\": [{\"beam\": 0, \"detector\": 0}], \"beam\": [{\"direction\": [0, 0, 1], \
        \"wavelength\": 1}], \"detector\": [{\"panels\": [{\"origin\": [-1, 1, -50], \"fast_axis\": [1, 0, 0], \
        \"slow_axis\": [0, -1, 0], \"pixel_size\": [0.1, 0.1], \"image_size\": [4, 3]}]}]}";
    assert!(list.contains(from), "{from}");
    sample("DIALS", what, "a.expt", &list.replace(from, to), "-geometry a.expt CELL F")
}

/// A list with a crystal of 50, 60 and 70 Å that says `more`.
fn crystal(what: &'static str, more: &str) -> Sample {
    let model = format!(
        "\"detector\": 0, \"crystal\": 0}}], \"crystal\": [{{\"real_space_a\": [50, 0, 0], \"real_space_b\": [0, 60, 0], \
            \"real_space_c\": [0, 0, 70], {more}}}], "
    );
    expt(what, "\"detector\": 0}], ", &model)
}

fn input(what: &'static str, from: &str, to: &str) -> Sample {
    let text = "JOB= ALL NX= 8 NY= 8 QX= 1 QY= 1\nORGX= 4 ORGY= 4 DETECTOR_DISTANCE= 100 X-RAY_WAVELENGTH= 1\n\
        INCIDENT_BEAM_DIRECTION= 0 0 1 ROTATION_AXIS= 1 0 0 OSCILLATION_RANGE= 0.1\n\
        DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0 DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0\nUNIT_CELL_A-AXIS= 50 0 0 UNIT_CELL_B-AXIS= 0 60 0\n\
        UNIT_CELL_C-AXIS= 0 0 70\n";
    assert!(text.contains(from), "{from}");
    sample("XDS.INP", what, "XDS.INP", &text.replace(from, to), "-geometry XDS.INP F")
}

fn geom(what: &'static str, from: &str, to: &str) -> Sample {
    assert!(GEOM.contains(from), "{from}");
    sample("CrystFEL", what, "a.geom", &GEOM.replacen(from, to, 1), "-geometry a.geom CELL F")
}

fn cif(what: &'static str, rest: &str) -> Sample {
    sample("mmCIF", what, "a.cif", &format!("{LOOP}{rest}"), "-hkl a.cif CELL WAVE SMALL")
}

fn samples() -> Vec<Sample> {
    let hkl = |what, text: &str| sample("text", what, "a.hkl", text, "-hkl a.hkl CELL WAVE SMALL");
    let symmetry = |what, text: &str, flags| sample("symmetry", what, "a.hkl", text, flags);
    let spectrum =
        |what, text: &str| sample("spectrum", what, "s.txt", text, "-spectrum s.txt CELL F WAVE SMALL");
    let sources =
        |what, text: &str| sample("source table", what, "s.txt", text, "-sourcefile s.txt CELL F WAVE SMALL");
    let mut all = vec![
        hkl("exponents with D", "1 0 0 1.5D+02\n"),
        hkl("lines that end with carriage returns alone", "1 0 0 5\r0 1 0 6\r"),
        hkl("a column too many", "1 0 0 5 0.1\n"),
        hkl("no reflections", "# none\n"),
        hkl("a reflection twice", "1 0 0 5\n0 1 0 5\n1 0 0 6\n"),
        hkl("amplitudes below zero", "1 0 0 5\n0 1 0 -5\n"),
        sample("MTZ", "columns M/ISYM and BATCH", "=30-unmerged-mtz/a.mtz", "", "-hkl a.mtz CELL WAVE SMALL"),
        sample(
            "MTZ",
            "a map before measured amplitudes",
            "=29-mtz-default-is-a-map/a.mtz",
            "",
            "-hkl a.mtz -cell 70 80 90 90 90 90 WAVE SMALL",
        ),
        cif("an item without a value before one with values", "_refln.F_meas_au\n_refln.F_calc\n1 0 0 ? 5\n"),
        cif("several wavelength_id", "_refln.wavelength_id\n_refln.F_meas_au\n1 0 0 1 5\n1 0 0 2 6\n"),
        cif("a reflection in several rows", "_refln.intensity_meas\n1 0 0 4\n1 0 0 5\n"),
        cif(
            "a status of reflections that are not used",
            "_refln.status\n_refln.F_meas_au\n1 0 0 < 4\n0 1 0 x 5\n0 0 1 o 6\n",
        ),
        cif("an amplitude of inf", "_refln.F_meas_au\n1 0 0 inf\n"),
        cif("intensities below zero", "_refln.intensity_meas\n1 0 0 4\n0 1 0 -5\n"),
        cif("amplitudes below zero", "_refln.F_meas_au\n1 0 0 4\n0 1 0 -5\n"),
        cif("an item of a loop twice", "_refln.F_meas_au\n_refln.F_meas_au\n1 0 0 4 5\n"),
        cif("an edge of the cell twice", "_refln.F_meas_au\n1 0 0 4\n_cell.length_a 50\n_cell.length_a 55\n"),
        sample(
            "mmCIF",
            "another cell behind one that is complete",
            "a.cif",
            &format!("{}_cell.length_a 55\n", cif_with_cell([50.0, 60.0, 70.0])),
            "-hkl a.cif WAVE SMALL",
        ),
        cif("two space groups", "_refln.F_meas_au\n1 0 0 4\n_space_group.name_H-M_alt 'P 4'\n"),
        cif(
            "reflections in two data blocks",
            "_refln.F_meas_au\n1 0 0 4\ndata_y\nloop_\n_refln.index_h\n1\n",
        ),
        cif("a row cut short", "_refln.F_meas_au\n1 0 0 4\n0 1 0\n"),
        cif(
            "a Hall symbol of another group",
            "_refln.F_meas_au\n1 0 0 4\n_symmetry.space_group_name_Hall 'P 2yb'\n",
        ),
        cif("a cell that is incomplete", "_refln.F_meas_au\n1 0 0 4\n_cell.length_a 50\n"),
        sample(
            "mmCIF",
            "a cell with edges below 2",
            "a.cif",
            &cif_with_cell([1.5, 1.6, 1.7]),
            "-hkl a.cif WAVE SMALL",
        ),
        symmetry(
            "a cell that the group cannot have",
            "1 0 0 5\n",
            "-hkl a.hkl -spacegroup P432 CELL WAVE SMALL",
        ),
        symmetry(
            "equivalents that differ",
            "1 0 2 5\n-1 0 -2 5\n1 1 2 5\n-1 1 -2 6\n",
            "-hkl a.hkl -spacegroup P2 CELL WAVE SMALL",
        ),
        symmetry("reflections that are forbidden", "0 1 0 5\n", "-hkl a.hkl -spacegroup P21 CELL WAVE SMALL"),
        symmetry("a name of no group", "1 0 0 5\n", "-hkl a.hkl -spacegroup P7 CELL WAVE SMALL"),
        sample(
            "symmetry",
            "a name and a number of two groups",
            "a.cif",
            &format!(
                "{}_refln.F_meas_au\n1 0 0 4\n",
                LOOP.replace("loop_", "_symmetry.Int_Tables_number 4\nloop_")
            ),
            "-hkl a.cif CELL WAVE SMALL",
        ),
        sample(
            "symmetry",
            "operators of another group than the name's",
            "a.cif",
            &format!(
                "{}_refln.F_meas_au\n1 0 0 4\n",
                LOOP.replace("loop_", "loop_\n_symmetry_equiv.pos_as_xyz\nx,y,z\n-x,y+1/2,-z\nloop_")
            ),
            "-hkl a.cif CELL WAVE SMALL",
        ),
        sample(
            "symmetry",
            "another group than -spacegroup",
            "a.cif",
            &format!("{LOOP}_refln.F_meas_au\n1 0 0 4\n"),
            "-hkl a.cif -spacegroup P222 CELL WAVE SMALL",
        ),
        sample(
            "symmetry",
            "a number alone",
            "a.cif",
            &format!(
                "{}_refln.F_meas_au\n1 0 0 4\n",
                LOOP.replace("_symmetry.space_group_name_H-M 'P 2'", "_space_group.IT_number 3")
            ),
            "-hkl a.cif CELL WAVE SMALL",
        ),
        sample(
            "unit cell",
            "another cell beside structure factors",
            "a.cif",
            &cif_with_cell([55.0, 60.0, 70.0]),
            "-hkl a.cif CELL WAVE SMALL",
        ),
        sample(
            "unit cell",
            "1 1 1 90 90 90",
            "a.pdb",
            "CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1\n",
            "-pdb a.pdb F WAVE SMALL",
        ),
        sample(
            "unit cell",
            "two records CRYST1",
            "a.pdb",
            "CRYST1 50 60 70 90 90 90\nCRYST1 50 60 75 90 90 90\n",
            "-pdb a.pdb F WAVE SMALL",
        ),
        sample(
            "unit cell",
            "records SCALE of another cell",
            "a.pdb",
            "CRYST1   50.000   60.000   70.000  90.00  90.00  90.00 P 1\n\
                SCALE1      0.010000  0.000000  0.000000        0.00000\n\
                SCALE2      0.000000  0.016667  0.000000        0.00000\n\
                SCALE3      0.000000  0.000000  0.014286        0.00000\n",
            "-pdb a.pdb F WAVE SMALL",
        ),
        sample(
            "unit cell",
            "angles in radians",
            "a.pdb",
            "CRYST1 50 60 70 1.57 1.57 1.57\n",
            "-pdb a.pdb F WAVE SMALL",
        ),
        sample(
            "unit cell",
            "a space group that it cannot have",
            "a.pdb",
            "CRYST1   50.000   60.000   70.000  90.00  90.00  90.00 P 4           4\n",
            "-pdb a.pdb F WAVE SMALL",
        ),
        sample(
            "unit cell",
            "a lattice that it cannot have",
            "a.cell",
            "CrystFEL unit cell file version 1.0\nlattice_type = tetragonal\nunique_axis = c\na = 50 A\nb = 60 A\n\
                c = 70 A\nal = 90 deg\nbe = 90 deg\nga = 90 deg\n",
            "-pdb a.cell F WAVE SMALL",
        ),
        sample(
            "matrix",
            "a second matrix",
            "A.mat",
            "0.02 0 0\n0 0.02 0\n0 0 0.02\n0.01 0 0\n0 0.02 0\n0 0 0.02\n",
            "-mat A.mat F WAVE SMALL",
        ),
        sample(
            "matrix",
            "an orientation that is another one",
            "A.mat",
            "0.02 0 0\n0 0.02 0\n0 0 0.02\n0 0 0\n0 1 0\n-1 0 0\n0 0 1\n50 50 50 90 90 90\n0 0 0\n",
            "-mat A.mat F WAVE SMALL",
        ),
        sample(
            "matrix",
            "a list of reflections",
            "A.mat",
            "1 0 0 5.5\n0 1 0 6\n0 0 1 7\n",
            "-mat A.mat F WAVE SMALL",
        ),
        sample(
            "matrix",
            "misset angles behind it",
            "A.mat",
            "0.02 0 0\n0 0.02 0\n0 0 0.02\n1 2 3\n1 0 0\n0 1 0\n0 0 1\n50 50 50 90 90 90\n0 0 0\n",
            "-mat A.mat F WAVE SMALL",
        ),
        sample(
            "matrix",
            "a word among the nine numbers",
            "A.mat",
            "0.01 0 0\n0 x 0\n0 0 0.01\n",
            "-mat A.mat F WAVE SMALL",
        ),
        sample(
            "matrix",
            "axes of real space",
            "A.mat",
            "50 0 0\n0 60 0\n0 0 70\n",
            "-mat A.mat F WAVE SMALL",
        ),
        sample(
            "matrix",
            "no wavelength beside it",
            "A.mat",
            "0.02 0 0\n0 0.02 0\n0 0 0.02\n",
            "-mat A.mat F SMALL",
        ),
        spectrum("12.4 (keV, or a long wavelength)", "12.4 1\n"),
        spectrum("1e-10 (meters)", "1e-10 1\n"),
        spectrum("a weight below zero", "1 -1\n"),
        sample(
            "spectrum",
            "another wavelength than -lambda",
            "s.txt",
            "1.5 1\n",
            "-spectrum s.txt CELL F WAVE SMALL",
        ),
        sources("a wavelength of 1.0 (Angstrom)", "-10 0 0 1 1.0\n"),
        sources("a wavelength of 1.5e-9 m", "-10 0 0 1 1.5e-9\n"),
        sources("a weight below zero", "-10 0 0 -1 1e-10\n"),
        sources("a source where the beam goes", "10 0 0 1 1e-10\n"),
        sources("a list of reflections", "1 0 0 5\n0 1 0 6\n0 0 1 7\n"),
        sources("weights of 0 alone", "-10 0 0 0 1e-10\n"),
        expt("NaN for a number that is not needed", "\"wavelength\": 1", "\"wavelength\": 1, \"flux\": NaN"),
        expt(
            "half of a polarization",
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"polarization_fraction\": 0.9",
        ),
        expt(
            "a plane of polarization across the beam",
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"polarization_normal\": [0, 0, 2], \"polarization_fraction\": 0.9",
        ),
        expt("a probe other than X-rays", "\"wavelength\": 1", "\"wavelength\": 1, \"probe\": \"electron\""),
        expt("wavelength_range", "\"wavelength\": 1", "\"wavelength\": 1, \"wavelength_range\": [0.9, 1.1]"),
        expt("mask, gain, pedestal", "\"image_size\"", "\"gain\": 2, \"pedestal\": 3, \"image_size\""),
        expt("a sensor", "\"image_size\"", "\"thickness\": 0.3, \"image_size\""),
        crystal("a space group that the cell cannot have", "\"space_group_hall_symbol\": \" P 4nw 2abw\""),
        crystal(
            "a cell beside axes that make another one",
            "\"recalculated_unit_cell\": [51, 60, 70, 90, 90, 90]",
        ),
        expt("a model that no experiment has", "\"detector\": 0}], ", "\"detector\": 0}], \"scan\": [{}], "),
        expt(
            "several experiments",
            "\"detector\": 0}], ",
            "\"detector\": 0}, {\"beam\": 0, \"detector\": 0}], ",
        ),
        expt("a list of models that is misspelled", "\"beam\": [", "\"beams\": ["),
        expt("a wavelength of 1e-10", "\"wavelength\": 1", "\"wavelength\": 1e-10"),
        expt("no beam", "\"beam\": 0, ", ""),
        expt("a key twice in one object", "\"wavelength\": 1", "\"wavelength\": 2, \"wavelength\": 1"),
        expt(
            "a key that is nearly one",
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"polarization_fracton\": 0.9",
        ),
        expt("a needed key that is nearly one", "\"pixel_size\"", "\"pixle_size\""),
        expt(
            "two oscillations that differ",
            "\"detector\": 0}], ",
            "\"detector\": 0, \"scan\": 0}], \"scan\": [{\"image_range\": [1, 2], \"oscillation\": [0, 1], \
                \"properties\": {\"oscillation\": [0, 2]}}], ",
        ),
        expt(
            "a list with fewer entries than images",
            "\"detector\": 0}], ",
            "\"detector\": 0, \"scan\": 0}], \"scan\": [{\"image_range\": [1, 2], \"oscillation\": [0, 1], \
                \"properties\": {\"epochs\": [0]}}], ",
        ),
        expt("flux, transmission, divergence", "\"wavelength\": 1", "\"wavelength\": 1, \"flux\": 1e12"),
        expt("pixels in another unit", "[0.1, 0.1]", "[172, 172]"),
        expt("a distance in another unit", "-50", "-0.05"),
        expt("axes that are not at right angles", "\"slow_axis\": [0, -1, 0]", "\"slow_axis\": [0.5, -1, 0]"),
        expt("no detector", ", \"detector\": 0", ""),
        expt("pixels that are not square", "[0.1, 0.1]", "[0.1, 0.2]"),
        geom("clen in the data files", "clen = 0.1", "clen = /encoder"),
        geom("detector_shift_x in the data files", "clen", "detector_shift_x = /x\nclen"),
        geom("electron_voltage", "photon_energy = 12000", "electron_voltage = 200 kV"),
        geom("bad regions", "clen", "bad/min_x = 1\nclen"),
        geom("a key of a panel twice", "p0/corner_y = -4", "p0/corner_y = -4\np0/corner_x = -5"),
        geom("a key that is nearly one", "clen = 0.1", "clen = 0.1\ncofset = 0.01"),
        geom("a wavelength in two keys", "clen", "wavelength = 2 A\nclen"),
        geom("a bandwidth", "clen", "photon_energy_bandwidth = 0.01\nclen"),
        geom("a mask", "clen", "mask = /mask\nclen"),
        geom("a key behind the panels for which it is meant", "p0/ss = y", "p0/ss = y\nclen = 0.2"),
        geom("a panel that is not to be indexed", "p0/ss = y", "p0/ss = y\np0/no_index = 1"),
        geom("a limit of good pixels", "res = 10000", "res = 10000\nflag_morethan = 60000"),
        geom("several units of an ADC a photon", "res = 10000", "res = 10000\nadu_per_photon = 3"),
        geom(
            "panels that lie on one another",
            "p0/ss = y",
            "p0/ss = y\np1/min_fs = 0\np1/max_fs = 7\np1/min_ss = 0\np1/max_ss = 7\np1/corner_x = 0\np1/corner_y = -4",
        ),
        geom("a key of another program", "clen", "distance = 0.2\nclen"),
        geom("axes that are not square", "p0/fs = x", "p0/fs = 1.001x+0.002y"),
        sample("XDS", "a segment that is turned", "=59-xparm-segment/XPARM.XDS", "", "-geometry XPARM.XDS F"),
        input("a key twice", "ORGX= 4", "ORGX= 4 ORGX= 5"),
        input("a key that is nearly one", "NX= 8", "OSCILATION_RANGE= 1 NX= 8"),
        input("no DETECTOR_DISTANCE", "DETECTOR_DISTANCE", "detector_distance"),
        input("another cell beside the axes", "NX= 8", "UNIT_CELL_CONSTANTS= 50 60 75 90 90 90 NX= 8"),
        input("no OSCILLATION_RANGE", "OSCILLATION_RANGE= 0.1", ""),
        input("an OSCILLATION_RANGE of 0", "OSCILLATION_RANGE= 0.1", "OSCILLATION_RANGE= 0"),
        input("DATA_RANGE= 0 0", "NX= 8", "DATA_RANGE= 0 0 NX= 8"),
        input("a distance below zero", "DISTANCE= 100", "DISTANCE= -100"),
        input("a space group that the cell cannot have", "JOB= ALL", "JOB= ALL SPACE_GROUP_NUMBER= 96"),
        input("a number of no space group", "JOB= ALL", "JOB= ALL SPACE_GROUP_NUMBER= 500"),
        input("left-handed axes of the cell", "0 0 70", "0 0 -70"),
        input("two of three axes of the cell", "UNIT_CELL_B-AXIS= 0 60 0", ""),
        input("a mosaicity", "JOB= ALL", "REFLECTING_RANGE_E.S.D.= 0.3"),
        input("a reindexing", "JOB= ALL", "REIDX= 0 1 0 0 1 0 0 0 0 0 -1 0"),
        input("a key of another program", "JOB= ALL", "WAVELENGTH= 2"),
        input("a table of corrections", "JOB= ALL", "X-GEO_CORR= x.cbf"),
        input("a trusted region that leaves pixels out", "JOB= ALL", "TRUSTED_REGION= 0 0.5"),
        input("no axis of the detector", "DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0", ""),
        input("a segment beyond the detector", "NX= 8", "SEGMENT= 1 9 1 8 NX= 8"),
        input("a segment whose place is not said", "NX= 8", "SEGMENT= 1 8 1 8 NX= 8"),
        image("pixels of 32 bits", "DIM=2", "TYPE=unsigned_long", "-img a.img CELL F"),
        image("pixels that are floats", "DIM=2", "TYPE=float", "-img a.img CELL F"),
        image("compressed pixels", "DIM=2", "COMPRESSION=packed", "-img a.img CELL F"),
        image("a distance of 0", "DISTANCE=100", "DISTANCE=0", "-img a.img CELL F"),
        image("a distance below 0", "DISTANCE=100", "DISTANCE=-100", "-img a.img CELL F"),
        image(
            "two distances of a flat detector",
            "DISTANCE=100",
            "DISTANCE=100;\nCLOSE_DISTANCE=90",
            "-img a.img CELL F",
        ),
        image("another unit", "DISTANCE=100", "DISTANCE=0.1 m", "-img a.img CELL F"),
        image("a decimal comma", "DISTANCE=100", "DISTANCE=100,5", "-img a.img CELL F"),
        image("a size twice", "SIZE1=8", "SIZE1=8;\nSIZE1=4", "-img a.img CELL F"),
        image("three axes", "DIM=2", "DIM=3", "-img a.img CELL F"),
        image("pixels that begin in the header", "HEADER_BYTES=512", "HEADER_BYTES=64", "-img a.img CELL F"),
        image("angles of a goniometer", "DIM=2", "KAPPA=60", "-img a.img CELL F"),
        image("a gain", "DIM=2", "GAIN=1.8", "-img a.img CELL F"),
        image("a polarization", "DIM=2", "POLARIZATION=0.9", "-img a.img CELL F"),
        image("no wavelength", "WAVELENGTH=1", "DIM=2", "-img a.img CELL F"),
        image("half a beam center", "DIM=2", "BEAM_CENTER_X=4", "-img a.img CELL F"),
        image("a beam center in pixels", "DIM=2", "BEAM_CENTER_X=400;\nBEAM_CENTER_Y=4", "-img a.img CELL F"),
        image(
            "a distance that the axes contradict",
            "DIM=2",
            "FAST_AXIS=1 0 0;\nSLOW_AXIS=0 -1 0;\nFIRST_PIXEL=-4 4 -80",
            "-img a.img CELL F",
        ),
        image("a key that is nearly one", "DIM=2", "beam_center_x=3", "-img a.img CELL F"),
        image("an energy that is not the wavelength", "DIM=2", "ENERGY=9000", "-img a.img CELL F"),
        image("a range of the rotation in another key", "DIM=2", "PHI_WIDTH=0.5", "-img a.img CELL F"),
        image("a rotation axis", "DIM=2", "ROTATION_AXIS=0 1 0", "-img a.img CELL F"),
        image("fewer pixels than the file has", "SIZE1=8", "SIZE1=7", "-img a.img CELL F"),
        image("a transmission", "DIM=2", "TRANSMISSION=0.1", "-img a.img CELL F"),
        image(
            "a beam center of another program alone",
            "DIM=2",
            "MOSFLM_CENTER_X=4;\nMOSFLM_CENTER_Y=4",
            "-img a.img CELL F",
        ),
        image("a wavelength of a source", "DIM=2", "SOURCE_WAVELENGTH=1 1.54", "-img a.img CELL F"),
        image("an angle of a goniometer in a longer key", "DIM=2", "GONIO_KAPPA=10", "-img a.img CELL F"),
        image("a rotation of d*TREK", "DIM=2", "ROTATION=20 21 1 5", "-img a.img CELL F"),
        image("another cell", "DIM=2", "UNIT_CELL=50 60 75 90 90 90", "-img a.img CELL F"),
        image("another size", "DIM=2", "DETECTOR_DIMENSIONS=9 8", "-img a.img CELL F"),
        image(
            "another end of the rotation",
            "DIM=2",
            "OSC_START=0;\nOSC_RANGE=1;\nOSC_END=0.5",
            "-img a.img CELL F",
        ),
        image("an axis without the others", "DIM=2", "FAST_AXIS=1 0 0", "-img a.img CELL F"),
        image(
            "an axis without a direction",
            "DIM=2",
            "FAST_AXIS=0 0 0;\nSLOW_AXIS=0 -1 0;\nFIRST_PIXEL=-4 4 -100",
            "-img a.img CELL F",
        ),
        image("a distance that is no number", "DISTANCE=100", "DISTANCE=nan", "-img a.img CELL F"),
        image(
            "a header of d*TREK, by -img",
            "DISTANCE=100",
            "PXD_GONIO_VALUES=0 0 0 0 0 40",
            "-img a.img CELL F",
        ),
        image(
            "a header of d*TREK, by -mask",
            "DISTANCE=100",
            "PXD_GONIO_VALUES=0 0 0 0 0 40",
            "-mask a.img CELL F",
        ),
    ];
    all.push(sample(
        "Fdump.bin",
        "another length than its box",
        "F.bin",
        "0 0 0 0 0 0\n\u{c}x",
        "-dump F.bin CELL WAVE SMALL",
    ));
    all
}

/// An mmCIF file of one reflection with a cell of these edges and right angles.
fn cif_with_cell([a, b, c]: [f64; 3]) -> String {
    format!(
        "data_x\n_cell.length_a {a}\n_cell.length_b {b}\n_cell.length_c {c}\n_cell.angle_alpha 90\n\
            _cell.angle_beta 90\n_cell.angle_gamma 90\n{}_refln.F_meas_au\n1 0 0 4\n",
        LOOP.trim_start_matches("data_x\n")
    )
}

/// Rows of the table: format, what the file says, answer, words of the message.
fn rows() -> Vec<[String; 4]> {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMATS.md")).unwrap();
    let section = page.split("\n## Taken, refused, left out\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    let lines = section.lines().filter(|line| line.starts_with("| ")).skip(2);
    lines.map(|line| cells(line).try_into().unwrap()).collect()
}

#[test]
fn every_row_is_answered_as_the_page_says() {
    let (rows, samples) = (rows(), samples());
    let in_page: Vec<[&str; 2]> =
        rows.iter().map(|[format, what, ..]| [format.as_str(), what.as_str()]).collect();
    let here: Vec<[&str; 2]> = samples.iter().map(|sample| sample.row).collect();
    assert_eq!(in_page, here);
    let mut wrong = Vec::new();
    for ([format, what, answer, words], Sample { file: (name, text), flags, .. }) in rows.iter().zip(&samples)
    {
        let scratch = Scratch::new();
        match name.strip_prefix('=') {
            Some(fixture) => {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faults").join(fixture);
                let name = path.file_name().unwrap().to_str().unwrap();
                std::fs::copy(&path, scratch.path(name)).unwrap();
            }
            None => {
                scratch.write(name, text);
            }
        }
        let flags = flags.replace("CELL", CELL).replace("WAVE", WAVE).replace("SMALL", SMALL);
        let flags =
            flags.split(' ').map(|word| if word == "F" { F } else { word }).collect::<Vec<_>>().join(" ");
        let bare = if flags.contains("-dump") { BARE.replace("-nodump ", "") } else { BARE.to_owned() };
        let run = scratch.run(&format!("{bare} {flags}"));
        // What is said of the image is none of the file's.
        let of_file = |line: &&str| !line.contains("undersampled") && !line.contains("no pixel has photons");
        let said = run.err.lines().filter(of_file).collect::<Vec<_>>().join("\n");
        let begins =
            |start: &str| said.lines().any(|line| line.starts_with(start) && line.contains(words.as_str()));
        let good = match answer.as_str() {
            "taken" => run.status == 0 && said.is_empty() && words.is_empty(),
            "refused" => run.status == 2 && begins("error: "),
            "warning" => run.status == 0 && begins("warning: "),
            other => panic!("{other:?} is no answer"),
        };
        if !good {
            wrong.push(format!(
                "{format}: {what}: not {answer} with {words:?}: status {}: {said}",
                run.status
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
