"""What is simulated."""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Iterable, Mapping, Sequence, Sized
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from . import _native
from ._arrays import checked
from ._errors import DescriptionError, FileError
from ._errors import warn as tell

if TYPE_CHECKING:
    Flag = str | os.PathLike[str]

# Usual wavelengths of a table of sources, in meters.
_USUAL_M = (1e-12, 1e-9)

# Keywords that take arrays, in the place of files.
_ARRAYS = ("structure_factors", "matrix", "keep", "sources", "models")

# Keywords of one number for all axes, with what gives each axis its own.
_SINGLE = {
    "N": "Na, Nb and Nc are the cells along each axis",
    "detpixels": "detpixels_x and detpixels_y are the pixels along each axis",
}


class Quantity(NamedTuple):
    """A quantity of a resolved experiment."""

    value: str
    """The value, in the unit."""
    unit: str
    """The unit; empty for counts and words."""
    origin: str
    """Where it comes from: a flag, a file, the default, other quantities."""

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers of the value in their order: none of a value that is words."""
        found: list[float] = []
        for word in self.value.split():
            try:
                found.append(float(word))
            except ValueError:
                return ()
        return tuple(found)


class Experiment:
    """What is simulated: crystal, structure factors, beam, detector, rotation, and how pixels are sampled.

    An experiment never changes; `replace` makes another one. It is described by keywords, by the flags of the
    program (`from_args`), by an experiment file (`from_toml`), or by a dictionary (`from_dict`).

    A keyword is a key of an experiment file (`distance_mm`, listed in docs/EXPERIMENT.md) or the name of a flag without
    its dash (`distance`, in the unit of the flag). `lambda_` stands for `lambda`, which Python keeps for itself.
    Switches are True or False; None means not given, and in `replace` no longer given. Arrays can replace files:

    - `structure_factors`: Miller indices, integers of shape (n, 3), and amplitudes in electrons, floats of shape (n,).
      The set has to be complete, since symmetry is not applied. Missing reflections have `default_F`, or 0.
    - `matrix`: reciprocal cell vectors in 1/Å, floats of shape (3, 3), with columns a*, b*, c*. With `cell`, edges are those
      of the cell.
    - `keep`: pixels to render, booleans of shape (slow, fast).
    - `sources`: floats of shape (n, 5): position relative to the crystal (m), weight, wavelength (m).
    - `models`: dxtbx models as JSON text, as `from_dxtbx` makes it.

    >>> experiment = Experiment(cell=(70, 80, 90, 75, 85, 95), default_F=100, N=5, lambda_=1.5)
    >>> experiment.replace(misset_deg=(10, 20, 30)).args[-4:]
    ('-misset', '10', '20', '30')

    Raises `InputError` for invalid input and TypeError for arrays of a wrong shape or type; warnings are `InputWarning`.
    With `strict=True` the first warning is an `InputError`.
    """

    __slots__ = ("_arrays", "_base", "_directory", "_document", "_doubts", "_given", "_native")

    # Flags that were given as such, and the words of each keyword behind them.
    _base: tuple[str, ...]
    _given: dict[str, tuple[str, ...]]
    # What is odd about each array: code and text.
    _doubts: dict[str, list[tuple[str, str]]]
    _arrays: dict[str, Any]
    _directory: str
    _document: tuple[str, str] | None
    _native: _native.Setup

    def __init__(self, **keywords: Any) -> None:
        arrays, keywords = _split(keywords)
        self._make((), os.getcwd(), None, arrays, _with({}, keywords)[0], {})

    @classmethod
    def from_args(
        cls, args: Iterable[Flag], *, directory: Flag | None = None, **keywords: Any
    ) -> Experiment:
        """The experiment described by the program's flags, without the program's name.

        Relative file names are looked for in `directory`, by default the working directory. Keywords
        come after the flags. Flags that name files to write are kept for `Simulation.save`; nothing is written here.
        """
        if isinstance(args, str):
            raise TypeError("args has to be a list of words: text.split() makes one of text")
        words = tuple(os.fspath(word) for word in args)
        return cls._new(words, directory, None, keywords)

    @classmethod
    def from_toml(cls, path: Flag, **keywords: Any) -> Experiment:
        """The experiment of an experiment file; keywords override it. Files are looked for in its folder."""
        place = Path(path).absolute()
        try:
            text = place.read_text(encoding="utf-8")
        except OSError as error:
            raise FileError(f"cannot read {place}: {error.strerror}", "io.read") from None
        return cls._new((), None, (str(place), text), keywords)

    @classmethod
    def from_dict(cls, description: Mapping[str, Any], *, directory: Flag | None = None) -> Experiment:
        """The experiment of a dictionary of keywords, or of one with the tables of an experiment file.

        >>> Experiment.from_dict({"crystal": {"cell": [70, 80, 90, 90, 90, 90], "N": 5},
        ...                       "structure_factors": {"default_F": 100}}).args[-2:]
        ('-default_F', '100')
        """
        given: Any = description
        if not isinstance(given, Mapping):
            raise TypeError(f"description has to be a dictionary, not {type(given).__name__}")
        keywords: dict[str, Any] = {}
        for name, value in description.items():
            if isinstance(value, Mapping):
                keywords.update(_of_table(name, cast("Mapping[str, Any]", value)))
            else:
                keywords[name] = value
        return cls._new((), directory, None, keywords)

    @classmethod
    def from_dxtbx(cls, experiments: Any, *, directory: Flag | None = None, **keywords: Any) -> Experiment:
        """The experiment of dxtbx models: an Experiment, or the first one of an ExperimentList.

        Keywords give what the models lack: structure factors and the size of the crystal.
        """
        if not hasattr(experiments, "as_json"):
            try:
                model: Any = importlib.import_module("dxtbx.model")
            except ImportError:
                raise ImportError("from_dxtbx needs dxtbx, which comes with DIALS") from None
            experiments = model.ExperimentList([experiments])
        return cls._new((), directory, None, {"models": experiments.as_json(), **keywords})

    @classmethod
    def _new(
        cls,
        args: tuple[str, ...],
        directory: Flag | None,
        document: tuple[str, str] | None,
        keywords: Mapping[str, Any],
    ) -> Experiment:
        arrays, rest = _split(keywords)
        made = cls.__new__(cls)
        folder = os.getcwd() if directory is None else os.path.abspath(directory)
        made._make(args, folder, document, arrays, _with({}, rest)[0], {})
        return made

    def _make(
        self,
        args: tuple[str, ...],
        directory: str,
        document: tuple[str, str] | None,
        arrays: dict[str, Any],
        given: dict[str, tuple[str, ...]],
        doubts: Mapping[str, list[tuple[str, str]]],
        warn: bool = True,
    ) -> None:
        """`doubts` has those arrays that were looked at before."""
        put = object.__setattr__
        put(self, "_doubts", {name: doubts[name] if name in doubts else _of_array(name, arrays[name]) for name in arrays})
        put(self, "_base", args)
        put(self, "_given", given)
        put(self, "_directory", directory)
        put(self, "_document", document)
        put(self, "_arrays", arrays)
        put(self, "_native", _resolved(self))
        told = self._told if warn else []
        if told and self._native.strict:
            raise DescriptionError(told[0][1], told[0][0])
        tell(told)

    def replace(self, **keywords: Any) -> Experiment:
        """The same experiment with other values for these keywords.

        None takes a keyword back, and False a switch that has no opposite. What flags or an experiment file say counts again then;
        `DescriptionError` where only these say it.
        """
        arrays, rest = _split(keywords)
        kept = {name: array for name, array in self._arrays.items() if name not in keywords}
        doubts = {name: doubts for name, doubts in self._doubts.items() if name not in arrays}
        given, taken_back = _with(self._given, rest)
        made = type(self).__new__(type(self))
        made._make(self._base, self._directory, self._document, {**kept, **arrays}, given, doubts)
        for name in taken_back:
            if name not in self._given and made._native.says(name):
                where = self._document[0] if self._document else "a flag"
                text = f"{name} is given by {where}, which replace cannot take back"
                raise DescriptionError(text, "config.experiment-file")
        return made

    @property
    def args(self) -> tuple[str, ...]:
        """The flags, including those of keywords, without those of an experiment file."""
        return self._base + tuple(word for words in self._given.values() for word in words)

    @property
    def directory(self) -> str:
        """The folder in which files are looked for."""
        return self._directory

    @property
    def notes(self) -> list[str]:
        """What was read, one line each."""
        return self._native.notes

    @property
    def _told(self) -> list[tuple[str, str]]:
        return [*self._native.warnings, *(told for doubts in self._doubts.values() for told in doubts)]

    @property
    def warnings(self) -> list[str]:
        """Warnings about inputs and flags, one line each."""
        return [text for _, text in self._told]

    def toml(self) -> str:
        """The text of an experiment file for this experiment, without arrays; a comment names those that are left out."""
        text = self._native.toml()
        if not self._arrays:
            return text
        head, gap, rest = text.partition("\n\n")
        return f"{head}\n# Left out, because they are arrays: {', '.join(sorted(self._arrays))}.{gap}{rest}"

    def quantities(self) -> dict[str, Quantity]:
        """Every quantity of the resolved experiment by its name, with unit and origin.

        >>> experiment = Experiment(cell=(70, 80, 90, 90, 90, 90), default_F=100, N=5, distance_mm=120)
        >>> experiment.quantities()["distance"]
        Quantity(value='120', unit='mm', origin='flag -distance')
        >>> experiment.quantities()["unit cell"].numbers
        (70.0, 80.0, 90.0, 90.0, 90.0, 90.0)
        """
        rows = _native.Renderer(self._native).rows()
        return {name: Quantity(value, unit, origin) for _, name, value, unit, origin in rows}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an experiment does not change; replace({name}=...) makes another one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("an experiment does not change")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Experiment):
            return NotImplemented
        mine, theirs = self._recipe(), other._recipe()
        return mine[:3] == theirs[:3] and _same(mine[3], theirs[3])

    def __hash__(self) -> int:
        return hash(self._recipe()[:3])

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self._base, self._directory, self._document, self._arrays, self._given, self._doubts)

    def _recipe(self) -> tuple[tuple[str, ...], str, tuple[str, str] | None, dict[str, Any]]:
        return self.args, self._directory, self._document, self._arrays

    def __repr__(self) -> str:
        said = [" ".join(self.args)] if self.args else []
        if self._document:
            said.insert(0, self._document[0])
        said += [f"{name}=..." for name in self._arrays]
        return f"<Experiment: {'; '.join(said)}>"

    def _repr_html_(self) -> str:
        from ._html import table

        return table(_native.Renderer(self._native).rows())


def _rebuilt(
    args: tuple[str, ...],
    directory: str,
    document: tuple[str, str] | None,
    arrays: dict[str, Any],
    given: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    doubts: Mapping[str, list[tuple[str, str]]] = MappingProxyType({}),
) -> Experiment:
    made = Experiment.__new__(Experiment)
    # Who made it first was warned.
    made._make(args, directory, document, arrays, dict(given), doubts, warn=False)
    return made


@functools.cache
def _flags() -> dict[str, str]:
    """The key of an experiment file for each of its spellings, as a flag without its dash and as a keyword."""
    spelled: dict[str, str] = {}
    for key, _, names, _, _ in _native.keys():
        spelled.update(dict.fromkeys([key, *(name.lstrip("-") for name in names)], key))
    return spelled


def _key(name: str) -> str:
    bare = name.removesuffix("_")
    return _flags().get(bare, bare)


def _with(
    given: Mapping[str, tuple[str, ...]], keywords: Mapping[str, Any]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The words of `given` and of these keywords, each once: those of the last that says it, in its place; and the keys of
    keywords that say nothing."""
    made, nothing = dict(given), list[str]()
    for name, value in keywords.items():
        words = tuple(_native.words({name: value}))
        key = _key(name)
        made.pop(key, None)
        if words:
            made[key] = words
        else:
            nothing.append(key)
    return made, nothing


def _of_array(name: str, array: Any) -> list[tuple[str, str]]:
    """What is odd about an array: code and text of each."""
    import numpy as np

    told: list[tuple[str, str]] = []
    if name == "structure_factors":
        indices, amplitudes = array
        order = np.lexsort(indices.T)
        same = (np.diff(indices[order], axis=0) == 0).all(axis=1)
        twice = np.flatnonzero(same & (np.diff(amplitudes[order]) != 0))
        if len(twice):
            h, k, l = indices[order[twice[0]]]
            text = f"structure_factors: {len(twice)} reflections repeat others with another amplitude, the first {h} {k} {l}: the last one counts"
            told.append(("io.repeated-reflections", text))
        negative = np.flatnonzero(amplitudes < 0)
        if len(negative):
            h, k, l = indices[negative[0]]
            text = f"structure_factors: {len(negative)} amplitudes are negative, the first that of {h} {k} {l}: their squares count"
            told.append(("io.negative-amplitudes", text))
    if name == "sources":
        wavelengths = array[:, 4]
        odd = np.flatnonzero((wavelengths > 0) & ~((_USUAL_M[0] <= wavelengths) & (wavelengths <= _USUAL_M[1])))
        if len(odd):
            row = int(odd[0])
            text = f"sources: row {row} has a wavelength of {wavelengths[row]:g} m, which is not one of X-rays"
            told.append(("io.unlikely-wavelength", text))
    return told


def _of_table(table: str, keywords: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keywords of one table of a dictionary; raises `DescriptionError` where it is no table, or another has one of them."""
    tables = {key: section for key, section, _, _, _ in _native.keys()}
    known = list(dict.fromkeys(tables.values()))
    if table not in known:
        raise DescriptionError(f"no table {table!r}; there are {', '.join(known)}", "config.experiment-file")
    for name in keywords:
        other = tables.get(_flags().get(name, name), table)
        if other != table:
            raise DescriptionError(f"{name} is a keyword of the table {other}, not of {table}", "config.experiment-file")
    return keywords


def _split(keywords: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keywords that are arrays, checked, and the others."""
    rest = dict(keywords)
    arrays: dict[str, Any] = {}
    for name in _ARRAYS:
        value = rest.pop(name, None)
        if value is not None:
            arrays[name] = _array(name, value)
    for name, instead in _SINGLE.items():
        given: Any = rest.get(name)
        # In a shell what is too much is a slip that is warned of; in a tuple it is what was meant.
        several = isinstance(given, Sized) and not isinstance(given, str) and getattr(given, "ndim", 1) > 0
        if several and len(given) > 1:
            raise TypeError(f"{name} takes 1 value, not {len(given)}; {instead}")
    return arrays, rest


def _array(name: str, value: Any) -> Any:
    if name == "structure_factors":
        pair = cast("Sequence[Any]", value)
        if not isinstance(value, Sequence) or len(pair) != 2:
            raise TypeError("structure_factors has to be a pair: indices of shape (n, 3), amplitudes of shape (n,)")
        indices = checked("the indices of structure_factors", pair[0], "i4", (None, 3))
        return indices, checked("the amplitudes of structure_factors", pair[1], "f8", (len(indices),))
    if name == "models":
        return str(value)
    if name == "matrix":
        return checked(name, value, "f8", (3, 3)).tolist()
    if name == "keep":
        return checked(name, value, "?", (None, None))
    return checked(name, value, "f8", (None, 5))


def _resolved(experiment: Experiment) -> _native.Setup:
    args, directory, document, arrays = experiment._recipe()
    factors, matrix, keep, sources, models = (arrays.get(name) for name in _ARRAYS)
    if models is not None:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="nanobragg-") as folder:
            path = Path(folder, "models.expt")
            path.write_text(models, encoding="utf-8")
            words = [*args, "-geometry", str(path)]
            return _native.Setup(words, directory, document, factors, matrix, keep, sources)
    return _native.Setup(list(args), directory, document, factors, matrix, keep, sources)


def _same(mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
    import numpy as np

    def equal(a: Any, b: Any) -> bool:
        if type(a) is tuple:
            return all(equal(x, y) for x, y in zip(a, b, strict=True))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return bool(np.array_equal(a, b))

    return mine.keys() == theirs.keys() and all(equal(mine[name], theirs[name]) for name in mine)
