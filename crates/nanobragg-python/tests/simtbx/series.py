"""Stills and rotations of a crystal with structure factors of its own, sub-pixels, several wavelengths and directions."""

import numpy as np
from simtbx.nanoBragg import nanoBragg

hkl = [(h, k, l) for h in range(-12, 13) for k in range(-12, 13) for l in range(-12, 13)]
amplitudes = np.array([50.0 + (7 * h + 5 * k + 3 * l) % 40 for h, k, l in hkl])
try:
    from cctbx.array_family import flex

    factors = flex.miller_index(hkl), flex.double(amplitudes)
except ImportError:
    factors = hkl, amplitudes


def simulator():
    sim = nanoBragg(
        detpixels_slowfast=(48, 48), Ncells_abc=(5, 5, 5), distance_mm=80, pixel_size_mm=1.5, wavelength_A=1.3, oversample=2
    )
    sim.progress_meter = False
    sim.unit_cell_tuple = (40, 50, 60, 90, 90, 90)
    sim.missets_deg = (5, 15, 25)
    sim.interpolate = 0
    sim.Fhkl_tuple = factors
    sim.fluence = 1e27
    sim.nopolar = True
    return sim


def image(sim):
    sim.add_nanoBragg_spots()
    return sim.raw_pixels.as_numpy_array().copy()


stills = []
for number in range(3):
    sim = simulator()
    sim.phi_deg = 1.0 + number
    stills.append(image(sim))

turned = simulator()
turned.phi_deg, turned.osc_deg, turned.phisteps = 1.0, 2.0, 4
turned = image(turned)

wide = simulator()
wide.divergence_hv_mrad = (2.0, 1.0)
wide.divsteps_hv = (3, 3)
wide.dispersion_pct = 0.5
wide.dispsteps = 3
sources = np.asarray(wide.xray_source_XYZ)
wavelengths = np.asarray(wide.xray_source_wavelengths_A)
divstep = tuple(wide.divstep_hv_mrad)
wide = image(wide)

results = {
    "stills": np.array(stills),
    "turned": turned,
    "wide": wide,
    "sources": sources,
    "wavelengths": wavelengths,
    "divstep": divstep,
}
