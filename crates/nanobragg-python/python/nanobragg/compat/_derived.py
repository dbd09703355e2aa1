"""Attributes that follow from others, read from the quantities of the experiment as it is resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .._experiment import Quantity
from ._enums import pivot

Quantities = Mapping[str, Quantity]


def _numbers(name: str, factor: float = 1.0) -> Callable[[Quantities], tuple[float, ...]]:
    def found(quantities: Quantities) -> tuple[float, ...]:
        # The zero is for those that are negative.
        return tuple(float(word) * factor + 0.0 for word in quantities[name].value.split())

    return found


def _number(name: str, factor: float = 1.0) -> Callable[[Quantities], float]:
    return lambda quantities: _numbers(name, factor)(quantities)[0]


def _pair(first: str, second: str) -> Callable[[Quantities], tuple[float, float]]:
    return lambda quantities: (_number(first)(quantities), _number(second)(quantities))


def _steps(range_: str, steps: str) -> Callable[[Quantities], float]:
    def found(quantities: Quantities) -> float:
        return _number(range_)(quantities) / max(1.0, _number(steps)(quantities) - 1.0)

    return found


def _region(quantities: Quantities) -> tuple[tuple[int, int], tuple[int, int]]:
    fast_from, fast_to, slow_from, slow_to = (int(number) for number in _numbers("region (fast, slow; ends excluded)")(quantities))
    return (fast_from, fast_to), (slow_from, slow_to)


def _adxv(quantities: Quantities) -> tuple[float, float]:
    fast, slow = _numbers("beam spot (fast, slow)")(quantities)
    _, rows = _numbers("pixels (fast, slow)")(quantities)
    return fast, rows * _number("pixel size")(quantities) - slow


def _denzo(quantities: Quantities, pixels: float = 0.0) -> tuple[float, float]:
    fast, slow = _numbers("beam spot (fast, slow)")(quantities)
    shift = pixels * _number("pixel size")(quantities)
    return slow - shift, fast - shift


def _mosflm(quantities: Quantities) -> tuple[float, float]:
    return _denzo(quantities, 0.5)


def imgcif_axes(spindle: Any, beam: Any) -> Any:
    """The axes of imgCIF as rows: X along the spindle, Z from the sample into the beam as far as X allows, Y so that they
    are right-handed. dxtbx describes detectors by them."""
    x = np.asarray(spindle, dtype=float)
    x = x / np.linalg.norm(x)
    z = -np.asarray(beam, dtype=float)
    z = z - (z @ x) * x
    z = z / np.linalg.norm(z)
    return np.stack([x, np.cross(z, x), z])


def _origin(quantities: Quantities) -> tuple[float, ...]:
    axes = imgcif_axes(_numbers("spindle axis")(quantities), _numbers("beam direction")(quantities))
    return tuple(float(x) + 0.0 for x in axes @ _numbers("first pixel")(quantities))


DERIVED: Mapping[str, Callable[[Quantities], Any]] = {
    "xtal_size_mm": _numbers("crystal size", 1e-3),
    "interpolate": lambda quantities: 0 if "nearest" in quantities["interpolation"].value else 1,
    "fluence": _number("fluence"),
    "divstep_hv_mrad": lambda quantities: (
        _steps("horizontal divergence", "horizontal steps")(quantities),
        _steps("vertical divergence", "vertical steps")(quantities),
    ),
    "divergence_hv_mrad": _pair("horizontal divergence", "vertical divergence"),
    "beam_vector": _numbers("beam direction"),
    "spindle_axis": _numbers("spindle axis"),
    "fdet_vector": _numbers("fast axis"),
    "sdet_vector": _numbers("slow axis"),
    "odet_vector": _numbers("normal"),
    "pix0_vector_mm": _numbers("first pixel"),
    "dials_origin_mm": _origin,
    "distance_mm": _number("distance"),
    "close_distance_mm": _number("close distance"),
    "beam_center_mm": _numbers("beam center X, Y"),
    "XDS_ORGXY": _numbers("ORGX, ORGY"),
    "adxv_beam_center_mm": _adxv,
    "mosflm_beam_center_mm": _mosflm,
    "denzo_beam_center_mm": _denzo,
    "detector_pivot": lambda quantities: pivot(quantities["pivot"].value),
    "region_of_interest": _region,
    "detector_thicksteps": lambda quantities: int(_number("sensor layers")(quantities)),
    "detector_thickstep_mm": lambda quantities: (
        _number("sensor thickness", 1e-3)(quantities) / _number("sensor layers")(quantities)
    ),
    "phistep_deg": _number("phi step"),
    "osc_deg": _number("oscillation"),
    "phisteps": lambda quantities: int(_number("phi steps")(quantities)),
    "dispsteps": lambda quantities: int(_number("dispersion steps")(quantities)),
}
"""What an attribute is where it was not set."""
