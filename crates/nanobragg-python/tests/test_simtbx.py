"""Scripts written for simtbx run by `nanobragg.compat` when an import is changed, and give what simtbx gives."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nanobragg

FOLDER = Path(__file__).parent / "simtbx"
# Of the greatest value. simtbx takes the solid angle of tilted beams by another distance.
TOLERANCES = {"still": 1e-6, "series": 1e-6, "panels": 1e-4}


def python_with(module):
    """A Python outside of virtual environments, where cctbx finds its own files, that has a module."""
    for python in ("/usr/bin/python3", "python3"):
        try:
            if subprocess.run([python, "-c", f"import {module}"], capture_output=True, timeout=120).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip(f"no Python here has {module}")


def results(python, script, module, folder):
    """What a script comes to, by the package that is tested."""
    packages = folder / "packages"
    packages.mkdir()
    (packages / "nanobragg").symlink_to(Path(nanobragg.__file__).parent)
    path = os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")])
    run = [python, FOLDER / "run.py", FOLDER / f"{script}.py", module, folder / "results.npz"]
    subprocess.run(run, cwd=folder, check=True, timeout=300, env={**os.environ, "PYTHONPATH": path})
    return np.load(folder / "results.npz")


def compare(script, found, expected):
    assert sorted(found.files) == sorted(expected.files)
    for name in expected.files:
        scale = np.abs(expected[name]).max()
        assert scale > 0 or name.startswith("default")
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=TOLERANCES[script] * scale, err_msg=name)


@pytest.mark.parametrize("script", TOLERANCES)
def test_scripts_give_what_was_recorded_of_simtbx(script, tmp_path):
    python = python_with("dxtbx") if script == "panels" else sys.executable
    compare(script, results(python, script, "nanobragg.compat", tmp_path), np.load(FOLDER / f"{script}.npz"))


@pytest.mark.parametrize("script", TOLERANCES)
def test_simtbx_gives_what_was_recorded(script, tmp_path):
    """The record is held against simtbx where it is there."""
    python = python_with("simtbx.nanoBragg")
    compare(script, results(python, script, "simtbx.nanoBragg", tmp_path), np.load(FOLDER / f"{script}.npz"))
