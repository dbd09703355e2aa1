"""What the tests share."""

import os
import shutil
from pathlib import Path

import pytest

import nanobragg

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
SMALL = dict(cell=(70, 80, 90, 75, 85, 95), default_F=100, N=5, lambda_=1.5, pixel_mm=1, detpixels=48, oversample=1)


@pytest.fixture
def small():
    return nanobragg.Experiment(**SMALL)


@pytest.fixture
def simulation(small):
    return nanobragg.Simulation(small, device="cpu")


@pytest.fixture
def slow_simulation(small):
    """One that takes minutes."""
    large = small.replace(detpixels=2048, pixel_mm=0.05, mosaic_deg=1, mosaic_domains=4000, oversample=2)
    return nanobragg.Simulation(large, device="cpu")


@pytest.fixture(scope="session")
def program():
    """The program `nanobragg`: NANOBRAGG, or the one on the path."""
    found = os.environ.get("NANOBRAGG") or shutil.which("nanobragg")
    if not found:
        pytest.skip("NANOBRAGG does not name the program")
    return found
