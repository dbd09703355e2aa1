"""Images that torch can differentiate.

`render` is a function of tensors; `Renderer` a module that holds the parameters. Parameters are keywords with the names
that `Simulation.gradient` takes: `misset_x`, `cell_a`, `distance`, ...; their values are in the units of the flags.
`structure_factors` is a pair of Miller indices and a tensor of amplitudes.

The image is computed by this package: of an `Experiment`, on the CPU in double precision; of a `Simulation`, on the device and in
the precision that it has, and the device stays open. Derivatives are those of `Simulation.vjp` and
`Simulation.vjp_structure_factors`; there are no second derivatives.
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
from ._parameters import distinct, moved, spelled
from ._simulation import Simulation


class _Render(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, base: Simulation, names: tuple[str, ...], indices: Any, amplitudes: Any, *values: torch.Tensor
    ) -> torch.Tensor:
        at = {name: value.item() for name, value in zip(names, values, strict=True)}
        experiment = base.experiment
        if amplitudes is not None:
            experiment = experiment.replace(structure_factors=(indices, amplitudes.detach().cpu().double().numpy()))
        simulation = base._with(moved(experiment, at))
        ctx.simulation, ctx.names, ctx.indices = simulation, names, indices
        ctx.save_for_backward(amplitudes, *values)
        photons, _ = simulation.gradient(())
        return torch.from_numpy(photons)

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[Any, ...]:
        by_amplitude, *each = _Slopes.apply(ctx.simulation, ctx.names, ctx.indices, *cotangents, *ctx.saved_tensors)
        return None, None, None, by_amplitude, *each


class _Slopes(torch.autograd.Function):
    """The derivatives as what depends on the values: torch would take them for constants, and a second derivative for 0."""

    @staticmethod
    def forward(
        ctx: Any, simulation: Simulation, names: tuple[str, ...], indices: Any, cotangent: torch.Tensor, amplitudes: Any, *values: torch.Tensor
    ) -> tuple[Any, ...]:
        weights = cotangent.detach().cpu().double().numpy()
        by_amplitude = None
        if amplitudes is not None and amplitudes.requires_grad:
            made = simulation.vjp_structure_factors(weights, indices, names)
            slopes = made.parameters
            by_amplitude = torch.from_numpy(made.slopes).to(dtype=amplitudes.dtype, device=amplitudes.device)
        else:
            slopes = simulation.vjp(names, weights)
        each = [torch.full_like(value, slope) for slope, value in zip(slopes, values, strict=True)]
        return by_amplitude, *each

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[Any, ...]:
        raise RuntimeError("nanobragg has no second derivatives: detach the derivatives of render")


def render(
    experiment: Experiment | Simulation, structure_factors: tuple[Any, torch.Tensor] | None = None, **parameters: torch.Tensor | float
) -> torch.Tensor:
    """The photons of each pixel, float64 of shape (slow, fast), with parameters at the values of scalar tensors or numbers.

    `structure_factors` are Miller indices, distinct integers of shape (n, 3), and a tensor of amplitudes in electrons, of shape (n,).
    They replace the experiment's; each symmetry equivalent needs a row of its own.
    """
    indices, amplitudes = (None, None) if structure_factors is None else structure_factors
    if indices is not None:
        indices = distinct(indices)
    numbers = {name: _scalar(name, value) for name, value in spelled(parameters).items()}
    made: torch.Tensor = _Render.apply(_simulation(experiment), tuple(numbers), indices, amplitudes, *numbers.values())
    return made


def _scalar(name: str, value: Any) -> torch.Tensor:
    if not isinstance(value, torch.Tensor):
        try:
            return torch.tensor(float(value), dtype=torch.float64)
        except (TypeError, ValueError):
            raise TypeError(f"{name} has to be a tensor of one number, not {value!r}") from None
    if value.numel() != 1:
        raise TypeError(f"{name} has to be a tensor of one number, not one of shape {tuple(value.shape)}")
    return value


def _simulation(experiment: Experiment | Simulation) -> Simulation:
    return experiment if isinstance(experiment, Simulation) else Simulation(experiment, device="cpu")


class Renderer(torch.nn.Module):
    """A module that holds parameters of an experiment or a simulation, and its structure factors where these are given as for `render`; call it
    without arguments."""

    def __init__(
        self, experiment: Experiment | Simulation, structure_factors: tuple[Any, Any] | None = None, **start: torch.Tensor | float
    ) -> None:
        super().__init__()
        self.simulation = _simulation(experiment)
        self.numbers = torch.nn.ParameterDict(
            {name: torch.nn.Parameter(_scalar(name, value).detach().to(torch.float64, copy=True)) for name, value in spelled(start).items()}
        )
        self.indices, self.amplitudes = None, None
        if structure_factors is not None:
            indices, amplitudes = structure_factors
            self.indices = distinct(indices)
            self.amplitudes = torch.nn.Parameter(torch.as_tensor(amplitudes, dtype=torch.float64).detach().clone())

    def forward(self) -> torch.Tensor:
        """The image."""
        factors = None if self.amplitudes is None else (self.indices, self.amplitudes)
        return render(self.simulation, factors, **dict(self.numbers.items()))
