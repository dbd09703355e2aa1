"""A still of a small crystal in a given orientation: attributes one by one, an image, and files."""

import numpy as np
from simtbx.nanoBragg import nanoBragg, shapetype

sim = nanoBragg(
    detpixels_slowfast=(60, 72),
    Ncells_abc=(6, 5, 4),
    beam_center_mm=(31, 35),
    distance_mm=120,
    pixel_size_mm=1,
    wavelength_A=1.2,
    oversample=1,
)
sim.progress_meter = False
sim.unit_cell_tuple = (70, 80, 90, 90, 90, 90)
sim.missets_deg = (10, 20, 30)
sim.xtal_shape = shapetype.Round
sim.default_F = 100
sim.flux = 1e20
sim.exposure_s = 0.1
sim.beamsize_mm = 0.05
sim.polarization = 0.9
sim.add_nanoBragg_spots()

still = sim.raw_pixels.as_numpy_array().copy()
center = {
    name: tuple(getattr(sim, name))
    for name in ("beam_center_mm", "XDS_ORGXY", "adxv_beam_center_mm", "mosflm_beam_center_mm", "denzo_beam_center_mm", "dials_origin_mm", "pix0_vector_mm")
}
orientation = tuple(sim.Amatrix)
fluence = sim.fluence
energy = sim.energy_eV

# What nobody set.
plain = nanoBragg(detpixels_slowfast=(40, 48), Ncells_abc=(5, 5, 5), pixel_size_mm=1)
defaults = {
    "default_" + name: np.asarray(getattr(plain, name), dtype=float)
    for name in """
    xtal_size_mm missets_deg mosaic_spread_deg mosaic_domains mosaic_seed spot_scale default_F F000 interpolate wavelength_A
    energy_eV fluence flux exposure_s beamsize_mm polarization nopolar dispersion_pct dispsteps divergence_hv_mrad
    divsteps_hv divstep_hv_mrad round_div beam_vector polar_vector polar_Bvector spindle_axis twotheta_axis fdet_vector
    sdet_vector odet_vector pix0_vector_mm dials_origin_mm distance_mm distance_meters close_distance_mm
    detsize_fastslow_mm detpixels_fastslow beam_center_mm XDS_ORGXY adxv_beam_center_mm mosflm_beam_center_mm
    denzo_beam_center_mm detector_twotheta_deg detector_rotation_deg curved_detector point_pixel region_of_interest
    detector_thick_mm detector_attenuation_length_mm detector_thicksteps detector_thickstep_mm phi_deg osc_deg
    phisteps phistep_deg default_Fbg amorphous_sample_size_mm amorphous_sample_thick_mm amorphous_density_gcm3
    amorphous_molecular_weight_Da calib_seed quantum_gain adc_offset_adu detector_calibration_noise_pct flicker_noise_pct
    readout_noise_adu detector_psf_fwhm_mm verbose progress_meter
    """.split()
}

# Twice as bright, and only a part of it.
sim.raw_pixels *= 0
sim.spot_scale = 2
sim.region_of_interest = ((10, 40), (5, 30))
sim.add_nanoBragg_spots()
part = sim.raw_pixels.as_numpy_array().copy()

sim.to_smv_format(fileout="still.img", intfile_scale=1)
with open("still.img", "rb") as file:
    written = file.read()
header = int(written.split(b"HEADER_BYTES=")[1].split(b";")[0])
counts = np.frombuffer(written[header:], dtype="<u2").reshape(still.shape).astype(int)

results = {"still": still, "part": part, "counts": counts, "orientation": orientation, "fluence": fluence, "energy": energy, **center, **defaults}
