"""X-ray diffraction images from nanocrystals: faithful to nanoBragg, fast, and explainable pixel by pixel.

An `Experiment` describes what is simulated; a `Simulation` renders it into a NumPy array:

>>> import nanobragg
>>> experiment = nanobragg.Experiment(cell=(70, 80, 90, 75, 85, 95), default_F=100, N=5, detpixels=64, pixel_mm=1)
>>> image = nanobragg.Simulation(experiment, device="cpu").render()
>>> image.shape, image.dtype.name
((64, 64), 'float32')

`nanobragg.compat` has simtbx's class `nanoBragg`; `nanobragg.torch` and `nanobragg.jax` have images that torch and JAX
can differentiate. They are loaded on first use.
"""

from __future__ import annotations

import importlib as _importlib
from typing import TYPE_CHECKING as _TYPE_CHECKING

from ._errors import (
    DescriptionError,
    DeviceError,
    DeviceWarning,
    FileError,
    FlagError,
    InputError,
    InputWarning,
    NanobraggWarning,
    OutOfMemory,
    OutputError,
    OutputWarning,
    PlanError,
    PlanWarning,
    StructureFactorError,
    SymmetryError,
)
from ._experiment import Experiment, Quantity
from ._native import VERSION as __version__
from ._simulation import AmplitudeGradient, NormalEquations, Simulation

if _TYPE_CHECKING:
    from . import compat
    from ._image import Image

__all__ = [
    "AmplitudeGradient",
    "DescriptionError",
    "DeviceError",
    "DeviceWarning",
    "Experiment",
    "FileError",
    "FlagError",
    "Image",
    "InputError",
    "InputWarning",
    "NanobraggWarning",
    "NormalEquations",
    "OutOfMemory",
    "OutputError",
    "OutputWarning",
    "PlanError",
    "PlanWarning",
    "Quantity",
    "Simulation",
    "StructureFactorError",
    "SymmetryError",
    "__version__",
    "compat",
]

_LAZY_MODULES = ("compat", "jax", "torch")


def __getattr__(name: str) -> object:
    # numpy takes longer to import than this package: nothing here needs it before there is an image.
    if name in _LAZY_MODULES:
        return _importlib.import_module(f".{name}", __name__)
    if name == "Image":
        from ._image import Image

        return Image
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_LAZY_MODULES})
