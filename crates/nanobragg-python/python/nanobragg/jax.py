"""Images that JAX can differentiate.

`render` is a function of arrays, for `jax.grad`, `jax.jit` and `jax.vmap`. Parameters are keywords with the names that
`Simulation.gradient` takes: `misset_x`, `cell_a`, `distance`, ...; their values are in the units of the flags.

`structure_factors` is a pair of Miller indices and an array of amplitudes.

A callback computes the image: of an `Experiment`, on the CPU in double precision; of a `Simulation`, on the device and in the
precision that it has. JAX converts it to single precision unless `jax_enable_x64` is set by `jax.config.update`: the context `jax.enable_x64` holds for
one thread, and callbacks may run on another. Derivatives are those of `Simulation.vjp` and `Simulation.vjp_structure_factors`: reverse mode, without
second derivatives.
"""

# jax may not be there, and is typed in part.
# pyright: reportUnknownMemberType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import functools
from typing import Any

import numpy as np

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    raise ImportError("nanobragg.jax needs jax: pip install jax") from None

from ._experiment import Experiment
from ._parameters import distinct, moved, spelled
from ._simulation import Simulation


class _Call:
    """How functions of the host are called: what JAX does not trace."""

    __slots__ = ("dtype", "indices", "names", "shape", "simulation")

    def __init__(self, simulation: Simulation, names: tuple[str, ...], indices: Any) -> None:
        self.simulation, self.names, self.indices = simulation, names, indices
        self.shape: tuple[int, ...] = simulation.shape
        # Callbacks run on threads of their own, for which `enable_x64` may say something else.
        self.dtype: Any = jnp.result_type(float)

    def at(self, amplitudes: Any, values: tuple[Any, ...]) -> Simulation:
        experiment = self.simulation.experiment
        if self.indices is not None:
            experiment = experiment.replace(structure_factors=(self.indices, np.asarray(amplitudes, dtype=np.float64)))
        return self.simulation._with(moved(experiment, {name: float(value) for name, value in zip(self.names, values, strict=True)}))


def render(
    experiment: Experiment | Simulation, structure_factors: tuple[Any, Any] | None = None, **parameters: Any
) -> jax.Array:
    """The photons of each pixel, floats of shape (slow, fast), with parameters at the values of scalars.

    `structure_factors` are Miller indices, distinct integers of shape (n, 3) that JAX does not trace, and an array of amplitudes in
    electrons, of shape (n,). They replace the experiment's; each symmetry equivalent needs a row of its own.
    """
    parameters = spelled(parameters)
    simulation = experiment if isinstance(experiment, Simulation) else Simulation(experiment, device="cpu")
    indices, amplitudes = (None, ()) if structure_factors is None else structure_factors
    if indices is not None:
        indices = distinct(indices)
    call = _Call(simulation, tuple(parameters), indices)
    numbers = tuple(_scalar(name, value) for name, value in parameters.items())
    made: jax.Array = _image(call, jnp.asarray(amplitudes, dtype=float), numbers)
    return made


def _scalar(name: str, value: Any) -> Any:
    number = jnp.asarray(value, dtype=float)
    if number.ndim:
        raise TypeError(f"{name} has to be one number, not an array of shape {number.shape}")
    return number


def _photons(call: _Call, amplitudes: Any, *values: Any) -> Any:
    photons, _ = call.at(amplitudes, values).gradient(())
    return photons.astype(call.dtype)


def _slopes(call: _Call, cotangent: Any, amplitudes: Any, *values: Any) -> Any:
    simulation, weights = call.at(amplitudes, values), np.asarray(cotangent, dtype=np.float64)
    dtype = call.dtype
    if call.indices is None:
        return np.zeros(0, dtype), simulation.vjp(call.names, weights).astype(dtype)
    made = simulation.vjp_structure_factors(weights, call.indices, call.names)
    return made.slopes.astype(dtype), made.parameters.astype(dtype)


def _callback(function: Any, call: _Call, shapes: Any, *arguments: Any) -> Any:
    of = functools.partial(jax.ShapeDtypeStruct, dtype=call.dtype)
    result = tuple(of(shape) for shape in shapes) if isinstance(shapes, list) else of(shapes)
    return jax.pure_callback(functools.partial(function, call), result, *arguments, vmap_method="sequential")


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _image(call: _Call, amplitudes: Any, values: tuple[Any, ...]) -> Any:
    return _callback(_photons, call, call.shape, amplitudes, *values)


def _forward(call: _Call, amplitudes: Any, values: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    return _image(call, amplitudes, values), (amplitudes, values)


def _backward(call: _Call, at: tuple[Any, ...], cotangent: Any) -> tuple[Any, ...]:
    amplitudes, values = at
    shapes = [amplitudes.shape, (len(values),)]
    by_amplitude, slopes = _callback(_slopes, call, shapes, cotangent, amplitudes, *values)
    return by_amplitude, tuple(slopes[place] for place in range(len(values)))


_image.defvjp(_forward, _backward)
