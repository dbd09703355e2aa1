"""Geometry: what the program makes of .expt and XPARM.XDS files is what dxtbx makes of them.

The script writes experiment lists with dxtbx (groups of panels, kappa goniometers, scan-varying crystals) and
XPARM.XDS files, asks the program for every panel (-show), and compares origins and axes to 1e-6 mm, and how crystal,
beam and spindle lie to each other.
"""

import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from dxtbx.model import (BeamFactory, Crystal, Detector, DetectorFactory, Experiment, ExperimentList, Goniometer,
                         GoniometerFactory, Scan)
from dxtbx.model.experiment_list import ExperimentListFactory
from dxtbx.serialize.xds import to_xds
from scitbx import matrix
from scitbx.array_family import flex

PROGRAM = os.environ["NANOBRAGG"]
TOLERANCE_MM = 1e-6


def show(folder, *flags):
    """Rows of -show by name, as numbers where they are numbers."""
    line = [PROGRAM, "-default_F", "1", "-N", "1", "-nodump", "-show", *flags]
    text = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stdout
    rows = {}
    for row in text.splitlines():
        if row.startswith("  "):
            name, _, rest = row.strip().partition("  ")
            numbers = []
            for word in rest.split():
                try:
                    numbers.append(float(word))
                except ValueError:
                    break
            rows[name] = numbers
    return rows


def differ(found, expected, tolerance):
    return len(found) != len(expected) or any(abs(a - b) > tolerance for a, b in zip(found, expected))


def check(what, found, expected, tolerance):
    if differ(found, expected, tolerance):
        sys.exit(f"{what}: {list(found)}, expected {list(expected)}")


def turn(generator, degrees=None):
    axis = matrix.col([generator.gauss(0, 1) for _ in range(3)]).normalize()
    angle = generator.uniform(0, 40) if degrees is None else degrees
    return matrix.sqr(axis.axis_and_angle_as_r3_rotation_matrix(angle, deg=True).elems)


def some_detector(generator):
    detector = Detector()
    root = detector.hierarchy()
    root.set_frame((1, 0, 0), (0, -1, 0), (-30, 25, -150))
    for number in range(2):
        group = root.add_group()
        tilt = turn(generator, 7)
        group.set_local_frame(tilt * matrix.col((1, 0, 0)), tilt * matrix.col((0, 1, 0)), (40 * number, 3, -2))
        for place in range(3):
            panel = group.add_panel()
            tilt = turn(generator, 2)
            panel.set_local_frame(tilt * matrix.col((1, 0, 0)), tilt * matrix.col((0, 1, 0)), (1, 12 * place, 0.5))
            panel.set_image_size((40, 30))
            panel.set_pixel_size((0.172, 0.172))
            panel.set_trusted_range((0, 65535))
            panel.set_name(f"panel {number} {place}")
    return detector


def some_experiment(seed):
    generator = random.Random(seed)
    source = matrix.col((generator.gauss(0, 0.02), generator.gauss(0, 0.02), 1.0))
    beam = BeamFactory.make_polarized_beam(sample_to_source=source.elems, wavelength=generator.uniform(0.7, 2.0),
                                           polarization=(0, 1, 0), polarization_fraction=0.9)
    detector = some_detector(generator) if seed % 2 else DetectorFactory.simple(
        "PAD", 150, (30, 25), "+x", "-y", (0.2, 0.2), (300, 250))
    if seed % 3:
        axes = flex.vec3_double([(1, 0, 0), (0.914, 0.279, -0.297), (1, 0, 0)])
        angles = flex.double([generator.uniform(0, 90) for _ in range(3)])
        goniometer = GoniometerFactory.make_multi_axis_goniometer(
            axes, angles, flex.std_string(["phi", "kappa", "omega"]), seed % 3)
    else:
        goniometer = Goniometer((0, 1, 0.1), turn(generator).elems, turn(generator).elems)
    scan = Scan((5, 9), (generator.uniform(-90, 90), 0.5))
    rotation = turn(generator)
    vectors = [rotation * matrix.col(v) for v in [(30, 1, 2), (0.5, 40, 3), (-1, 2, 50)]]
    crystal = Crystal(*[v.elems for v in vectors], "P 1")
    if seed % 2:
        at_rest = matrix.sqr(crystal.get_A())
        crystal.set_A_at_scan_points([(turn(generator, 0.1) * at_rest).elems for _ in range(6)])
    return Experiment(beam=beam, detector=detector, goniometer=goniometer, scan=scan, crystal=crystal)


def check_instrument(what, experiment, rows, panel, point):
    check(f"{what} origin (mm)", rows["first pixel"], panel.get_origin(), TOLERANCE_MM)
    check(f"{what} fast axis", rows["fast axis"], panel.get_fast_axis(), 1e-9)
    check(f"{what} slow axis", rows["slow axis"], panel.get_slow_axis(), 1e-9)
    check(f"{what} pixels", rows["pixels (fast, slow)"], panel.get_image_size(), 0)
    check(f"{what} pixel size", rows["pixel size"], panel.get_pixel_size()[:1], 1e-9)
    check(f"{what} beam", rows["beam direction"], matrix.col(experiment.beam.get_s0()).normalize().elems, 1e-9)
    check(f"{what} wavelength", rows["wavelength"], [experiment.beam.get_wavelength()], 1e-9)
    start, width = experiment.scan.get_oscillation()
    check(f"{what} phi", rows["phi"], [start + point * width], 1e-7)
    check(f"{what} oscillation", rows["oscillation"], [width], 1e-9)


def check_expt(folder, seed):
    experiment = some_experiment(seed)
    ExperimentList([experiment]).as_file(str(folder / "models.expt"))
    setting = matrix.sqr(experiment.goniometer.get_setting_rotation())
    point = seed % 4
    for number, panel in enumerate(experiment.detector):
        what = f"seed {seed} panel {number}"
        flags = ["-geometry", "models.expt", "-panel", str(number), "-scan_point", str(point)]
        rows = show(folder, *flags, "-quirks", ["reference", "spec", "exact"][seed % 3])
        check_instrument(what, experiment, rows, panel, point)
        axis = setting * matrix.col(experiment.goniometer.get_rotation_axis_datum())
        check(f"{what} spindle", rows["spindle axis"], axis.normalize().elems, 1e-9)
        varying = experiment.crystal.num_scan_points > 0
        cell = experiment.crystal.get_unit_cell_at_scan_point(point) if varying else experiment.crystal.get_unit_cell()
        check(f"{what} cell", rows["unit cell"], cell.parameters(), 1e-6)
    check_spots(folder, experiment, point)
    print(f"models.expt, seed {seed}: {len(experiment.detector)} panels")


def check_spots(folder, experiment, point):
    """Fractional indices of a pixel, from the program's trace and from dxtbx's models."""
    panel = experiment.detector[0]
    fast, slow = 20, 11
    flags = ["-geometry", "models.expt", "-panel", "0", "-scan_point", str(point), "-phisteps", "1",
             "-phi_sampling", "start", "-oversample", "1"]
    line = [PROGRAM, "-default_F", "1", "-N", "3", "-nodump", "-q", *flags, "-o", "x.bin",
            "-trace_pixel", str(slow), str(fast)]
    text = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stdout
    row = next(row for row in text.splitlines() if row.startswith("TRACE_PY: hkl_frac "))
    found = [float(word) for word in row.split()[2:]]
    x, y = panel.pixel_to_millimeter((fast + 0.5, slow + 0.5))
    s1 = matrix.col(panel.get_lab_coord((x, y))).normalize() / experiment.beam.get_wavelength()
    q = s1 - matrix.col(experiment.beam.get_s0())
    gonio, scan = experiment.goniometer, experiment.scan
    angle = scan.get_oscillation()[0] + point * scan.get_oscillation()[1]
    axis = matrix.col(gonio.get_rotation_axis_datum())
    rotation = matrix.sqr(axis.axis_and_angle_as_r3_rotation_matrix(angle, deg=True).elems)
    crystal = experiment.crystal
    a = matrix.sqr(crystal.get_A_at_scan_point(point) if crystal.num_scan_points else crystal.get_A())
    full = matrix.sqr(gonio.get_setting_rotation()) * rotation * matrix.sqr(gonio.get_fixed_rotation()) * a
    expected = full.inverse() * q
    check("fractional indices", found, expected.elems, 1e-7)
    check_polarization(text, experiment, s1)
    wrong = (full.transpose().inverse() * q).elems
    if not differ(found, wrong, 1e-7):
        sys.exit("a wrong orientation was accepted")


def check_polarization(text, experiment, s1):
    """The polarization factor as XDS and DIALS write it, by the normal of the plane and the fraction in it."""
    beam = experiment.beam
    incident, diffracted = matrix.col(beam.get_s0()).normalize(), s1.normalize()
    normal = matrix.col(beam.get_polarization_normal())
    normal = (normal - incident * normal.dot(incident)).normalize()
    p, cos2 = beam.get_polarization_fraction(), diffracted.dot(incident) ** 2
    expected = (1 - 2 * p) * (1 - normal.dot(diffracted) ** 2) + p * (1 + cos2)
    row = next(row for row in text.splitlines() if row.startswith("TRACE_PY: polar "))
    check("polarization factor", [float(row.split()[2])], [expected], 1e-9)
    if not differ([expected], [0.5 * (1 + cos2)], 1e-9):
        sys.exit("an unpolarized beam would have been accepted")


def check_xparm(folder):
    """dxtbx writes the file in a frame of its own: lengths and angles have to agree."""
    generator = random.Random(3)
    beam = BeamFactory.simple_directional((0.01, 0.02, 1.0), 0.9)
    detector = DetectorFactory.simple("PAD", 160, (20, 23), "+x", "-y", (0.172, 0.172), (243, 195))
    goniometer, scan = GoniometerFactory.single_axis(), Scan((1, 10), (12.0, 0.25))
    rotation = turn(generator)
    vectors = [rotation * matrix.col(v) for v in [(30, 1, 2), (0.5, 40, 3), (-1, 2, 50)]]
    crystal = Crystal(*[v.elems for v in vectors], "P 1")

    class Sequence:
        def get_detector(self): return detector
        def get_beam(self): return beam
        def get_goniometer(self): return goniometer
        def get_scan(self): return scan
        def get_template(self): return "image_####.cbf"
        def paths(self): return []

    text = to_xds(Sequence()).xparm_xds(*[v.elems for v in vectors], 1)
    (folder / "XPARM.XDS").write_text(text)
    rows = show(folder, "-geometry", "XPARM.XDS", "-scan_point", "3")
    panel = detector[0]
    beam_direction = matrix.col(beam.get_s0()).normalize()
    axis = matrix.col(goniometer.get_rotation_axis())

    def invariants(origin, fast, slow, direction, spindle):
        corners = [origin, origin + fast * 243 * 0.172, origin + slow * 195 * 0.172]
        return [value for corner in corners for value in (corner.length(), corner.dot(direction), corner.dot(spindle))]

    found = invariants(*[matrix.col(rows[name]) for name in
                         ["first pixel", "fast axis", "slow axis", "beam direction", "spindle axis"]])
    expected = invariants(matrix.col(panel.get_origin()), matrix.col(panel.get_fast_axis()),
                          matrix.col(panel.get_slow_axis()), beam_direction, axis)
    # The file has six decimals.
    check("XPARM.XDS corners", found, expected, 1e-3)
    check("XPARM.XDS cell", rows["unit cell"], crystal.get_unit_cell().parameters(), 1e-4)
    check("XPARM.XDS phi", rows["phi"], [12.75], 1e-9)
    print("XPARM.XDS")


def check_own_image(folder):
    """An image of the program, imported by dxtbx, written as a list of experiments and read again."""
    flags = ["-cell", "50", "60", "70", "90", "90", "90", "-distance", "120", "-detpixels", "64", "-pixel", "0.5",
             "-Xbeam", "12", "-Ybeam", "17", "-osc", "0.5", "-lambda", "1.2"]
    line = [PROGRAM, "-default_F", "9", "-nodump", "-q", "-seed", "1", "-oversample", "1", *flags, "-o", "a_001.img"]
    subprocess.run(line, cwd=folder, check=True)
    ExperimentListFactory.from_filenames([str(folder / "a_001.img")]).as_file(str(folder / "imported.expt"))
    given, read = show(folder, *flags), show(folder, "-cell", "50", "-geometry", "imported.expt")
    for name in ["distance", "beam spot (fast, slow)", "near point (fast, slow)", "wavelength", "pixel size",
                 "pixels (fast, slow)", "phi", "oscillation"]:
        check(f"own image: {name}", read[name], given[name], TOLERANCE_MM)
    print("an image of the program, imported and described")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for seed in range(6):
            check_expt(folder, seed)
        check_xparm(folder)
        check_own_image(folder)


main()
