"""Images that torch can differentiate.

`render` is a function of tensors; `Renderer` a module that holds the parameters. Parameters are keywords with the names
that `Simulation.gradient` takes: `misset_x`, `cell_a`, `distance`, ...; their values are in the units of the flags.

The image is computed by this package, on the CPU, in double precision. Derivatives are those of `Simulation.vjp`;
there are no second derivatives.
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
from ._parameters import moved
from ._simulation import Simulation


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


def render(experiment: Experiment, **parameters: torch.Tensor) -> torch.Tensor:
    """The photons of each pixel, float64 of shape (slow, fast), with parameters at the values of scalar tensors."""
    return _Render.apply(experiment, tuple(parameters), *parameters.values())  # type: ignore[no-any-return]


class Renderer(torch.nn.Module):
    """A module that holds parameters of an experiment; call it without arguments."""

    def __init__(self, experiment: Experiment, **start: float) -> None:
        super().__init__()
        self.experiment = experiment
        self.numbers = torch.nn.ParameterDict(
            {name: torch.nn.Parameter(torch.tensor(float(value), dtype=torch.float64)) for name, value in start.items()}
        )

    def forward(self) -> torch.Tensor:
        """The image."""
        return render(self.experiment, **dict(self.numbers.items()))
