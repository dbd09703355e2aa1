"""Noise seeds of the images of a series: those of the program's sweeps, which docs/SWEEP.md describes."""

from __future__ import annotations

_GOLDEN = 0x9E3779B97F4A7C15
_MODULUS = 2**31 - 2
_BITS = 2**64 - 1


def of_image(base: int, number: int, keyed: bool) -> int:
    """The seed of image `number`, counted from 1: consecutive numbers from a hash of `base` where deviates are `keyed` by
    their seed, else a hash of both."""
    start = _mixed(base + _GOLDEN)
    return (start + number if keyed else _mixed(start + 2 * number * _GOLDEN)) % _MODULUS + 1


def _mixed(z: int) -> int:
    """SplitMix64."""
    z &= _BITS
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _BITS
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _BITS
    return z ^ (z >> 31)
