"""CBF, SMV and NXmx as dxtbx reads them, and a simulated rotation series through DIALS."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import dxtbx
import numpy as np
from cctbx import uctbx
from dxtbx.model.experiment_list import ExperimentListFactory

from against.program import CELL as CELL_FLAGS
from against.program import CORNERS, EXPERIMENTS, images, place_mm, run
from against.report import check, end, near, place, proves_itself, same

# A triclinic crystal of 18^3 cells, 24 images of a degree in ten steps, some background.
CELL = (45, 52, 61, 78, 84, 96)
SERIES = (
    f"-quirks exact -cell {' '.join(map(str, CELL))} -misset 20 30 40 -default_F 100 -N 18 -round_xtal -lambda 1 "
    "-distance 140 -pixel 0.172 -detpixels_f 420 -detpixels_s 400 -Xbeam 34.7 -Ybeam 35.1 -osc 1 -phisteps 10 "
    "-oversample 1 -fluence 1e27 -water 0.08 -seed 7 -nodump"
)


def read(path):
    """Detector, beam, goniometer, scan and pixels of a file."""
    image = dxtbx.load(str(path))
    data = image.get_raw_data(0) if path.suffix == ".nxs" else image.get_raw_data()
    data = data[0] if isinstance(data, tuple) else data
    return image, data.as_numpy_array()


def single(folder, name, flags, is_square):
    """One image in three formats."""
    images(folder, flags, "-cbffile", "a_0001.cbf", "-nxsfile", "a.nxs", "-noisefile", "a_0001.img", "-adc", "40")
    places = {corner: place_mm(folder, flags, *corner) for corner in CORNERS}
    counts = {}
    for file in ["a_0001.cbf", "a_0001.img", "a.nxs"]:
        what = f"{name} {file}"
        image, counts[file] = read(folder / file)
        panel, beam = image.get_detector()[0], image.get_beam()
        near(f"{what}: beam", beam.get_unit_s0(), [0, 0, -1], 1e-12)
        scan, gonio = image.get_scan(), image.get_goniometer()
        near(f"{what}: spindle", gonio.get_rotation_axis(), [1, 0, 0], 1e-12)
        words = flags.split()
        osc = float(words[words.index("-osc") + 1])
        start = float(words[words.index("-phi") + 1]) if "-phi" in words else 0
        near(f"{what}: oscillation", scan.get_oscillation(), [start, osc], 1e-9)
        near(f"{what}: wavelength", beam.get_wavelength(), float(words[words.index("-lambda") + 1]), 1e-9)
        if not is_square and file != "a.nxs":
            continue
        for (fast, slow), expected in places.items():
            # Without the correction for the depth of absorption: the place on the sensor's front.
            millimeters = [(at + 0.5) * size for at, size in zip((fast, slow), panel.get_pixel_size())]
            place(f"{what}: {fast} {slow}", panel.get_lab_coord(millimeters), expected)
    measured = counts["a_0001.cbf"] >= 0
    same(f"{name}: CBF and SMV", counts["a_0001.cbf"][measured], counts["a_0001.img"][measured] - 40)
    same(f"{name}: CBF and NXmx", counts["a_0001.cbf"], counts["a.nxs"])


# Two panels of unequal widths, one of them askew.
PANELS = """photon_energy = 9300 eV
clen = 80 mm
res = 5000
adu_per_photon = 1
left/min_fs = 0
left/max_fs = 39
left/min_ss = 0
left/max_ss = 29
left/corner_x = -42
left/corner_y = 15.5
left/fs = x
left/ss = -y
right/min_fs = 40
right/max_fs = 69
right/min_ss = 0
right/max_ss = 19
right/corner_x = 2.25
right/corner_y = 15.5
right/fs = +0.9998x +0.02y
right/ss = +0.02x -0.9998y
right/coffset = 0.003
"""


def panels(folder):
    """A detector of several panels in one file: each has its place and its pixels."""
    (folder / "two.geom").write_text(PANELS)
    flags = f"{CELL_FLAGS} -geometry two.geom -osc 0.5 -phi 3 -phisteps 1 -oversample 1 -fluence 1e29 -seed 3"
    run(folder, f"{flags} -q -o p.nxs -o p.cbf -geometry_out p.expt")
    image = dxtbx.load(str(folder / "p.nxs"))
    said = ExperimentListFactory.from_json_file(str(folder / "p.expt"), check_format=False)[0].detector
    same("panels: how many", len(image.get_detector()), 2)
    data = image.get_raw_data(0)
    for number, (panel, own) in enumerate(zip(image.get_detector(), said)):
        what = f"panel {number}"
        near(f"{what}: origin", panel.get_origin(), own.get_origin(), 1e-6)
        near(f"{what}: fast axis", panel.get_fast_axis(), own.get_fast_axis(), 1e-9)
        near(f"{what}: slow axis", panel.get_slow_axis(), own.get_slow_axis(), 1e-9)
        same(f"{what}: size", panel.get_image_size(), own.get_image_size())
        alone = dxtbx.load(str(folder / f"p_{number}.cbf")).get_raw_data()
        alone = alone[0] if isinstance(alone, tuple) else alone
        same(f"{what}: counts", data[number].as_numpy_array(), alone.as_numpy_array())
        check(f"{what}: some photons", data[number].as_numpy_array().max() > 10)


def stills(folder):
    """Random orientations in one file are stills without goniometer and scan."""
    flags = EXPERIMENTS[0][1].replace("-osc 0.5 -phi 3 -phisteps 2 ", "")
    run(folder, f"sweep -q -images 3 -orientations random -o r.nxs {flags}")
    experiments = ExperimentListFactory.from_filenames([str(folder / "r.nxs")])
    same("stills: images", sum(len(imageset) for imageset in experiments.imagesets()), 3)
    check("stills: no scan", all(one.scan is None and one.goniometer is None for one in experiments))


def dials(folder, *command):
    """Runs a program of DIALS; its output goes to a log."""
    with open(folder / f"{command[0]}.log", "w", encoding="utf-8") as log:
        return subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=False).returncode == 0


def indexed(folder, kind, files, true_matrix):
    """Import, spot finding and indexing of the series in one format."""
    work = folder / kind
    work.mkdir()
    for command in [
        ("dials.import", *files),
        ("dials.find_spots", "imported.expt", "nproc=1"),
        ("dials.index", "imported.expt", "strong.refl", "nproc=1", "n_macro_cycles=2"),
    ]:
        done = dials(work, *command)
        check(f"{kind}: {command[0]}", done, (work / f"{command[0]}.log").read_text()[-400:])
        if not done:
            return
    before = ExperimentListFactory.from_json_file(str(work / "imported.expt"), check_format=False)[0]
    after = ExperimentListFactory.from_json_file(str(work / "indexed.expt"), check_format=False)
    same(f"{kind}: one lattice", len(after), 1)
    same(f"{kind}: images", before.scan.get_num_images(), 24)
    cell = np.array(after[0].crystal.get_unit_cell().niggli_cell().parameters())
    true = np.array(uctbx.unit_cell(CELL).niggli_cell().parameters())
    print(f"{kind}: cell {np.round(cell, 3)}, true {np.round(true, 3)}")
    near(f"{kind}: edges", cell[:3], true[:3], 0.1)
    near(f"{kind}: angles", cell[3:], true[3:], 0.1)
    # The setting: the found basis is a combination of the true one with whole coefficients.
    found = np.array(after[0].crystal.get_A()).reshape(3, 3)
    basis = np.linalg.inv(true_matrix) @ found
    near(f"{kind}: setting", basis, np.round(basis), 0.02)
    near(f"{kind}: determinant", abs(np.linalg.det(np.round(basis))), 1, 1e-9)
    s0 = before.beam.get_s0()
    shift = np.subtract(
        after[0].detector[0].get_beam_centre_px(after[0].beam.get_s0()), before.detector[0].get_beam_centre_px(s0)
    )
    print(f"{kind}: beam center moved by {np.round(shift, 3)} pixels")
    near(f"{kind}: beam center", shift, [0, 0], 0.5)


def series(folder):
    """The series in three formats through DIALS."""
    run(folder, f"sweep -q -images 24 -o s.cbf -o s.img -o s.nxs {SERIES}")
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    matrix = np.array(lines[1]["a_matrix"]).reshape(3, 3)
    for kind, files in [
        ("cbf", sorted(str(path) for path in folder.glob("s_*.cbf"))),
        ("smv", sorted(str(path) for path in folder.glob("s_*.img"))),
        ("nxmx", [str(folder / "s.nxs")]),
    ]:
        started = time.monotonic()
        indexed(folder, kind, files, matrix)
        print(f"{kind}: {time.monotonic() - started:.0f} s")


def main():
    proves_itself()
    for name, flags, is_square in EXPERIMENTS:
        with tempfile.TemporaryDirectory() as temporary:
            single(pathlib.Path(temporary), name, flags, is_square)
    with tempfile.TemporaryDirectory() as temporary:
        panels(pathlib.Path(temporary))
    with tempfile.TemporaryDirectory() as temporary:
        stills(pathlib.Path(temporary))
    if shutil.which("dials.index"):
        with tempfile.TemporaryDirectory() as temporary:
            series(pathlib.Path(temporary))
    else:
        print("SKIPPED the series through DIALS: dials.index is not there (Debian's package dials)")
    end("outputs_dxtbx.py")


if __name__ == "__main__":
    main()
