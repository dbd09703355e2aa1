"""Renders what each line of its input asks for, and answers with seconds. The task `bench` runs it."""

import sys
import threading
import time
import warnings

import nanobragg

warnings.simplefilter("ignore", nanobragg.NanobraggWarning)
first = nanobragg.Simulation.from_args(sys.argv[1:], device="cpu")
second = first.replace(misset=(10, 20, 31))


def render():
    first.render()


def turns():
    for simulation in (first, second):
        simulation.render(threads=1)


def both():
    threads = [threading.Thread(target=simulation.render, kwargs={"threads": 1}) for simulation in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


asked = {"render": render, "turns": turns, "both": both}
for line in sys.stdin:
    started = time.perf_counter()
    asked[line.strip()]()
    print(time.perf_counter() - started, flush=True)
