"""Arguments as arrays, with errors that say what was wanted and what was given."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KINDS = {"b": "booleans", "i": "integers", "f": "floats"}


def checked(name: str, value: Any, dtype: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
    """`value` as a contiguous array of `dtype` and `shape`, in which None is any length.

    Integers are taken for floats; nothing else is converted to another kind.
    """
    import numpy as np

    if hasattr(value, "as_numpy_array"):
        value = value.as_numpy_array()
    array = np.asarray(value)
    wanted = np.dtype(dtype)
    allowed = {"f": "fiu", "i": "iu", "b": "b"}[wanted.kind]
    fits = array.ndim == len(shape) and all(
        length is None or length == found for length, found in zip(shape, array.shape, strict=True)
    )
    if array.dtype.kind not in allowed or not fits:
        lengths = ", ".join("n" if length is None else str(length) for length in shape)
        lengths = f"({lengths},)" if len(shape) == 1 else f"({lengths})"
        raise TypeError(
            f"{name} has to be an array of {_KINDS[wanted.kind]} of shape {lengths}, "
            f"not one of {array.dtype} of shape {array.shape}"
        )
    if wanted.kind == "i" and array.size:
        limits = np.iinfo(wanted)
        if array.min() < limits.min or array.max() > limits.max:
            raise ValueError(f"{name}: a number does not fit into {wanted}")
    return np.ascontiguousarray(array, dtype=wanted)


def finite(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """`array`, of which all are numbers; raises ValueError that names the first pixel that is none."""
    import numpy as np

    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        slow, fast = (int(place) for place in wrong[0])
        raise ValueError(f"{name}: pixel ({slow}, {fast}) (slow, fast) is {array[slow, fast]}, not a number")
    return array


def whole(name: str, value: Any, least: int | None = None) -> int:
    """`value` as a whole number of 64 bits, and not below `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} has to be a whole number, not {type(value).__name__}") from None
    if least is not None and number < least:
        raise ValueError(f"{name} has to be {least} or more, not {number}")
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{name}: {number} does not fit into 64 bits")
    return number


def text(name: str, value: Any, wanted: str) -> str:
    """`value` as text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} has to be {wanted}, not {value!r}")
    return value


def is_iterable(value: object) -> bool:
    """Whether `value` has items."""
    return isinstance(value, Iterable)


def is_array(value: object) -> bool:
    """Whether `value` is an array of numpy."""
    import numpy as np

    return isinstance(value, np.ndarray)


def image(name: str, value: object, shape: tuple[int, int]) -> NDArray[np.float32]:
    """`value` as an image of this shape."""
    return checked(name, value, "f4", shape)


def angles(orientations: object) -> list[tuple[float, float, float]]:
    """Orientations as angles in radians about x, then y, then z.

    They are given as an array of shape (n, 3), angles in degrees, or of shape (n, 3, 3), rotation matrices.
    """
    import numpy as np

    array = np.asarray(orientations)
    if array.shape == (0,):
        return []
    if array.ndim == 2:
        is_matrix = isinstance(orientations, np.ndarray) and array.shape == (3, 3) and array.dtype.kind in "fiu"
        if is_matrix and np.allclose(array @ array.T, np.eye(3), atol=1e-6):
            raise ValueError(
                "orientations: one rotation matrix has to be an array of shape (1, 3, 3), not (3, 3); "
                "if these are angles of three images, make it a list"
            )
        array = np.radians(checked("orientations", array, "f8", (None, 3)))
    else:
        array = _angles_of(checked("orientations", array, "f8", (None, 3, 3)))
    return [(float(x), float(y), float(z)) for x, y, z in array]


def _angles_of(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    unit = matrices @ matrices.transpose(0, 2, 1)
    off = np.abs(unit - np.eye(3)).max(axis=(1, 2), initial=0.0)
    # (A NaN is no rotation.)
    wrong = np.flatnonzero(~((off <= 1e-6) & (np.linalg.det(matrices) > 0)))
    if len(wrong):
        first = int(wrong[0])
        why = "it is a mirror image" if off[first] <= 1e-6 else f"M Mᵀ is off from 1 by {off[first]:.1e}"
        raise ValueError(f"orientations: matrix {first} is no rotation matrix: {why}")
    # R = Rz Ry Rx.
    y = np.arctan2(-matrices[:, 2, 0], np.hypot(matrices[:, 0, 0], matrices[:, 1, 0]))
    locked = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0]) < 1e-12
    x = np.where(
        locked,
        np.arctan2(-matrices[:, 1, 2], matrices[:, 1, 1]),
        np.arctan2(matrices[:, 2, 1], matrices[:, 2, 2]),
    )
    z = np.where(locked, 0.0, np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    return np.stack([x, y, z], axis=1)
