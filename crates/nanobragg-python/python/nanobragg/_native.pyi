"""The native half of the package; its interface is not promised."""

from collections.abc import Callable, Sequence
from os import PathLike

import numpy as np
from numpy.typing import NDArray

VERSION: str

def keys() -> list[tuple[str, str, list[str], str, str]]: ...
def words(keywords: dict[str, object]) -> list[str]: ...
def png(path: str | PathLike[str], image: NDArray[np.float32]) -> None: ...

# Device, precision and number of threads of a call.
_Wanted = tuple[str | None, str | None, int | None]

def device_warnings() -> list[tuple[str, str]]: ...
def parameters(renderer: Renderer, names: list[str]) -> list[tuple[str, str]]: ...
def columns(
    renderer: Renderer, names: list[str], wanted: _Wanted
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]: ...
def rows(
    renderer: Renderer, names: list[str], pixels: NDArray[np.uint32], wanted: _Wanted
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def pull_back(
    renderer: Renderer, names: list[str], cotangent: NDArray[np.float64], wanted: _Wanted
) -> NDArray[np.float64]: ...
def pull_back_amplitudes(
    renderer: Renderer,
    names: list[str],
    cotangent: NDArray[np.float64],
    indices: NDArray[np.int32] | None,
    wanted: _Wanted,
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]: ...
def normal(
    renderer: Renderer,
    names: list[str],
    measured: NDArray[np.float64],
    weights: NDArray[np.float64],
    wanted: _Wanted,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, int]: ...

class Setup:
    def __new__(
        cls,
        words: Sequence[str],
        directory: str,
        document: tuple[str, str] | None = None,
        structure_factors: tuple[NDArray[np.int32], NDArray[np.float64]] | None = None,
        matrix: list[list[float]] | None = None,
        mask: NDArray[np.bool_] | None = None,
        sources: NDArray[np.float64] | None = None,
    ) -> Setup: ...
    @property
    def warnings(self) -> list[tuple[str, str]]: ...
    @property
    def strict(self) -> bool: ...
    @property
    def notes(self) -> list[str]: ...
    def toml(self) -> str: ...

class Renderer:
    def __new__(cls, setup: Setup, like: Renderer | None = None) -> Renderer: ...
    @property
    def warnings(self) -> list[tuple[str, str]]: ...
    @property
    def shapes(self) -> list[tuple[int, int]]: ...
    @property
    def terms(self) -> float: ...
    @property
    def sources(self) -> list[list[float]]: ...
    def rows(self) -> list[tuple[str, str, str, str, str]]: ...
    def text(self) -> str: ...
    def render(
        self,
        device: str | None = None,
        dtype: str | None = None,
        threads: int | None = None,
        keep: NDArray[np.bool_] | None = None,
        progress: Callable[[int, int], object] | None = None,
        allow_nonfinite: bool = False,
    ) -> tuple[list[NDArray[np.float32]], list[tuple[str, str]]]: ...
    def counts(self, images: list[NDArray[np.float32]], seed: int | None) -> list[NDArray[np.int32]]: ...
    def noise_seeds(self, images: int) -> list[int]: ...
    def trace(self, panel: int, slow: int, fast: int) -> dict[str, object]: ...
    def save(
        self, path: str | PathLike[str], images: list[NDArray[np.float32]], allow_nonfinite: bool = False
    ) -> list[tuple[str, str]]: ...

class Series:
    def __new__(
        cls,
        renderer: Renderer,
        orientations: list[tuple[float, float, float]],
        device: str | None = None,
        dtype: str | None = None,
        threads: int | None = None,
    ) -> Series: ...
    def next(self) -> list[NDArray[np.float32]] | None: ...
    def close(self) -> None: ...
