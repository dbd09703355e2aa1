"""Rendering an experiment."""

from __future__ import annotations

import functools
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _native
from ._arrays import angles, checked, finite, image, is_array, is_iterable, text, whole
from ._errors import NanobraggWarning, warn
from ._experiment import Experiment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ._image import Image

    Flag = str | os.PathLike[str]
    Progress = Callable[[int, int], object] | bool | None


class NormalEquations(NamedTuple):
    """Normal equations of a fit to pixels, for parameters in their units; `solve(matrix, vector)` is the step to add."""

    names: list[str]
    """The parameters, in the order of rows."""
    units: list[str]
    """Their units."""
    matrix: NDArray[np.float64]
    """JᵀWJ, of shape (n, n)."""
    vector: NDArray[np.float64]
    """JᵀWr, of shape (n,)."""
    residuals: float
    """Σ w r²."""
    pixels: int
    """Pixels with a weight other than zero."""


class AmplitudeGradient(NamedTuple):
    """The derivative of a weighted sum of pixels with respect to structure factors, and to parameters in the same pass."""

    indices: NDArray[np.int32]
    """Miller indices, of shape (n, 3)."""
    amplitudes: NDArray[np.float64]
    """Structure factors in electrons, of shape (n,)."""
    slopes: NDArray[np.float64]
    """The derivative with respect to each, of shape (n,)."""
    parameters: NDArray[np.float64]
    """The derivative with respect to each parameter that was named."""


class Simulation:
    """Renders an experiment, and keeps its samples and the devices that it has opened.

    `device` is "cpu" (all cores), "gpu", "auto" (a hardware graphics processor if there is one, else the CPU;
    the default), or "scalar" (the plain definition on one core). `dtype`, "f64" (default) or "f32", is the
    precision in which the lattice factor is computed; images are always float32. Without these arguments the experiment's flags
    `-device` and `-dtype` count.

    Several threads may use one simulation at once. A simulation can be pickled: where it is unpickled, the experiment is
    read and the device opened again.

    `PlanWarning` warns of too few samples.
    """

    __slots__ = ("_device", "_dtype", "_experiment", "_renderer")

    def __init__(self, experiment: Experiment, device: str | None = None, dtype: str | None = None) -> None:
        if not isinstance(experiment, Experiment):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"experiment has to be an Experiment, not {type(experiment).__name__}")
        self._experiment = experiment
        self._device = device
        self._dtype = dtype
        self._renderer = _native.Renderer(experiment._native)
        warn(self._renderer.warnings)

    @classmethod
    def from_args(
        cls, args: Iterable[Flag], device: str | None = None, dtype: str | None = None, **keywords: Any
    ) -> Simulation:
        """The simulation of the program's flags: see `Experiment.from_args`."""
        return cls(Experiment.from_args(args, **keywords), device, dtype)

    @classmethod
    def from_toml(
        cls, path: Flag, device: str | None = None, dtype: str | None = None, **keywords: Any
    ) -> Simulation:
        """The simulation of an experiment file: see `Experiment.from_toml`."""
        return cls(Experiment.from_toml(path, **keywords), device, dtype)

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._experiment

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the image: (slow, fast), or (panel, slow, fast) with several panels of one size."""
        first, *others = self._renderer.shapes
        if any(shape != first for shape in others):
            raise ValueError("the panels differ in size: the image is a list of them")
        return (1 + len(others), *first) if others else first

    @property
    def terms(self) -> float:
        """Terms of the sum over all pixels; the time of a render is proportional to them."""
        return self._renderer.terms

    def replace(self, **keywords: Any) -> Simulation:
        """The simulation of another experiment, on the devices that this one has opened: see `Experiment.replace`."""
        return self._with(self._experiment.replace(**keywords))

    def _with(self, experiment: Experiment) -> Simulation:
        """The simulation of `experiment` on the devices of this one."""
        made = object.__new__(type(self))
        made._experiment, made._device, made._dtype = experiment, self._device, self._dtype
        made._renderer = _native.Renderer(experiment._native, self._renderer)
        warn(made._renderer.warnings)
        return made

    def render(
        self,
        device: str | None = None,
        dtype: str | None = None,
        threads: int | None = None,
        out: NDArray[np.float32] | None = None,
        pixels: Any = None,
        progress: Progress = None,
        allow_nonfinite: bool = False,
    ) -> Image:
        """The expected photons of each pixel: float32 of shape (slow, fast), or (panel, slow, fast).

        Panels of different sizes are returned as a list of images.

        - `device`, `dtype`: as for `Simulation`, for this image.
        - `threads`: number of CPU threads; by default that of the flag `-threads`, else `OMP_NUM_THREADS`, else one per
          core. The image does not depend on it.
        - `out`: a contiguous float32 array of the image's shape, which is filled and returned.
        - `pixels`: what to render: booleans of shape (slow, fast), the other pixels being 0; or integers of shape
          (n, 2), slow and fast of each pixel, whose values are returned as an array of shape (n,).
        - `progress`: a function that this thread calls with the numbers of finished rows and of all rows, at most every
          40 ms; True for tqdm.
        - `allow_nonfinite`: accept photons that are negative or not finite.

        Other Python threads run meanwhile. KeyboardInterrupt stops the render.

        Raises `DeviceError` if a device fails, `OutOfMemory`, and TypeError for arrays of a wrong shape or type.
        """
        from ._image import Image

        keep, places = self._chosen(pixels)
        if out is not None:
            # Before the render, which may take long.
            if len({*self._renderer.shapes}) > 1:
                raise TypeError("out has to be None: the panels differ in size, and the image is a list of them")
            _fits(out, (*self.shape[:-2], len(places)) if places is not None else self.shape)
        told, done = _progress(progress)
        try:
            images, heard = self._renderer.render(
                *self._wanted(device, dtype, threads),
                keep,
                told,
                allow_nonfinite,
            )
        finally:
            done()
        warn(heard)
        joined: Any = _joined(images)
        if places is not None:
            joined = joined[..., places[:, 0], places[:, 1]]
        made: Any
        if out is not None:
            out[...] = joined
            made = out
        elif isinstance(joined, list):
            made = [Image.of(panel, lambda: self) for panel in joined]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        else:
            made = Image.of(joined, lambda: self)
        result: Image = made
        return result

    def render_many(
        self,
        orientations: Any,
        device: str | None = None,
        dtype: str | None = None,
        threads: int | None = None,
    ) -> Iterator[Image]:
        """The images of many orientations, in order; the next one is rendered while you work with the last.

        Orientations turn the crystal from the orientation of its lattice, instead of `-misset`: an array of shape (n, 3),
        angles in degrees about the laboratory's x, then y, then z; or of shape (n, 3, 3), rotation matrices. A single
        rotation matrix, which is no three triples of angles, is a ValueError.

        `counts` and `save` give each image noise of its own: that of the program's sweep with the same orientations and seed.
        """
        from ._image import Image

        turns = angles(orientations)
        seeds = self._renderer.noise_seeds(len(turns))
        series = _native.Series(
            self._renderer,
            turns,
            *self._wanted(device, dtype, threads),
        )

        def images() -> Iterator[Image]:
            try:
                for turn, seed in zip(turns, seeds, strict=True):
                    panels = series.next()
                    if panels is None:
                        return
                    turned = functools.cache(functools.partial(self._turned, turn, seed))
                    joined: Any = _joined(panels)
                    made: Any = [Image.of(panel, turned, seed) for panel in joined] if isinstance(joined, list) else Image.of(joined, turned, seed)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
                    yield made
            finally:
                series.close()

        return images()

    def _turned(self, turn: tuple[float, float, float], seed: int) -> Simulation:
        """The simulation of one of many orientations, angles in radians."""
        return self._seeded(seed, misset=[math.degrees(angle) for angle in turn])

    def _seeded(self, seed: int, **keywords: Any) -> Simulation:
        """This simulation with another noise seed, and with these keywords."""
        with warnings.catch_warnings():
            # What holds of one holds of all.
            warnings.simplefilter("ignore", NanobraggWarning)
            return self.replace(seed=seed, **keywords)

    def counts(self, seed: int | None = None, image: Any = None) -> NDArray[np.int32]:
        """Photons that a detector counts: Poisson deviates of the expected photons, int32 of the image's shape.

        `seed` is by default that of the image where it is one of `render_many`, else that of the experiment. Equal seeds
        give equal counts. Without `image` the image is rendered. Pixels that are not rendered are -1. ValueError for pixels
        that are not finite; a negative one counts as 0.
        """
        expected = self.render() if image is None else image
        panels = [finite("image", panel) for panel in self._panels(expected)]
        counted = self._renderer.counts(panels, _noise_seed(expected) if seed is None else whole("seed", seed))
        joined: NDArray[np.int32] = _joined(counted)
        return joined

    def trace(self, pixel: tuple[int, int], panel: int = 0) -> dict[str, Any]:
        """Every intermediate value of the pixel (slow, fast), computed by the code that renders.

        The dictionary has `slow`, `fast`, `photons`; `quantities` by their names, each a dictionary of `value`, `unit` and
        `meaning`; and `phi_steps`, with a dictionary for each. docs/TRACE.md explains the quantities.
        """
        places: Any = pixel
        try:
            slow, fast = places
        except (TypeError, ValueError):
            raise TypeError(f"pixel has to be a pair (slow, fast), not {pixel!r}") from None
        place = whole("panel", panel), whole("pixel", slow), whole("pixel", fast)
        if min(place) < 0:
            raise IndexError(f"panel {place[0]}, pixel ({place[1]}, {place[2]}) (slow, fast): none of them may be negative")
        return self._renderer.trace(*place)

    def save(self, path: Flag, image: Any = None, allow_nonfinite: bool = False) -> None:
        """Writes an image; the extension chooses the format: .npy, .tif, .cbf, .nxs, .h5, .img, .pgm, .png, .bin.

        Formats of counts hold counts with noise, unless `nonoise` is set; scale, offset and colors are those of the
        experiment. Without `image` the image is rendered. Warnings are `OutputWarning`.

        In formats of counts an image with pixels that are negative or not finite is a `PlanError` and not written, unless
        `allow_nonfinite`; .npy, .tif and .bin hold any numbers.
        """
        expected = self.render() if image is None else image
        panels, seed = self._panels(expected), _noise_seed(expected)
        renderer = self._renderer if seed is None else self._seeded(seed)._renderer
        warn(renderer.save(os.path.abspath(path), panels, allow_nonfinite))

    def gradient(
        self,
        parameters: str | Iterable[str],
        threads: int | None = None,
        device: str | None = None,
        dtype: str | None = None,
        pixels: Any = None,
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
        """The photons of each pixel in double precision, and the derivative image of each parameter, by its name.

        A parameter is one of an experiment's numbers, by the name of its flag: `distance`, `lambda`, `fluence`, `scale`,
        `misset_x`, `cell_a`, `Na`, ..., `F_1_-2_3`; `misset`, `cell`, `N` and other names stand for several. Derivatives are
        per unit of the flag: degrees, Å, mm; `scale` and `water` are per factor on the photons and on the water. An unknown name is an InputError that lists the known ones, and a parameter
        without a derivative is an InputError that says why. The cost hardly grows with their number.

        `device`, `dtype`, `threads`: as for `render`. On the CPU derivatives are in double precision. A few are not available
        on graphics processors: with "auto" the CPU computes these, with "gpu" they are an error.

        `pixels`: integers of shape (n, 2), slow and fast of each pixel: arrays are of shape (n,) then, and the cost is that
        of these pixels, rendered by the experiment or not; or booleans of shape (slow, fast), the other pixels being 0.
        """
        names = _names(parameters)
        wanted = self._wanted(device, dtype, threads)
        if pixels is None:
            photons, columns = _native.columns(self._renderer, names, wanted)
        else:
            photons, columns = self._listed(names, pixels, wanted)
        warn(_native.device_warnings())
        return photons, dict(zip((name for name, _ in _native.parameters(self._renderer, names)), columns, strict=True))

    def _listed(
        self, names: list[str], pixels: Any, wanted: tuple[str | None, str | None, int | None]
    ) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
        """Photons and derivatives of chosen pixels."""
        import numpy as np

        keep, places = self._chosen(pixels)
        chosen: NDArray[Any] = np.argwhere(np.asarray(keep)) if places is None else places
        photons, rows = _native.rows(self._renderer, names, np.ascontiguousarray(chosen, dtype=np.uint32), wanted)
        if places is not None:
            return photons, list(rows)

        def image(row: NDArray[np.float64]) -> NDArray[np.float64]:
            whole = np.zeros(self._renderer.shapes[0])
            whole[keep] = row
            return whole

        return image(photons), [image(row) for row in rows]

    def vjp(
        self,
        parameters: str | Iterable[str],
        cotangent: Any,
        threads: int | None = None,
        device: str | None = None,
        dtype: str | None = None,
    ) -> NDArray[np.float64]:
        """The derivative of Σ cotangent × photons with respect to each parameter, of shape (parameters,), without derivative images.

        `cotangent` is an array of floats of the image's shape; the other arguments are those of `gradient`.
        """
        weights = finite("cotangent", checked("cotangent", cotangent, "f8", self._renderer.shapes[0]))
        wanted = self._wanted(device, dtype, threads)
        made = _native.pull_back(self._renderer, _names(parameters), weights, wanted)
        warn(_native.device_warnings())
        return made

    def vjp_structure_factors(
        self,
        cotangent: Any,
        indices: Any = None,
        parameters: str | Iterable[str] = (),
        threads: int | None = None,
        device: str | None = None,
        dtype: str | None = None,
    ) -> AmplitudeGradient:
        """The derivative of Σ cotangent × photons with respect to all structure factors of the table, in one pass.

        Without `indices` the result has the reflections whose derivative is not zero. `indices`, integers of shape (n, 3), are
        those wanted, in this order: the derivative is 0 where no photons come from a reflection. Equivalents
        are reflections of their own: add theirs. `parameters` are those of `gradient`, for `parameters` of the result.

        `InputError` where all structure factors are one number, or are interpolated.
        """
        weights = finite("cotangent", checked("cotangent", cotangent, "f8", self._renderer.shapes[0]))
        rows = None if indices is None else checked("indices", indices, "i4", (None, 3))
        wanted = self._wanted(device, dtype, threads)
        made = _native.pull_back_amplitudes(self._renderer, _names(parameters), weights, rows, wanted)
        warn(_native.device_warnings())
        numbers, found, amplitudes, slopes = made
        return AmplitudeGradient(found, amplitudes, slopes, numbers)

    def normal_equations(
        self,
        parameters: str | Iterable[str],
        measured: Any,
        weights: Any = None,
        threads: int | None = None,
        device: str | None = None,
        dtype: str | None = None,
    ) -> NormalEquations:
        """The normal equations for residuals measured - photons: a Gauss-Newton step.

        `measured` and `weights` are arrays of floats of the image's shape; weights are 1 by default. Pixels of weight 0 are left
        out, whatever was measured there. The other arguments are those of `gradient`.
        """
        import numpy as np

        shape = self._renderer.shapes[0]
        names = _names(parameters)
        rows = _native.parameters(self._renderer, names)
        target = checked("measured", measured, "f8", shape)
        each = np.ones(shape) if weights is None else finite("weights", checked("weights", weights, "f8", shape))
        if (each < 0).any():
            slow, fast = (int(place) for place in np.argwhere(each < 0)[0])
            raise ValueError(f"weights: pixel ({slow}, {fast}) (slow, fast) is {each[slow, fast]}; a weight cannot be negative")
        target = finite("measured", np.where(each == 0, 0.0, target))
        wanted = self._wanted(device, dtype, threads)
        made = _native.normal(self._renderer, names, target, each, wanted)
        warn(_native.device_warnings())
        return NormalEquations([name for name, _ in rows], [unit for _, unit in rows], *made)

    def _wanted(
        self, device: str | None, dtype: str | None, threads: int | None
    ) -> tuple[str | None, str | None, int | None]:
        """What a call asks for, else what the simulation has."""
        device = self._device if device is None else device
        dtype = self._dtype if dtype is None else dtype
        return (
            None if device is None else text("device", device, "auto, cpu, gpu or scalar"),
            None if dtype is None else text("dtype", dtype, '"f64" or "f32"'),
            None if threads is None else whole("threads", threads, 0),
        )

    def _panels(self, expected: Any) -> list[NDArray[np.float32]]:
        import numpy as np

        shapes = self._renderer.shapes
        panels = [expected] if len(shapes) == 1 else list(expected)
        if len(panels) != len(shapes):
            raise TypeError(f"the image has {len(panels)} panels, the detector {len(shapes)}")
        plain = [np.asarray(panel).view(np.ndarray) for panel in panels]
        return [image("image", panel, shape) for panel, shape in zip(plain, shapes, strict=True)]

    def _chosen(self, pixels: Any) -> tuple[NDArray[np.bool_] | None, NDArray[np.intp] | None]:
        """What to render as a mask, and the places that are wanted of it."""
        if pixels is None:
            return None, None
        import numpy as np

        slow, fast = self._renderer.shapes[0]
        if any(shape != (slow, fast) for shape in self._renderer.shapes):
            raise ValueError("pixels cannot be chosen where panels differ in size")
        given = np.asarray(pixels)
        if given.dtype.kind == "b":
            return checked("pixels", given, "?", (slow, fast)), None
        places = checked("pixels", given, "i8", (None, 2))
        if places.size and (places.min() < 0 or (places.max(axis=0) >= (slow, fast)).any()):
            raise IndexError(f"pixels: not all are on the image, {slow} x {fast} (slow, fast)")
        keep = np.zeros((slow, fast), dtype=bool)
        keep[places[:, 0], places[:, 1]] = True
        return keep, places

    def __reduce__(self) -> tuple[object, ...]:
        return _reopened, (self._experiment, self._device, self._dtype)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{slow} x {fast}" for slow, fast in self._renderer.shapes)
        return f"<Simulation of {shapes} pixels, {self.terms:.3g} terms: {self._experiment!r}>"

    def _repr_html_(self) -> str:
        return self._experiment._repr_html_()


def _reopened(experiment: Experiment, device: str | None, dtype: str | None) -> Simulation:
    with warnings.catch_warnings():
        # Who made it first was warned.
        warnings.simplefilter("ignore", NanobraggWarning)
        return Simulation(experiment, device, dtype)


def _names(parameters: str | Iterable[str]) -> list[str]:
    """A string is one name, not its letters."""
    several = [parameters] if isinstance(parameters, str) or not is_iterable(parameters) else list(parameters)
    return [text("parameters", name, "a name or several names") for name in several]


def _noise_seed(image: Any) -> int | None:
    """The seed that an image, or the first one of a list, brings along."""
    first = image[0] if isinstance(image, list) and image else image  # pyright: ignore[reportUnknownVariableType]
    seed: int | None = getattr(first, "noise_seed", None)  # pyright: ignore[reportUnknownArgumentType]
    return seed


def _joined(panels: list[Any]) -> Any:
    """One array of all panels, the panel itself where there is one, a list where their sizes differ."""
    if len(panels) == 1:
        return panels[0]
    if any(panel.shape != panels[0].shape for panel in panels):
        return panels
    import numpy as np

    return np.stack(panels)


def _fits(out: Any, shape: tuple[int, ...]) -> None:
    """Raises TypeError where `out` is no array to fill with an image of this shape."""
    import numpy as np

    if not is_array(out) or out.dtype != np.float32 or out.shape != shape:
        found = f"one of {out.dtype} of shape {out.shape}" if is_array(out) else type(out).__name__
        raise TypeError(f"out has to be an array of float32 of shape {shape}, not {found}")
    if not out.flags.c_contiguous or not out.flags.writeable:
        raise TypeError("out has to be contiguous and writable")


def _progress(wanted: Progress) -> tuple[Callable[[int, int], object] | None, Callable[[], object]]:
    """A function to tell of progress, and one to call at the end."""
    if wanted is None or wanted is False:
        return None, lambda: None
    if wanted is not True:
        if not callable(wanted):
            raise TypeError(f"progress has to be a function or True, not {type(wanted).__name__}")
        return wanted, lambda: None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError("progress=True needs tqdm: pip install tqdm") from None
    bar = tqdm(unit="rows", leave=False)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return show, bar.close
