"""The image of simtbx's class: an array of numpy with what scripts ask of a flex array."""

from __future__ import annotations

from typing import Any

import numpy as np


class Size(int):
    """A number of pixels. As that of a flex array it can be called."""

    def __call__(self) -> int:
        return int(self)


class Pixels(np.ndarray):
    """Photons, float64 of shape (slow, fast)."""

    @property
    def size(self) -> Size:
        """How many pixels there are: `size` as of numpy, `size()` as of a flex array."""
        return Size(super().size)

    def as_numpy_array(self) -> Any:
        """The same pixels, as an array of numpy."""
        return self.view(np.ndarray)

    def as_1d(self) -> Any:
        """The same pixels in a row, the fast axis first."""
        return self.reshape(-1)

    def focus(self) -> tuple[int, ...]:
        """The shape: slow, fast."""
        return self.shape

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        # Sums and the like are numbers.
        return array[()] if array.ndim == 0 else array.view(type(self))
