"""Choices by name."""

from __future__ import annotations

from enum import Enum


class shapetype(Enum):
    """Shape of the crystal, which shapes the spots."""

    Unknown = "unknown"
    Square = "square_xtal"
    Round = "round_xtal"
    Gauss = "gauss_xtal"
    Gauss_argchk = "gauss_argchk"
    Tophat = "tophat_spots"
    Fiber = "fiber"


class convention(Enum):
    """What the beam center means."""

    Custom = "custom"
    ADXV = "adxv"
    MOSFLM = "mosflm"
    XDS = "xds"
    DIALS = "dials"
    DENZO = "denzo"


class pivot(Enum):
    """What stays in place when the detector turns."""

    Sample = "sample"
    Beam = "beam"
