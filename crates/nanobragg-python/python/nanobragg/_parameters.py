"""Numbers of an experiment that others differentiate by: what keyword each is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._arrays import checked
from ._experiment import Experiment

# Parameters that a keyword of an experiment is made of, with the place in its value.
_VECTORS = {
    "misset": ("misset_x", "misset_y", "misset_z"),
    "cell": ("cell_a", "cell_b", "cell_c", "cell_alpha", "cell_beta", "cell_gamma"),
}
_SCALARS = {
    name: name
    for name in ("distance", "twotheta", "phi", "phistep", "fluence", "detector_rotx", "detector_roty", "detector_rotz", "mosaic")
} | {"lambda": "lambda_"}


def moved(experiment: Experiment, at: dict[str, float]) -> Experiment:
    """`experiment` with these parameters at these values."""
    known(at)
    keywords: dict[str, Any] = {}
    for group, members in _VECTORS.items():
        if any(name in at for name in members):
            keywords[group] = [at[name] if name in at else _given(experiment, group, place) for place, name in enumerate(members)]
    for name, keyword in _SCALARS.items():
        if name in at:
            keywords[keyword] = at[name]
    return experiment.replace(**keywords)


def spelled(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters by their names, `lambda` also by the one that Python allows; raises ValueError where there is none of a name."""
    found = {"lambda" if name == "lambda_" else name: value for name, value in parameters.items()}
    known(found)
    if len(found) < len(parameters):
        raise ValueError("lambda and lambda_ are the same parameter")
    return found


def known(names: Any) -> None:
    """Raises ValueError where a name is none of a parameter."""
    there = [*(name for members in _VECTORS.values() for name in members), *_SCALARS]
    unknown = [name for name in names if name not in there]
    if unknown:
        raise ValueError(f"no parameter {unknown[0]!r}; there are {', '.join(there)}")


def distinct(indices: Any) -> Any:
    """Miller indices of shape (n, 3); raises ValueError where a reflection stands twice, since only the last would count."""
    import numpy as np

    rows = checked("the indices of structure_factors", indices, "i4", (None, 3))
    known, counts = np.unique(rows, axis=0, return_counts=True)
    if (counts > 1).any():
        h, k, l = known[counts > 1][0]
        raise ValueError(f"structure_factors: {h} {k} {l} is there more than once")
    return rows


def _given(experiment: Experiment, group: str, place: int) -> float:
    """What the experiment's flags say of a number of a group."""
    name = {"misset": "misset angles", "cell": "unit cell"}[group]
    return float(experiment.quantities()[name].value.split()[place])
