"""Images that torch can differentiate.

`render` is a function of tensors; `Renderer` a module that holds the parameters. Parameters are keywords with the names
that `Simulation.gradient` takes: `misset_x`, `cell_a`, `distance`, ...; their values are in the units of the flags.

The image is computed by this package, on the CPU, in double precision; derivatives are those of `Simulation.vjp`, so
that second derivatives are not there.
"""

# torch may not be there, and is typed in part.
# pyright: reportUnknownMemberType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedBaseClass=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Any

try:
    import torch
except ImportError:
    raise ImportError("nanobragg.torch needs torch: pip install torch") from None

from ._experiment import Experiment
from ._simulation import Simulation

# Parameters that a keyword of an experiment is made of, with the place in its value.
_VECTORS = {
    "misset": ("misset_x", "misset_y", "misset_z"),
    "cell": ("cell_a", "cell_b", "cell_c", "cell_alpha", "cell_beta", "cell_gamma"),
}
_SCALARS = {
    name: name
    for name in ("distance", "twotheta", "phi", "phistep", "fluence", "detector_rotx", "detector_roty", "detector_rotz", "mosaic")
} | {"lambda": "lambda_"}


class _Render(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, experiment: Experiment, names: tuple[str, ...], *values: torch.Tensor) -> torch.Tensor:
        at = {name: float(value.detach()) for name, value in zip(names, values, strict=True)}
        simulation = Simulation(moved(experiment, at), device="cpu")
        ctx.simulation, ctx.names = simulation, names
        ctx.dtypes = [value.dtype for value in values]
        photons, _ = simulation.gradient(())
        return torch.from_numpy(photons)

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[Any, ...]:
        (cotangent,) = cotangents
        slopes = ctx.simulation.vjp(ctx.names, cotangent.detach().cpu().double().numpy())
        made = [torch.tensor(slope, dtype=dtype) for slope, dtype in zip(slopes, ctx.dtypes, strict=True)]
        return None, None, *made


def moved(experiment: Experiment, at: dict[str, float]) -> Experiment:
    """`experiment` with these parameters at these values."""
    keywords: dict[str, Any] = {}
    for group, members in _VECTORS.items():
        if any(name in at for name in members):
            keywords[group] = [at[name] if name in at else _given(experiment, group, place) for place, name in enumerate(members)]
    for name, keyword in _SCALARS.items():
        if name in at:
            keywords[keyword] = at[name]
    unknown = [name for name in at if name not in _SCALARS and not any(name in members for members in _VECTORS.values())]
    if unknown:
        known = [*(name for members in _VECTORS.values() for name in members), *_SCALARS]
        raise ValueError(f"no parameter {unknown[0]!r}; there are {', '.join(known)}")
    return experiment.replace(**keywords)


def _given(experiment: Experiment, group: str, place: int) -> float:
    """What the experiment's flags say of a number of a group."""
    name = {"misset": "misset angles", "cell": "unit cell"}[group]
    return float(experiment.quantities()[name].value.split()[place])


def render(experiment: Experiment, **parameters: torch.Tensor) -> torch.Tensor:
    """The photons of each pixel, float64 of shape (slow, fast), with parameters at the values of scalar tensors."""
    return _Render.apply(experiment, tuple(parameters), *parameters.values())  # type: ignore[no-any-return]


class Renderer(torch.nn.Module):
    """A module whose parameters are numbers of an experiment; it is called without arguments."""

    def __init__(self, experiment: Experiment, **start: float) -> None:
        super().__init__()
        self.experiment = experiment
        self.numbers = torch.nn.ParameterDict(
            {name: torch.nn.Parameter(torch.tensor(float(value), dtype=torch.float64)) for name, value in start.items()}
        )

    def forward(self) -> torch.Tensor:
        """The image."""
        return render(self.experiment, **dict(self.numbers.items()))
