"""Geometry: where the pixels of CrystFEL .geom files lie is where cfelpyutils finds them."""

import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from cfelpyutils.geometry import compute_pix_maps, load_crystfel_geometry

PROGRAM = os.environ["NANOBRAGG"]
FAST, SLOW, RES, CLEN = 24, 16, 5000.0, 0.08
TOLERANCE_MM = 1e-6


def geometry_text(generator, panels):
    """Panels below each other in the data, turned in the plane."""
    lines = ["photon_energy = 9300", f"clen = {CLEN}", "coffset = 0.001", f"res = {RES}", "adu_per_eV = 1",
             "data = /entry/data", "dim0 = ss", "dim1 = fs"]
    for number in range(panels):
        angle = math.radians(generator.uniform(-10, 10))
        flip = -1 if number % 2 else 1
        c, s = math.cos(angle), math.sin(angle)
        lines += [
            f"p{number}/min_fs = 0", f"p{number}/max_fs = {FAST - 1}",
            f"p{number}/min_ss = {number * SLOW}", f"p{number}/max_ss = {(number + 1) * SLOW - 1}",
            f"p{number}/corner_x = {generator.uniform(-40, 40):.4f}",
            f"p{number}/corner_y = {generator.uniform(-40, 40):.4f}",
            f"p{number}/fs = {c:+.9f}x {s:+.9f}y", f"p{number}/ss = {-flip * s:+.9f}x {flip * c:+.9f}y",
        ]
    return "\n".join(lines) + "\n"


def vectors(folder, panel):
    """First pixel (mm), fast and slow axes of a panel, and the pixel size, as -show gives them."""
    line = [PROGRAM, "-cell", "50", "-default_F", "1", "-nodump", "-geometry", "a.geom", "-panel", str(panel), "-show"]
    text = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stdout
    rows = {row.strip().partition("  ")[0]: row.strip().partition("  ")[2].split() for row in text.splitlines()}

    def numbers(name):
        return [float(word) for word in rows[name][:3]]

    return numbers("first pixel"), numbers("fast axis"), numbers("slow axis"), float(rows["pixel size"][0])


def corner(origin, fast, slow, size, f, s):
    return [origin[i] + size * (f * fast[i] + s * slow[i]) for i in range(3)]


def check(folder, seed, panels):
    (folder / "a.geom").write_text(geometry_text(random.Random(seed), panels))
    geometry, _, _ = load_crystfel_geometry(str(folder / "a.geom"))
    maps = compute_pix_maps(geometry)
    for panel in range(panels):
        place = vectors(folder, panel)
        for f, s in [(0, 0), (FAST - 1, 0), (0, SLOW - 1), (FAST - 1, SLOW - 1)]:
            at = (panel * SLOW + s, f)
            expected = [maps.x[at] / RES * 1e3, maps.y[at] / RES * 1e3, (CLEN + 0.001) * 1e3]
            found = corner(*place, f, s)
            if max(abs(a - b) for a, b in zip(found, expected)) > TOLERANCE_MM + 1e-7 * abs(max(expected, key=abs)):
                sys.exit(f"seed {seed} panel {panel} pixel {f} {s}: {found}, expected {expected}")
            beside = corner(*place, f + 1, s)
            if max(abs(a - b) for a, b in zip(beside, expected)) < 0.1:
                sys.exit("the neighboring pixel was accepted")
    print(f"a.geom, seed {seed}: {panels} panels")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(3):
            check(pathlib.Path(folder), seed, 4)


main()
