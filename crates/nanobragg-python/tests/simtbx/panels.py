"""Models of dxtbx: a detector of two panels, of which one is tilted, and a polarized beam."""

import numpy as np
from dxtbx.model import BeamFactory, Detector, Panel
from simtbx.nanoBragg import nanoBragg, shapetype


def panel(name, tilt, origin):
    cos, sin = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    return Panel("PAD", name, (float(cos), 0.0, float(sin)), (0.0, -1.0, 0.0), origin, (0.5, 0.5), (64, 40), (0.0, 1e6), 0.0, "", 0.0)


detector = Detector()
for made in (panel("flat", 0, (-16.0, 22.0, -90.0)), panel("tilted", 20, (-10.0, -2.0, -95.0))):
    detector.add_panel(made)
beam = BeamFactory.make_beam(sample_to_source=(0.0, 0.01, 1.0), wavelength=1.1)
beam.set_polarization_normal((0.0, 1.0, 0.0))
beam.set_polarization_fraction(0.98)

images = []
origins = []
for number in range(len(detector)):
    sim = nanoBragg(detector, beam, panel_id=number)
    sim.progress_meter = False
    sim.unit_cell_tuple = (45, 55, 65, 90, 90, 90)
    sim.missets_deg = (3, 6, 9)
    sim.Ncells_abc = (7, 7, 7)
    sim.xtal_shape = shapetype.Square
    sim.default_F = 30
    # The class takes the fraction of the beam for Kahn's factor.
    sim.polarization = 2 * beam.get_polarization_fraction() - 1
    sim.fluence = 1e28
    sim.oversample = 1
    sim.add_nanoBragg_spots()
    images.append(sim.raw_pixels.as_numpy_array().copy())
    origins.append(tuple(sim.pix0_vector_mm))

results = {
    "images": np.array(images),
    "origins": np.array(origins),
    "wavelength": sim.wavelength_A,
    "polarization": sim.polarization,
    "beam": tuple(sim.beam_vector),
}
