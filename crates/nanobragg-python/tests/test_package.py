"""The package as such."""

import doctest
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import nanobragg


def test_the_import_is_quick():
    # Time of the processor: tests run beside others.
    script = "import time; t = time.process_time(); import nanobragg; print(time.process_time() - t)"
    run = [sys.executable, "-c", script]
    assert min(float(subprocess.run(run, capture_output=True, check=True).stdout) for _ in range(5)) < 0.1


def test_numpy_is_not_imported_before_it_is_needed():
    script = "import nanobragg, sys; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_names_are_there():
    assert {"compat", "jax", "torch"} <= set(dir(nanobragg))
    for name in nanobragg.__all__:
        assert getattr(nanobragg, name) is not None
    with pytest.raises(AttributeError):
        nanobragg.absent
    assert (Path(nanobragg.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize("name", ["nanobragg", "nanobragg._experiment", "nanobragg._simulation", "nanobragg._image", "nanobragg.compat"])
def test_examples_of_the_documentation(name, monkeypatch, tmp_path):
    import importlib

    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_the_version_is_that_of_the_package():
    try:
        installed = importlib.metadata.version("nanobragg")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is not installed")
    assert installed == nanobragg.__version__
