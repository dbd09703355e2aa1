"""-geometry_out: dxtbx reads the list that the program writes, and finds the instrument of the image's own header."""

import os
import pathlib
import subprocess
import tempfile

import dxtbx
from dxtbx.model.experiment_list import ExperimentListFactory
from scitbx import matrix

PROGRAM = pathlib.Path(os.environ["NANOBRAGG"]).resolve()
CELL = (45, 52, 61, 78, 84, 96)
FLAGS = (
    f"-cell {' '.join(map(str, CELL))} -misset 20 30 40 -default_F 100 -N 6 -lambda 1.1 -distance 150.5 -pixel 0.12 "
    "-detpixels_f 120 -detpixels_s 90 -Xbeam 5.1 -Ybeam 7.3 -osc 0.5 -phi 3 -phisteps 2 -oversample 1 -exposure 0.25 "
    "-polar 0.9 -nodump -seed 7"
)


def near(what, found, expected, tolerance):
    assert all(abs(a - b) < tolerance for a, b in zip(found, expected)), (what, tuple(found), tuple(expected))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        line = [PROGRAM, *FLAGS.split(), "-geometry_out", "a.expt", "-o", "a_0001.cbf", "-o", "a.nxs"]
        subprocess.run(line, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        said = ExperimentListFactory.from_json_file(str(folder / "a.expt"), check_format=False)[0]
        for file in ["a_0001.cbf", "a.nxs"]:
            image = dxtbx.load(str(folder / file))
            panel, own = said.detector[0], image.get_detector()[0]
            near(f"{file}: origin", panel.get_origin(), own.get_origin(), 1e-6)
            near(f"{file}: fast", panel.get_fast_axis(), own.get_fast_axis(), 1e-9)
            near(f"{file}: slow", panel.get_slow_axis(), own.get_slow_axis(), 1e-9)
            near(f"{file}: pixel", panel.get_pixel_size(), own.get_pixel_size(), 1e-9)
            near(f"{file}: beam", said.beam.get_s0(), image.get_beam().get_s0(), 1e-9)
            near(f"{file}: spindle", said.goniometer.get_rotation_axis(), image.get_goniometer().get_rotation_axis(), 1e-9)
            near(f"{file}: scan", said.scan.get_oscillation(), image.get_scan().get_oscillation(), 1e-9)
        near("polarization", [said.beam.get_polarization_fraction()], [0.95], 1e-9)
        near("cell", said.crystal.get_unit_cell().parameters(), CELL, 1e-6)
        # Turned by the misset angles: cell and orientation are those of a run with this list.
        again = [PROGRAM, "-geometry", "a.expt", "-default_F", "100", "-N", "6", "-phisteps", "2", "-oversample", "1",
                 "-nodump", "-seed", "7", "-geometry_out", "b.expt", "-o", "b.npy"]
        subprocess.run(again, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        other = ExperimentListFactory.from_json_file(str(folder / "b.expt"), check_format=False)[0]
        difference = matrix.sqr(said.crystal.get_A()) - matrix.sqr(other.crystal.get_A())
        assert max(abs(x) for x in difference) < 1e-9
    print("the list is that of the headers")


main()
