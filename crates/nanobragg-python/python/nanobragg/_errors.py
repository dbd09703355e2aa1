"""Exceptions and warnings."""

from __future__ import annotations

import sys
import warnings


class _Coded(Exception):
    """An exception with a code."""

    code: str = ""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        if code:
            self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.code)


class InputError(_Coded, ValueError):
    """Invalid input. `code` is a word that does not change between versions."""


class FlagError(InputError):
    """A flag or a keyword, or its value, is wrong."""


class DescriptionError(InputError):
    """The description of an experiment is incomplete, contradicts itself, or is not an experiment file."""


class FileError(InputError):
    """A file cannot be read or written, or its contents are wrong."""


class StructureFactorError(InputError):
    """The structure factors cannot be made into a table."""


class SymmetryError(InputError):
    """A symmetry operator or a space group is wrong."""


class PlanError(InputError):
    """A quantity is out of range, or there are more samples than can be held."""


class OutputError(InputError):
    """An image cannot be written to this place or in this format."""


class DeviceError(_Coded, RuntimeError):
    """A device cannot be used, has failed, or cannot render the experiment."""


class OutOfMemory(MemoryError):
    """There is not enough memory for the images."""

    code: str = "job.memory"


class NanobraggWarning(UserWarning):
    """Something is assumed, ignored or cut off; the base class of all warnings of this package.

    `code` is a word that does not change between versions; docs/WARNINGS.md lists the codes.
    """

    code: str = ""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        if code:
            self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.code)


class InputWarning(NanobraggWarning):
    """About flags and input files."""


class PlanWarning(NanobraggWarning):
    """About samples: too few of them, or quirks that change the image."""


class DeviceWarning(NanobraggWarning):
    """About a device that is not used after all."""


class OutputWarning(NanobraggWarning):
    """About files that are written."""


_BY_TOPIC: dict[str, type[InputError]] = {
    "config": DescriptionError,
    "flag": FlagError,
    "gradient": PlanError,
    "image": PlanError,
    "io": FileError,
    "output": OutputError,
    "plan": PlanError,
    "readout": PlanError,
    "symmetry": SymmetryError,
    "table": StructureFactorError,
}
_BY_CODE: dict[str, type[InputError]] = {
    "config.output": OutputError,
    "config.structure-factors": StructureFactorError,
    "config.symmetry": SymmetryError,
    "output.file": FileError,
}
_OF_MEMORY = ("io.memory", "job.memory", "render.memory")


def exception(code: str, text: str) -> Exception:
    """The exception of an error with this code, which is `topic.what`."""
    topic = code.partition(".")[0]
    if code in _OF_MEMORY:
        return OutOfMemory(text)
    if topic in ("device", "render", "job"):
        return DeviceError(text, code)
    return _BY_CODE.get(code, _BY_TOPIC.get(topic, InputError))(text, code)


_WARNING_BY_TOPIC: dict[str, type[NanobraggWarning]] = {
    "config": InputWarning,
    "device": DeviceWarning,
    "io": InputWarning,
    "output": OutputWarning,
    "plan": PlanWarning,
}


def warn(told: list[tuple[str, str]]) -> None:
    """Warns where this package was called. Each is a code, which is `topic.what` and tells the category, and a text."""
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "nanobragg":
        frame = frame.f_back
        level += 1
    for code, text in told:
        category = _WARNING_BY_TOPIC.get(code.partition(".")[0], NanobraggWarning)
        warnings.warn(category(text, code), stacklevel=level + 1)
