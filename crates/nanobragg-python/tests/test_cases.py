"""Images through Python have the bytes of the program's."""

import subprocess

import numpy as np
import pytest
from conftest import FIXTURES

import nanobragg

CASES = sorted(path for path in (FIXTURES / "cases").iterdir() if path.is_dir())


@pytest.mark.filterwarnings("ignore::nanobragg.NanobraggWarning")
@pytest.mark.parametrize("preset", ["reference", "exact"])
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_images_are_those_of_the_program(case, preset, program, tmp_path):
    args = [*(case / "args.txt").read_text().split(), "-quirks", preset]
    simulation = nanobragg.Simulation.from_args(args, directory=case, device="cpu")
    image = simulation.render()
    path = tmp_path / "float.bin"
    images = ["-nodump", "-floatfile", path, "-o", tmp_path / "image.npy", "-cbffile", tmp_path / "image.cbf"]
    subprocess.run([program, *args, "-q", *images], cwd=case, check=True)
    assert image.tobytes() == path.read_bytes()
    assert np.array_equal(np.load(tmp_path / "image.npy"), image)


def test_the_c_programs_images_are_met():
    case = FIXTURES / "cases" / "triclinic"
    args = (case / "args.txt").read_text().split()
    image = nanobragg.Simulation.from_args([*args, "-quirks", "reference"], directory=case).render()
    expected = np.fromfile(case / "float.bin", dtype="f4").reshape(image.shape)
    np.testing.assert_allclose(image, expected, rtol=1e-5, atol=1e-6 * expected.max())
