"""Images: arrays of numpy that notebooks show."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import _native
from ._arrays import checked

if TYPE_CHECKING:
    from ._simulation import Simulation


class Image(np.ndarray):
    """Photons: a float32 array of shape (slow, fast), or (panel, slow, fast) with several panels.

    It is an ordinary array that notebooks show as a picture.
    """

    noise_seed: int | None
    """The seed of its counts where it is one of `Simulation.render_many`, and of what is computed from it."""
    _simulation: Callable[[], Simulation] | None

    @property
    def simulation(self) -> Simulation | None:
        """What rendered it; None of arrays that were computed from images."""
        return None if self._simulation is None else self._simulation()

    def __array_finalize__(self, other: object) -> None:
        self._simulation = None
        self.noise_seed = getattr(other, "noise_seed", None)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        # Sums and the like are numbers.
        if array.ndim == 0:
            return array[()]
        made = array.view(type(self))
        made.noise_seed = self.noise_seed
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        make, arguments, state = cast("tuple[Any, Any, Any]", super().__reduce__())
        return make, arguments, (state, self.noise_seed)

    def __setstate__(self, state: Any) -> None:
        array, self.noise_seed = state
        super().__setstate__(array)

    @classmethod
    def of(
        cls, array: np.ndarray[Any, Any], simulation: Callable[[], Simulation], noise_seed: int | None = None
    ) -> Image:
        """`array`, without a copy, as an image that a simulation rendered, which is made where somebody asks for it."""
        image = array.view(cls)
        image._simulation = simulation
        image.noise_seed = noise_seed
        return image

    def png(self) -> bytes:
        """A picture of the image, or of its first panel, as the bytes of a PNG file, with the resolution rings of the flags."""
        plane = self.view(np.ndarray)
        while plane.ndim > 2:
            plane = plane[0]
        if plane.ndim < 2 or not plane.size:
            raise ValueError(f"an array of shape {self.shape} is no image")
        plane = np.ascontiguousarray(plane, dtype=np.float32)
        with tempfile.TemporaryDirectory(prefix="nanobragg-") as folder:
            path = Path(folder, "image.png")
            simulation = self.simulation
            if simulation is not None and self.ndim == 2:
                simulation.save(path, plane)
            else:
                _native.png(path, plane)
            return path.read_bytes()

    def _repr_png_(self) -> bytes | None:
        shown = self.ndim >= 2 and self.size > 0
        return self.png() if shown else None

    def plot(self, axes: Any = None, *, percentile: float = 99.5, spots: Any = None, **options: Any) -> Any:
        """Shows the image with matplotlib on a logarithmic scale, and returns the axes.

        `spots`, of shape (n, 2), are positions (slow, fast) in pixels to mark with circles. Options are those
        of matplotlib's `imshow`.
        """
        try:
            import matplotlib.pyplot as plt
            from matplotlib.colors import LogNorm
        except ImportError:
            raise ImportError("plot needs matplotlib: pip install matplotlib") from None
        plane = self.view(np.ndarray)
        if plane.ndim != 2:
            raise ValueError(f"plot shows one panel; this image has the shape {self.shape}")
        if axes is None:
            axes = plt.subplots()[1]
        lit = plane[plane > 0]
        if lit.size and "norm" not in options:
            top = float(np.percentile(lit, percentile))
            options["norm"] = LogNorm(vmin=top * 1e-3, vmax=top, clip=True)
        options.setdefault("cmap", "gray_r")
        axes.imshow(plane, **options)
        axes.set_xlabel("fast (pixels)")
        axes.set_ylabel("slow (pixels)")
        if spots is not None:
            places = checked("spots", spots, "f8", (None, 2))
            axes.plot(places[:, 1], places[:, 0], "o", markerfacecolor="none", markeredgecolor="red")
        return axes
