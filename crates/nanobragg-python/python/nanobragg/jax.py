"""Images that JAX can differentiate.

`render` is a function of arrays, for `jax.grad`, `jax.jit` and `jax.vmap`. Parameters are keywords with the names that
`Simulation.gradient` takes: `misset_x`, `cell_a`, `distance`, ...; their values are in the units of the flags.

A callback computes the image on the CPU in double precision; JAX converts it to single precision unless
`jax_enable_x64` is set. Derivatives are those of `Simulation.vjp`: reverse mode, without second derivatives.
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
from ._parameters import known, moved
from ._simulation import Simulation

# How a function of the host is called: experiment, names, and shape of the image are not traced.
_Call = tuple[Experiment, tuple[str, ...], tuple[int, ...]]


def render(experiment: Experiment, **parameters: Any) -> jax.Array:
    """The photons of each pixel, floats of shape (slow, fast), with parameters at the values of scalars."""
    known(parameters)
    call: _Call = experiment, tuple(parameters), Simulation(experiment, device="cpu").shape
    made: jax.Array = _image(call, tuple(jnp.asarray(value, dtype=float) for value in parameters.values()))
    return made


def _simulation(call: _Call, values: tuple[Any, ...]) -> Simulation:
    experiment, names, _ = call
    return Simulation(moved(experiment, {name: float(value) for name, value in zip(names, values, strict=True)}), device="cpu")


def _photons(call: _Call, *values: Any) -> Any:
    photons, _ = _simulation(call, values).gradient(())
    return photons.astype(jnp.result_type(float))


def _slopes(call: _Call, cotangent: Any, *values: Any) -> Any:
    slopes = _simulation(call, values).vjp(call[1], np.asarray(cotangent, dtype=np.float64))
    return slopes.astype(jnp.result_type(float))


def _callback(function: Any, call: _Call, shape: tuple[int, ...], *arguments: Any) -> Any:
    result = jax.ShapeDtypeStruct(shape, jnp.result_type(float))
    return jax.pure_callback(functools.partial(function, call), result, *arguments, vmap_method="sequential")


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _image(call: _Call, values: tuple[Any, ...]) -> Any:
    return _callback(_photons, call, call[2], *values)


def _forward(call: _Call, values: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    return _image(call, values), values


def _backward(call: _Call, values: tuple[Any, ...], cotangent: Any) -> tuple[tuple[Any, ...]]:
    slopes = _callback(_slopes, call, (len(values),), cotangent, *values)
    return (tuple(slopes[place] for place in range(len(values))),)


_image.defvjp(_forward, _backward)
