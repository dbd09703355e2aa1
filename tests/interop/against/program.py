"""Runs the program, and asks its traces where pixels are."""

import os
import pathlib
import subprocess

import numpy as np

NANOBRAGG = pathlib.Path(os.environ.get("NANOBRAGG", "target/debug/nanobragg")).resolve()

CELL = "-cell 45 52 61 78 84 96 -misset 20 30 40 -default_F 100 -N 6 -round_xtal -quirks exact -nodump -seed 7"

# Name, flags, and whether a header of distance and beam center alone can say the geometry.
EXPERIMENTS = [
    (
        "square",
        f"{CELL} -lambda 1.1 -distance 150.5 -pixel 0.12 -detpixels_f 120 -detpixels_s 90 -Xbeam 5.1 -Ybeam 7.3 "
        "-osc 0.5 -phi 3 -phisteps 2 -oversample 1 -fluence 1e29 -exposure 0.25 -polar 0.9",
        True,
    ),
    (
        "pilatus",
        f"{CELL} -lambda 0.9768 -distance 231.27466 -pixel 0.172 -detpixels_f 487 -detpixels_s 195 -Xbeam 15.5 "
        "-Ybeam 41.25 -osc 0.1 -phisteps 1 -oversample 1 -fluence 1e29 -detector_thick 320 -detector_abs 400",
        True,
    ),
    (
        "xds",
        f"{CELL} -xds -lambda 1 -distance 100 -pixel 0.1 -detpixels_f 100 -detpixels_s 80 -ORGX 40.25 -ORGY 51.5 "
        "-osc 1 -phisteps 1 -oversample 1 -fluence 1e29 -roi 5 80 3 70",
        True,
    ),
    (
        "swung",
        f"{CELL} -lambda 1.3 -distance 90 -pixel 0.1 -detpixels_f 90 -detpixels_s 70 -Xbeam 3 -Ybeam 4 -twotheta 12 "
        "-detector_rotx 3 -detector_roty -2 -osc 1 -phisteps 1 -oversample 1 -fluence 1e29",
        False,
    ),
]

# (fast, slow) of pixels whose places are compared.
CORNERS = [(0, 0), (69, 0), (0, 69), (69, 69), (17, 33)]


def run(folder, flags, *more):
    """Runs the program in a folder; returns what it printed."""
    command = [str(NANOBRAGG), *flags.split(), *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: status {done.returncode}: {done.stderr}")
    return done.stdout


def images(folder, flags, *names):
    """Runs an experiment with these output flags and files, and without the default ones' clutter."""
    return run(folder, flags, "-q", "-nopgm", *names)


def place_mm(folder, flags, fast, slow):
    """Center of a pixel in mm in the frame of imgCIF, from the trace of the evaluation that renders it."""
    flags = flags.split()
    if "-roi" in flags:
        del flags[flags.index("-roi") : flags.index("-roi") + 5]
    # Headers describe the sensor's front, a layer lies deeper.
    front = ["-detector_thick", "0"] if "-detector_thick" in flags else []
    text = run(folder, " ".join(flags), *front, "-q", "-o", "traced.bin", "-trace_pixel", str(slow), str(fast))
    line = next(line for line in text.splitlines() if "pixel_pos_meters" in line)
    x, y, z = (1000 * float(word) for word in line.split()[2:])
    # MOSFLM: beam along x, spindle along z. XDS: beam along z, spindle along x. imgCIF: beam along -z, spindle x.
    return np.array([x, -y, -z] if "-xds" in flags else [z, y, -x])
