"""docs/FROM_MTZ.md: its commands run in their order, those of DIALS too, on a made-up MTZ; DIALS finds the crystal."""

import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from cctbx import crystal, miller
from cctbx.array_family import flex
from dxtbx.model.experiment_list import ExperimentListFactory

PROGRAM = pathlib.Path(os.environ["NANOBRAGG"]).resolve()
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "FROM_MTZ.md"


def made_up(path):
    symmetry = crystal.symmetry(unit_cell=(79, 79, 38, 90, 90, 90), space_group_symbol="P43212")
    indices = miller.build_set(symmetry, anomalous_flag=False, d_min=2.2)
    seed, amplitudes = 12345, flex.double()
    for spacing in indices.d_spacings().data():
        seed = (seed * 1103515245 + 12345) % (1 << 31)
        drawn = (seed + 1) / (1 << 31)
        amplitudes.append(600 * math.sqrt(-math.log(drawn)) * math.exp(-12 / (4 * spacing**2)))
    array = miller.array(indices, data=amplitudes).set_observation_type_xray_amplitude()
    array.as_mtz_dataset(column_root_label="F").mtz_object().write(str(path))


def commands(page):
    """Lines of the page that are typed, in their order."""
    for language, block in re.findall(r"```(console|sh)\n(.*?)```", page, re.S):
        for line in block.splitlines():
            if language == "sh":
                yield line
            elif line.startswith("$ "):
                yield line[2:]


def main():
    if not shutil.which("dials.index"):
        sys.exit("dials.index is not there")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made_up(folder / "lyso.mtz")
        for line in commands(PAGE.read_text()):
            line = re.sub(r"^nanobragg ", f"{PROGRAM} ", line)
            subprocess.run(line, shell=True, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        simulated, found = (ExperimentListFactory.from_json_file(str(folder / file), check_format=False)[0]
                            for file in ["simulated.expt", "indexed.expt"])
        cell = found.crystal.get_unit_cell().parameters()
        for edge, expected in zip(cell, (79, 79, 38)):
            assert abs(edge - expected) < 0.05, cell
        assert simulated.scan.get_image_range() == (1, 10) and simulated.scan.get_oscillation() == (0, 1)
        assert abs(found.detector[0].get_distance() - simulated.detector[0].get_distance()) < 0.3
        for a, b in zip(simulated.goniometer.get_rotation_axis(), found.goniometer.get_rotation_axis()):
            assert abs(a - b) < 1e-6
        print(f"indexed: {' '.join(f'{number:.3f}' for number in cell)}")


main()
