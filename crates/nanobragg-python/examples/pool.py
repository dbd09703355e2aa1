"""Renders random orientations by a pool of processes: python pool.py [IMAGES [PROCESSES]]."""

from __future__ import annotations

import concurrent.futures
import os
import sys

import numpy as np

from nanobragg import Experiment, Simulation

EXPERIMENT = Experiment(
    cell=(70, 80, 90, 75, 85, 95), default_F=100, N=5, lambda_=1.5, pixel_mm=1, detpixels=128, fluence=1e28
)

_simulation: Simulation | None = None


def start(simulation: Simulation) -> None:
    """Called once in each process, which the simulation is pickled into: what it plans and opens is kept."""
    global _simulation
    _simulation = simulation


def photons(misset: tuple[float, float, float]) -> tuple[int, float]:
    """The process that rendered an orientation, in degrees, and the photons of the image."""
    assert _simulation is not None
    # One thread a process, as there are as many processes as cores.
    image = _simulation.replace(misset=misset).render(threads=1)
    return os.getpid(), float(image.sum())


def main(images: int, processes: int) -> None:
    """Renders and prints."""
    angles = np.random.default_rng(1).uniform(0, 360, (images, 3))
    orientations = [(float(x), float(y), float(z)) for x, y, z in angles]
    simulation = Simulation(EXPERIMENT, device="cpu")
    with concurrent.futures.ProcessPoolExecutor(processes, initializer=start, initargs=(simulation,)) as pool:
        found = list(pool.map(photons, orientations, chunksize=4))
    print(f"{len(found)} images by {len({process for process, _ in found})} processes")
    print(f"{sum(total for _, total in found):.0f} photons")


if __name__ == "__main__":
    # Processes may start by importing this file: what starts them stands behind this line.
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else 20, given[1] if len(given) > 1 else 2)
