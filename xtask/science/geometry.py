"""From a pixel to its Miller indices: what dxtbx says of detectors, goniometers, beams and scans of every kind.

    geometry.py FOLDER

writes experiment lists and expected.json, with a row for each pixel: where it is (mm), its scattering vector (1/Å) and
its fractional Miller indices at the middle of an image. The test `geometry` of nanobragg-testkit holds the program
against them without dxtbx.
"""

import json
import math
import pathlib
import random
import sys

from cctbx.uctbx import unit_cell
from dxtbx.model import Beam, Crystal, Detector, Experiment, ExperimentList, Goniometer, GoniometerFactory, Scan
from scitbx import matrix
from scitbx.array_family import flex

PIXELS = ((0, 0), (17, 83), (79, 99))
generator = random.Random(5)


def direction():
    return matrix.col([generator.gauss(0, 1) for _ in range(3)]).normalize()


def turn(most_deg):
    angle = generator.uniform(-most_deg, most_deg)
    return matrix.sqr(direction().axis_and_angle_as_r3_rotation_matrix(angle, deg=True).elems)


def about(axis, angle_deg):
    return matrix.sqr(matrix.col(axis).axis_and_angle_as_r3_rotation_matrix(angle_deg, deg=True).elems)


def crystal():
    b = matrix.sqr(unit_cell((45, 52, 61, 78, 84, 96)).fractionalization_matrix()).transpose()
    real = (turn(180) * b).inverse().elems
    return Crystal(real[0:3], real[3:6], real[6:9], "P1")


def plain(panel, number):
    panel.set_type("SENSOR_PAD")
    panel.set_name(f"p{number}")
    panel.set_image_size((100, 80))
    panel.set_pixel_size((0.172, 0.172))
    panel.set_trusted_range((-1, 1e6))


def panels(count, tilt_deg=0.0, twotheta_deg=0.0):
    detector = Detector()
    swing = about((1, 0, 0), twotheta_deg)
    for number in range(count):
        panel = detector.add_panel()
        plain(panel, number)
        axes = swing * turn(tilt_deg)
        origin = swing * matrix.col((-30 + 20 * number, 25 + 3 * number, -120 + number))
        panel.set_frame((axes * matrix.col((1, 0, 0))).elems, (axes * matrix.col((0, -1, 0))).elems, origin.elems)
    return detector


def grouped(count):
    detector = Detector()
    for number in range(count):
        group = detector.hierarchy().add_group()
        axes = turn(20)
        group.set_local_frame((axes * matrix.col((1, 0, 0))).elems, (axes * matrix.col((0, -1, 0))).elems,
                              (5, 3, -100 - number))
        group.set_type("GROUP")
        group.set_name(f"g{number}")
        panel = group.add_panel()
        plain(panel, number)
        axes = turn(10)
        panel.set_local_frame((axes * matrix.col((1, 0, 0))).elems, (axes * matrix.col((0, 1, 0))).elems,
                              (-3.0, -4.0, 0.7))
    return detector


def beam(tilt_deg=0.0):
    beam = Beam()
    beam.set_wavelength(1.03)
    beam.set_direction((turn(tilt_deg) * matrix.col((0, 0, 1))).elems)
    beam.set_polarization_normal((0, 1, 0))
    beam.set_polarization_fraction(0.99)
    return beam


def scan(start_deg, width_deg, first=1, count=10):
    return Scan((first, first + count - 1), (start_deg, width_deg))


def kappa(scanned):
    half = math.radians(50)
    axes = flex.vec3_double([(1, 0, 0), (math.cos(half), math.sin(half), 0), (1, 0, 0)])
    return multi(axes, scanned)


def multi(axes, scanned):
    names = flex.std_string(["phi", "kappa", "omega"])
    return GoniometerFactory.multi_axis(axes, flex.double([30, -72, 115]), names, scanned)


def fixed_and_setting():
    goniometer = Goniometer(direction().elems)
    goniometer.set_fixed_rotation(turn(180).elems)
    goniometer.set_setting_rotation(turn(20).elems)
    return goniometer


def cases():
    along_x = Goniometer((1, 0, 0))
    yield "flat", panels(1), beam(), along_x, scan(0, 0.5), False
    yield "tilted", panels(1, 25), beam(), along_x, scan(10, 0.5), False
    yield "twotheta", panels(3, 10, 30), beam(), along_x, scan(10, 0.5), False
    yield "groups", grouped(3), beam(), along_x, scan(10, 0.5), False
    yield "tilted_beam", panels(2, 10, 10), beam(8), along_x, scan(10, 0.5), False
    yield "backwards", panels(1, 5), beam(), along_x, scan(10, -0.5), False
    yield "oblique_spindle", panels(1, 5), beam(), Goniometer(direction().elems), scan(-170, 0.3), False
    yield "fixed_and_setting", panels(1, 5), beam(8), fixed_and_setting(), scan(33, 0.3), False
    for scanned in range(3):
        yield f"kappa_{scanned}", panels(2, 5, 20), beam(), kappa(scanned), scan(-40, -0.25), False
    oblique = flex.vec3_double([direction().elems for _ in range(3)])
    yield "oblique_axes", panels(1, 5), beam(8), multi(oblique, 1), scan(-40, 0.25), False
    yield "scan_varying", panels(1, 5), beam(), along_x, scan(0, 0.5), True
    yield "from_image_5", panels(1, 5), beam(), along_x, scan(0, 0.5, 5), False
    yield "still", panels(2, 5), beam(), None, None, False


def rows(name, experiment, varying):
    model, wavelength = experiment.crystal, experiment.beam.get_wavelength()
    s0 = matrix.col(experiment.beam.get_s0())
    points = [0] if experiment.scan is None else [0, experiment.scan.get_num_images() - 1]
    for point in points:
        setting = matrix.sqr(model.get_A_at_scan_point(point) if varying else model.get_A())
        if experiment.goniometer is not None:
            start_deg, width_deg = experiment.scan.get_oscillation()
            turned = about(experiment.goniometer.get_rotation_axis_datum(), start_deg + (point + 0.5) * width_deg)
            setting = (matrix.sqr(experiment.goniometer.get_setting_rotation()) * turned
                       * matrix.sqr(experiment.goniometer.get_fixed_rotation()) * setting)
        for number, panel in enumerate(experiment.detector):
            for slow, fast in PIXELS:
                position = matrix.col(panel.get_pixel_lab_coord((fast + 0.5, slow + 0.5)))
                q = position.normalize() / wavelength - s0
                yield {
                    "file": f"{name}.expt", "scan_point": None if experiment.scan is None else point,
                    "panel": number, "slow": slow, "fast": fast, "position_mm": position.elems,
                    "q_per_angstrom": q.elems, "hkl": (setting.inverse() * q).elems,
                }


def main(folder):
    expected = []
    for name, detector, source, goniometer, images, varying in cases():
        model = crystal()
        if varying:
            at_rest = matrix.sqr(model.get_A())
            model.set_A_at_scan_points(
                flex.mat3_double([(turn(0.3) * at_rest).elems for _ in range(images.get_num_images() + 1)]))
        experiment = Experiment(beam=source, detector=detector, goniometer=goniometer, scan=images, crystal=model)
        listed = ExperimentList([experiment])
        listed.as_file(str(folder / f"{name}.expt"))
        expected.extend(rows(name, experiment, varying))
    lines = ",\n".join(json.dumps(row) for row in expected)
    (folder / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
