"""simtbx's names."""

import numpy as np
import pytest

import nanobragg
from nanobragg.compat import convention, nanoBragg, pivot, shapetype

ATTRIBUTES = """
Ncells_abc xtal_size_mm unit_cell_Adeg unit_cell_tuple missets_deg Amatrix Amatrix_RUB xtal_shape mosaic_spread_deg
mosaic_domains mosaic_seed spot_scale indices amplitudes Fhkl_tuple Fhkl default_F F000 interpolate integral_form
wavelength_A energy_eV fluence flux exposure_s beamsize_mm polarization nopolar dispersion_pct dispsteps
divergence_hv_mrad divsteps_hv divstep_hv_mrad round_div xray_beams xray_source_XYZ xray_source_wavelengths_A
xray_source_intensity_fraction beam_vector polar_vector polar_Bvector spindle_axis twotheta_axis fdet_vector
sdet_vector odet_vector pix0_vector_mm dials_origin_mm distance_mm distance_meters close_distance_mm
detsize_fastslow_mm detpixels_fastslow pixel_size_mm beam_center_mm XDS_ORGXY adxv_beam_center_mm
mosflm_beam_center_mm denzo_beam_center_mm beamcenter_convention detector_pivot detector_twotheta_deg
detector_rotation_deg curved_detector point_pixel oversample region_of_interest detector_thick_mm
detector_attenuation_length_mm detector_thicksteps detector_thickstep_mm phi_deg osc_deg phisteps phistep_deg
Fbg_vs_stol default_Fbg amorphous_sample_size_mm amorphous_sample_thick_mm amorphous_density_gcm3
amorphous_molecular_weight_Da seed calib_seed quantum_gain adc_offset_adu detector_calibration_noise_pct
flicker_noise_pct readout_noise_adu detector_psf_type detector_psf_fwhm_mm detector_psf_kernel_radius_pixels verbose
printout printout_pixel_fastslow progress_meter progress_pixel device_Id cbf_int raw_pixels
""".split()
METHODS = """
add_nanoBragg_spots add_nanoBragg_spots_nks add_nanoBragg_spots_cuda add_background extract_background apply_psf
add_noise randomize_orientation set_dxtbx_detector_panel get_mosaic_blocks set_mosaic_blocks show_mosaic_blocks
get_mosaic_domains_abc_phi_0 to_smv_format to_smv_format_py to_cbf as_explist get_intfile_scale
raw_pixels_unsigned_short_as_python_bytes show_params show_sources free_all
""".split()
LATER = {"add_background": (), "extract_background": (), "apply_psf": (), "get_mosaic_blocks": (), "set_mosaic_blocks": ((),),
         "show_mosaic_blocks": (), "get_mosaic_domains_abc_phi_0": (), "as_explist": ("a",), "add_noise": ()}


@pytest.fixture
def sim():
    made = nanoBragg(detpixels_slowfast=(40, 48), Ncells_abc=(5, 5, 5), pixel_size_mm=1, oversample=1)
    made.default_F = 100
    return made


def test_every_name_of_the_table_is_there(sim):
    names = dir(sim)
    for name in ATTRIBUTES:
        assert name in names
        getattr(sim, name)
    for name in METHODS:
        assert callable(getattr(sim, name)) and name in names
        assert getattr(nanoBragg, name).__doc__
    for name, arguments in LATER.items():
        with pytest.raises(NotImplementedError, match="not there yet"):
            getattr(sim, name)(*arguments)
    for name in ("Fbg_vs_stol", "default_Fbg", "amorphous_sample_thick_mm", "flicker_noise_pct", "integral_form"):
        with pytest.raises(NotImplementedError, match="not there yet"):
            setattr(sim, name, 7.5)


def test_an_unknown_name_is_an_attribute_error(sim):
    with pytest.raises(AttributeError, match="oversampling"):
        sim.oversampling = 3
    with pytest.raises(AttributeError):
        sim.oversampling
    with pytest.raises(AttributeError, match="cannot be set"):
        sim.pix0_vector_mm = (1, 2, 3)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("missets_deg", (1, 2), "missets_deg takes 3 values, not 2"),
        ("Ncells_abc", (1, 2, 3, 4), "Ncells_abc takes 3 values, not 4"),
        ("unit_cell_Adeg", (70, 80, 90), "unit_cell_Adeg takes 6 values, not 3"),
        ("Amatrix", np.eye(2), "Amatrix takes 9 values, not 4"),
        ("distance_mm", (100, 100), "distance_mm takes 1 value, not 2"),
        ("region_of_interest", ((1, 2), (3, 4), (5, 6)), "region_of_interest takes 4 values, not 6"),
        ("region_of_interest", ((1, 2), (3,)), "region_of_interest: its values are not all of one length"),
        ("beam_vector", (), "beam_vector takes 3 values, not 0"),
        ("detpixels_fastslow", np.array([64]), "detpixels_fastslow takes 2 values, not 1"),
    ],
)
def test_another_number_of_values_is_an_error_that_names_the_attribute(sim, name, value, text):
    before = getattr(sim, name)
    with pytest.raises(ValueError) as caught:
        setattr(sim, name, value)
    assert str(caught.value) == text
    assert np.array_equal(getattr(sim, name), before)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("xtal_shape", "Gauss", "xtal_shape has to be one of shapetype, not 'Gauss'"),
        ("detector_pivot", "beam", "detector_pivot has to be one of pivot, not 'beam'"),
        ("beamcenter_convention", 2, "beamcenter_convention has to be one of convention, not 2"),
    ],
)
def test_a_choice_is_one_of_its_enumeration(sim, name, value, text):
    with pytest.raises(TypeError) as caught:
        setattr(sim, name, value)
    assert str(caught.value) == text


def test_sizes_and_factors_have_to_fit(sim):
    with pytest.raises(ValueError, match="detpixels_slowfast takes 2 values, not 1"):
        nanoBragg(detpixels_slowfast=64)
    sim.Fhkl_tuple = ([[1, 0, 0]], [1.0, 2.0])
    with pytest.raises(ValueError, match="structure factors: 1 indices, 2 amplitudes"):
        sim.add_nanoBragg_spots()


VALUES = dict(
    Ncells_abc=(3, 4, 5), xtal_size_mm=(1e-4, 2e-4, 3e-4), unit_cell_tuple=(70, 80, 90, 75, 85, 95), missets_deg=(1, 2, 3),
    xtal_shape=shapetype.Gauss, mosaic_spread_deg=0.5, mosaic_seed=-5, wavelength_A=1.2, energy_eV=9000.0, fluence=1e28,
    exposure_s=2.0, beamsize_mm=0.2, polarization=0.9, nopolar=True, divergence_hv_mrad=(1.0, 2.0), divsteps_hv=(3, 2),
    round_div=False, beam_vector=(1, 0, 0.01), polar_vector=(0, 0, 1), polar_Bvector=(0, 1, 0), spindle_axis=(0, 0, 1),
    fdet_vector=(0.1, 0, 1), sdet_vector=(0.1, -1, 0), odet_vector=(1, 0, 0), distance_mm=120.0, distance_meters=0.2,
    close_distance_mm=110.0, detsize_fastslow_mm=(48, 40), detpixels_fastslow=(30, 20), pixel_size_mm=0.9,
    beam_center_mm=(20, 21), XDS_ORGXY=(20, 21), adxv_beam_center_mm=(20, 21), mosflm_beam_center_mm=(20, 21),
    denzo_beam_center_mm=(20, 21), beamcenter_convention=convention.XDS, detector_pivot=pivot.Sample,
    detector_twotheta_deg=5.0, detector_rotation_deg=(1, 2, 3), curved_detector=True, point_pixel=True, oversample=2,
    region_of_interest=((3, 30), (4, 25)), detector_thick_mm=0.3, phi_deg=10.0, default_F=50.0, spot_scale=2.0,
    dispersion_pct=1.0, seed=-3, interpolate=0, dials_origin_mm=(100, -20, -20),
)


@pytest.mark.parametrize("name", VALUES)
def test_an_attribute_is_kept_and_has_its_effect(sim, name):
    setattr(sim, name, VALUES[name])
    assert getattr(sim, name) == VALUES[name]
    sim.add_nanoBragg_spots()
    assert sim.raw_pixels.max() > 0
    slow, fast = sim.raw_pixels.focus()
    assert sim.raw_pixels.size() == sim.raw_pixels.size == len(sim.raw_pixels.as_1d()) == slow * fast
    plain = nanoBragg(detpixels_slowfast=(40, 48), Ncells_abc=(5, 5, 5), pixel_size_mm=1, oversample=1)
    plain.default_F = 100
    plain.add_nanoBragg_spots()
    inert = {"seed", "interpolate", "exposure_s", "beamsize_mm", "mosflm_beam_center_mm", "odet_vector", "polar_vector",
             "mosaic_seed", "phi_deg", "round_div", "detsize_fastslow_mm", "spindle_axis", "detector_pivot", "polar_Bvector"}
    same = plain.raw_pixels.shape == sim.raw_pixels.shape and np.array_equal(plain.raw_pixels, sim.raw_pixels)
    assert name in inert or not same


def test_images_are_those_of_the_package(sim):
    sim.unit_cell_tuple = (70, 80, 90, 75, 85, 95)
    sim.missets_deg = (10, 20, 30)
    sim.add_nanoBragg_spots()
    experiment = nanobragg.Experiment(
        cell=(70, 80, 90, 75, 85, 95), N=5, misset=(10, 20, 30), default_F=100, pixel=1, detpixels_f=48, detpixels_s=40, oversample=1,
        structure_factors=([[0, 0, 0]], [0.0]),
    )
    image = nanobragg.Simulation(experiment).render()
    assert sim.raw_pixels.dtype == np.float64 and np.array_equal(sim.raw_pixels, image)
    sim.add_nanoBragg_spots_cuda()
    assert np.array_equal(sim.raw_pixels, 2 * image.astype(float))


def test_a_matrix_has_the_stars_in_rows(sim):
    sim.unit_cell_tuple = (70, 80, 90, 90, 90, 90)
    sim.missets_deg = (10, 20, 30)
    sim.add_nanoBragg_spots()
    again = nanoBragg(detpixels_slowfast=(40, 48), Ncells_abc=(5, 5, 5), pixel_size_mm=1, oversample=1)
    again.default_F = 100
    again.Amatrix = sim.Amatrix
    assert np.linalg.norm(np.reshape(sim.Amatrix, (3, 3)), axis=1) == pytest.approx([1 / 70, 1 / 80, 1 / 90])
    again.add_nanoBragg_spots()
    np.testing.assert_allclose(again.raw_pixels, sim.raw_pixels, rtol=1e-5)


@pytest.mark.parametrize("missets_first", [True, False])
def test_a_matrix_is_the_one_that_is_rendered_whatever_turns_it(sim, missets_first):
    sim.missets_deg = (5, 6, 7)
    matrix = sim.Amatrix
    sim.missets_deg = (10, 20, 30) if missets_first else (0, 0, 0)
    sim.Amatrix = matrix
    sim.missets_deg = (10, 20, 30)
    sim.add_nanoBragg_spots()
    assert sim.Amatrix == sim.Amatrix_RUB != pytest.approx(matrix)
    again = nanoBragg(detpixels_slowfast=(40, 48), Ncells_abc=(5, 5, 5), pixel_size_mm=1, oversample=1)
    again.default_F = 100
    again.Amatrix = sim.Amatrix
    again.add_nanoBragg_spots()
    np.testing.assert_allclose(again.raw_pixels, sim.raw_pixels, rtol=1e-5)
    sim.missets_deg = (0, 0, 0)
    assert np.ravel(sim.Amatrix).tolist() == list(matrix)


def test_structure_factors_as_arrays(sim):
    hkl = [(h, k, l) for h in range(-20, 21) for k in range(-20, 21) for l in range(-20, 21)]
    sim.add_nanoBragg_spots()
    flat = sim.raw_pixels
    again = nanoBragg(detpixels_slowfast=(40, 48), Ncells_abc=(5, 5, 5), pixel_size_mm=1, oversample=1)
    again.indices, again.amplitudes = hkl, np.full(len(hkl), 100.0)
    again.F000 = 0
    again.default_F = 100
    again.add_nanoBragg_spots()
    np.testing.assert_allclose(again.raw_pixels, flat, rtol=1e-6)


class Panel:
    def get_fast_axis(self): return (1.0, 0, 0)
    def get_slow_axis(self): return (0, -1.0, 0)
    def get_origin(self): return (-24.0, 20.0, -100.0)
    def get_pixel_size(self): return (1.0, 1.0)
    def get_image_size(self): return (48, 40)


class Beam:
    def get_s0(self): return (0, 0, -1 / 1.3)
    def get_polarization_fraction(self): return 0.99
    def get_polarization_normal(self): return (0, 1.0, 0)


def test_models_of_dxtbx():
    sim = nanoBragg([Panel()], Beam())
    sim.default_F, sim.Ncells_abc, sim.oversample = 100, (5, 5, 5), 1
    sim.add_nanoBragg_spots()
    assert sim.raw_pixels.shape == (40, 48) and sim.raw_pixels.max() > 0
    assert sim.wavelength_A == pytest.approx(1.3)
    assert sim.pix0_vector_mm == pytest.approx(Panel().get_origin())


def test_noise_and_files(sim, tmp_path, capsys):
    sim.add_nanoBragg_spots()
    photons = sim.raw_pixels.copy()
    sim.to_smv_format(fileout=str(tmp_path / "int.img"))
    assert (tmp_path / "int.img").read_bytes().startswith(b"{")
    sim.to_cbf(tmp_path / "image.cbf")
    assert (tmp_path / "image.cbf").read_bytes().startswith(b"###CBF")
    sim.detector_calibration_noise_pct = sim.readout_noise_adu = 0
    sim.quantum_gain = 2
    sim.add_noise()
    assert sim.raw_pixels.min() >= 40 and abs((sim.raw_pixels.mean() - 40) / 2 - photons.mean()) < photons.mean()
    assert len(sim.raw_pixels_unsigned_short_as_python_bytes()) == 2 * photons.size
    sim.show_params()
    assert "mm" in capsys.readouterr().out
    sim.free_all()
    assert sim.raw_pixels.max() == 0


def test_random_orientations(sim):
    sim.randomize_orientation()
    first = sim.missets_deg
    sim.seed = 9
    sim.randomize_orientation()
    assert first != sim.missets_deg != (0, 0, 0)


def test_random_values_are_values_or_exceptions():
    """No value of an attribute makes the process end."""
    rng = np.random.default_rng(3)
    names = [name for name in ATTRIBUTES if name != "pix0_vector_mm"]
    values = [0, -1, 1e300, float("nan"), None, "text", (1, 2), (0, 0, 0), (1, 2, 3, 4, 5, 6), [], {}, shapetype.Round, np.zeros((3, 3))]
    for _ in range(300):
        made = nanoBragg(detpixels_slowfast=(4, 4), Ncells_abc=(2, 2, 2), oversample=1)
        made.default_F = 1
        try:
            for _ in range(3):
                name = names[rng.integers(len(names))]
                if name not in ("detpixels_fastslow", "detsize_fastslow_mm", "oversample", "phisteps", "mosaic_domains", "pixel_size_mm",
                                "dispsteps", "divsteps_hv", "detector_thicksteps"):
                    setattr(made, name, values[rng.integers(len(values))])
            made.add_nanoBragg_spots()
        except Exception:
            pass
