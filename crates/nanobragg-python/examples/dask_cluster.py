"""Renders random orientations on a cluster of Dask: python dask_cluster.py [IMAGES [WORKERS]].

Here the cluster is this machine (`LocalCluster`). Under SLURM, `dask_jobqueue` submits the workers as jobs, and nothing
else changes:

    from dask_jobqueue import SLURMCluster

    cluster = SLURMCluster(queue="compute", cores=32, processes=32, memory="64 GB", walltime="02:00:00")
    cluster.scale(jobs=20)

On nodes with a graphics processor, one process a processor: `processes=1`, `job_extra_directives=["--gres=gpu:1"]`, and
`Simulation(EXPERIMENT, device="gpu")`, which each worker opens for itself.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from dask.distributed import Client, LocalCluster, as_completed

from nanobragg import Experiment, Simulation

EXPERIMENT = Experiment(
    cell=(70, 80, 90, 75, 85, 95), default_F=100, N=5, lambda_=1.5, pixel_mm=1, detpixels=128, fluence=1e28
)


def photons(misset: tuple[float, float, float], simulation: Simulation) -> float:
    """The photons of the image of an orientation, in degrees."""
    return float(simulation.replace(misset=misset).render(threads=1).sum())


def main(images: int, workers: int) -> None:
    """Renders and prints."""
    angles = np.random.default_rng(1).uniform(0, 360, (images, 3))
    orientations = [(float(x), float(y), float(z)) for x, y, z in angles]
    cluster: Any = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
    client: Any = Client(cluster)
    with cluster, client:
        # Sent to each worker once.
        simulation = client.scatter(Simulation(EXPERIMENT, device="cpu"), broadcast=True)
        tasks = client.map(photons, orientations, simulation=simulation)
        # As they come, so that none has to be kept for the others.
        finished: Any = as_completed(tasks)
        total = sum(float(task.result()) for task in finished)
        print(f"{images} images by {len(client.scheduler_info()['workers'])} workers")
        print(f"{total:.0f} photons")


if __name__ == "__main__":
    # Workers import this file: what starts them stands behind this line.
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else 20, given[1] if len(given) > 1 else 2)
