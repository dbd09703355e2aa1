"""The attributes of simtbx's class: their units, their defaults, and the keywords that they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ._enums import convention, pivot, shapetype

Keywords = dict[str, Any]

# Attributes that are choices.
CHOICES = {"xtal_shape": shapetype, "beamcenter_convention": convention, "detector_pivot": pivot}


class Attribute(NamedTuple):
    """An attribute."""

    unit: str
    """The unit of its value; empty for counts, directions and words."""
    default: Any = None
    """What it is unless it is set; None where it follows from others."""
    keywords: Callable[[Any], Keywords] | None = None
    """The keywords of an experiment that a value means."""
    can_be_set: bool = True
    later: str = ""
    """The stage, where this package does not have it; then no value but `off` can be set."""
    off: tuple[Any, ...] = ()
    """The values with which the stage does nothing."""


def _as(name: str, factor: float = 1.0) -> Callable[[Any], Keywords]:
    def keywords(value: Any) -> Keywords:
        return {name: value if factor == 1.0 else float(value) * factor}

    return keywords


def _each(*names: str) -> Callable[[Any], Keywords]:
    def keywords(values: Any) -> Keywords:
        return dict(zip(names, values, strict=True))

    return keywords


def _switch(name: str) -> Callable[[Any], Keywords]:
    def keywords(value: Any) -> Keywords:
        return {name: True} if value else {}

    return keywords


def _seed(name: str) -> Callable[[Any], Keywords]:
    def keywords(value: Any) -> Keywords:
        return {name: abs(int(value))}

    return keywords


def _center(of: str) -> Callable[[Any], Keywords]:
    """A beam center in the convention `of`."""

    def keywords(xy: Any) -> Keywords:
        return {of: True, **_each("Xbeam", "Ybeam")(xy)}

    return keywords


def _interpolate(value: Any) -> Keywords:
    return {"interpolate": bool(value)}


def _divergence(is_round: Any) -> Keywords:
    return {"round_div" if is_round else "square_div": True}


def _pivot(value: pivot) -> Keywords:
    if not isinstance(value, pivot):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError
    return {"pivot": value.value}


def _oversample(value: Any) -> Keywords:
    return {"oversample": value} if value > 0 else {}


def _shape(value: shapetype) -> Keywords:
    if value in (shapetype.Fiber, shapetype.Unknown):
        raise NotImplementedError(f"crystals of the shape {value.name} are not there yet")
    # The check of the argument changes no value that is not zero.
    shape = shapetype.Gauss if value is shapetype.Gauss_argchk else value
    return {shape.value: True}


def _convention(value: convention) -> Keywords:
    if not isinstance(value, convention):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError
    return {} if value is convention.Custom else {value.value: True}


def _roi(value: Any) -> Keywords:
    (fast_from, fast_to), (slow_from, slow_to) = value
    return {"roi": (fast_from, fast_to, slow_from, slow_to)}


def _magnetic(value: Any) -> Keywords:
    # The magnetic field stands across beam and electric field; which way along the axis does not matter.
    return {"polar_Bvector": value}


_CRYSTAL = {
    "Ncells_abc": Attribute("cells", (1, 1, 1), _each("Na", "Nb", "Nc")),
    "xtal_size_mm": Attribute("mm", None, _each("xtal_thick", "xtal_width", "xtal_height")),
    "unit_cell_Adeg": Attribute("Angstrom, deg", (78.0, 78.0, 38.0, 90.0, 90.0, 90.0), _as("cell")),
    "unit_cell_tuple": Attribute("Angstrom, deg", (78.0, 78.0, 38.0, 90.0, 90.0, 90.0), _as("cell")),
    "missets_deg": Attribute("deg", (0.0, 0.0, 0.0), _as("misset")),
    "Amatrix": Attribute("1/Angstrom"),
    "Amatrix_RUB": Attribute("1/Angstrom"),
    "xtal_shape": Attribute("", shapetype.Square, _shape),
    "mosaic_spread_deg": Attribute("deg", 0.0, _as("mosaic")),
    "mosaic_domains": Attribute("domains", 1, _as("mosaic_domains")),
    "mosaic_seed": Attribute("", 12345678, _seed("mosaic_seed")),
    "spot_scale": Attribute("", 1.0),
}
_STRUCTURE_FACTORS = {
    "indices": Attribute(""),
    "amplitudes": Attribute("electrons"),
    "Fhkl_tuple": Attribute("electrons"),
    "Fhkl": Attribute("electrons"),
    "default_F": Attribute("electrons", 0.0, _as("default_F")),
    "F000": Attribute("electrons", 0.0),
    "interpolate": Attribute("", None, _interpolate),
    "integral_form": Attribute("", False, later="the integral form of the lattice factor", off=(False, 0, None)),
}
_BEAM = {
    "wavelength_A": Attribute("Angstrom", 1.0, _as("lambda")),
    "energy_eV": Attribute("eV", None, _as("energy")),
    "fluence": Attribute("photons/m^2", 125932015286227086360700780544.0, _as("fluence")),
    "flux": Attribute("photons/s", 0.0, _as("flux")),
    "exposure_s": Attribute("s", 1.0, _as("exposure")),
    "beamsize_mm": Attribute("mm", 0.1, _as("beamsize")),
    "polarization": Attribute("", 0.0, _as("polar")),
    "nopolar": Attribute("", False, _switch("nopolar")),
    "dispersion_pct": Attribute("percent", 0.0, _as("dispersion")),
    "dispsteps": Attribute("steps", 1, _as("dispsteps")),
    "divergence_hv_mrad": Attribute("mrad", (0.0, 0.0), _each("hdivrange", "vdivrange")),
    "divsteps_hv": Attribute("steps", (1, 1), _each("hdivsteps", "vdivsteps")),
    "divstep_hv_mrad": Attribute("mrad", None, _each("hdivstep", "vdivstep")),
    "round_div": Attribute("", True, _divergence),
    "xray_beams": Attribute(""),
    "xray_source_XYZ": Attribute("m"),
    "xray_source_wavelengths_A": Attribute("Angstrom"),
    "xray_source_intensity_fraction": Attribute(""),
}
_VECTORS = {
    "beam_vector": Attribute("", None, _as("beam_vector")),
    "polar_vector": Attribute("", (0.0, 0.0, 1.0), _as("polar_vector")),
    "polar_Bvector": Attribute("", None, _magnetic),
    "spindle_axis": Attribute("", None, _as("spindle_axis")),
    "twotheta_axis": Attribute("", (0.0, 0.0, -1.0), _as("twotheta_axis")),
    "fdet_vector": Attribute("", None, _as("fdet_vector")),
    "sdet_vector": Attribute("", None, _as("sdet_vector")),
    "odet_vector": Attribute("", None, _as("odet_vector")),
    "pix0_vector_mm": Attribute("mm", None, _as("pix0_vector_mm"), can_be_set=False),
    "dials_origin_mm": Attribute("mm"),
}
_DETECTOR = {
    "distance_mm": Attribute("mm", 100.0, _as("distance")),
    "distance_meters": Attribute("m", 0.1, _as("distance", 1e3)),
    "close_distance_mm": Attribute("mm", None, _as("close_distance")),
    "detsize_fastslow_mm": Attribute("mm", None, _each("detsize_f", "detsize_s")),
    "detpixels_fastslow": Attribute("pixels", (1024, 1024), _each("detpixels_f", "detpixels_s")),
    "pixel_size_mm": Attribute("mm", 0.1, _as("pixel")),
    "beam_center_mm": Attribute("mm", None, _each("Xbeam", "Ybeam")),
    "XDS_ORGXY": Attribute("pixels", None, _each("ORGX", "ORGY")),
    "adxv_beam_center_mm": Attribute("mm", None, _center("adxv")),
    "mosflm_beam_center_mm": Attribute("mm", None, _center("mosflm")),
    "denzo_beam_center_mm": Attribute("mm", None, _center("denzo")),
    "beamcenter_convention": Attribute("", convention.MOSFLM, _convention),
    "detector_pivot": Attribute("", None, _pivot),
    "detector_twotheta_deg": Attribute("deg", 0.0, _as("twotheta")),
    "detector_rotation_deg": Attribute("deg", (0.0, 0.0, 0.0), _each("detector_rotx", "detector_roty", "detector_rotz")),
    "curved_detector": Attribute("", False, _switch("curved_det")),
    "point_pixel": Attribute("", False, _switch("point_pixel")),
    "oversample": Attribute("sub-pixels", 0, _oversample),
    "region_of_interest": Attribute("pixels", None, _roi),
    "detector_thick_mm": Attribute("mm", 0.0, _as("detector_thick", 1e3)),
    "detector_attenuation_length_mm": Attribute("mm", 0.234, _as("detector_abs", 1e3)),
    "detector_thicksteps": Attribute("layers", None, _as("detector_thicksteps")),
    "detector_thickstep_mm": Attribute("mm"),
}
_SCAN = {
    "phi_deg": Attribute("deg", 0.0, _as("phi")),
    "osc_deg": Attribute("deg", 0.0, _as("osc")),
    "phisteps": Attribute("steps", 1, _as("phisteps")),
    "phistep_deg": Attribute("deg", None, _as("phistep")),
}
_TABLES = "the background of amorphous matter"
_BACKGROUND = {
    "Fbg_vs_stol": Attribute("electrons", None, later=_TABLES, off=(None,)),
    "default_Fbg": Attribute("electrons", 0.0, later=_TABLES, off=(0,)),
    "amorphous_sample_size_mm": Attribute("mm", (0.0, 0.1, 0.1), later=_TABLES, off=((0, 0, 0), (0, 0.1, 0.1))),
    "amorphous_sample_thick_mm": Attribute("mm", 0.0, later=_TABLES, off=(0,)),
    "amorphous_density_gcm3": Attribute("g/cm^3", 1.0, later=_TABLES, off=(1.0,)),
    "amorphous_molecular_weight_Da": Attribute("Da", 18.0, later=_TABLES, off=(18.0,)),
}
_READOUT = {
    "seed": Attribute("", 1, _seed("seed")),
    "calib_seed": Attribute("", 123456789),
    "quantum_gain": Attribute("counts/photon", 1.0),
    "adc_offset_adu": Attribute("counts", 40.0),
    "detector_calibration_noise_pct": Attribute("percent", 3.0, later="noise of the calibration", off=(0, 3.0)),
    "flicker_noise_pct": Attribute("percent", 0.0, later="flicker of the beam", off=(0,)),
    "readout_noise_adu": Attribute("counts", 3.0, later="noise of the read-out", off=(0, 3.0)),
    "detector_psf_type": Attribute("", shapetype.Fiber),
    "detector_psf_fwhm_mm": Attribute("mm", 0.08, later="the point spread function", off=(0, 0.08)),
    "detector_psf_kernel_radius_pixels": Attribute("pixels", 0),
}
_PROGRAM = {
    "verbose": Attribute("", 0),
    "printout": Attribute("", False),
    "printout_pixel_fastslow": Attribute("pixels", (-1, -1)),
    "progress_meter": Attribute("", True),
    "progress_pixel": Attribute("pixels", 0, can_be_set=False),
    "device_Id": Attribute("", 0),
    "cbf_int": Attribute("", False),
    "raw_pixels": Attribute("photons"),
}

ATTRIBUTES: Mapping[str, Attribute] = {
    **_CRYSTAL,
    **_STRUCTURE_FACTORS,
    **_BEAM,
    **_VECTORS,
    **_DETECTOR,
    **_SCAN,
    **_BACKGROUND,
    **_READOUT,
    **_PROGRAM,
}
"""Every attribute, by its name."""

_TWO = """detsize_fastslow_mm beam_center_mm XDS_ORGXY adxv_beam_center_mm mosflm_beam_center_mm denzo_beam_center_mm
divstep_hv_mrad""".split()
_THREE = """xtal_size_mm beam_vector polar_Bvector spindle_axis fdet_vector sdet_vector odet_vector dials_origin_mm""".split()


def _count(attribute: Attribute) -> int | None:
    """How many values the default has; None where it is not of numbers."""
    default = attribute.default
    if hasattr(default, "__len__"):
        return len(default)
    return 1 if type(default) in (int, float) else None


COUNTS: Mapping[str, int] = {
    **{name: count for name, attribute in ATTRIBUTES.items() if (count := _count(attribute)) is not None},
    **dict.fromkeys(("energy_eV", "close_distance_mm", "phistep_deg", "detector_thickstep_mm", "detector_thicksteps"), 1),
    **dict.fromkeys(_TWO, 2),
    **dict.fromkeys(_THREE, 3),
    "region_of_interest": 4,
    "Amatrix": 9,
    "Amatrix_RUB": 9,
}
"""How many values an attribute takes, where it takes so many and no others."""

INSTEAD: tuple[frozenset[str], ...] = (
    frozenset({"unit_cell_Adeg", "unit_cell_tuple"}),
    frozenset({"Amatrix", "Amatrix_RUB"}),
    frozenset({"Ncells_abc", "xtal_size_mm"}),
    frozenset({"wavelength_A", "energy_eV"}),
    frozenset({"fluence", "flux"}),
    frozenset({"polar_vector", "polar_Bvector"}),
    frozenset({"distance_mm", "distance_meters", "close_distance_mm"}),
    frozenset({"detsize_fastslow_mm", "detpixels_fastslow"}),
    frozenset({"beam_center_mm", "XDS_ORGXY", "adxv_beam_center_mm", "mosflm_beam_center_mm", "denzo_beam_center_mm", "dials_origin_mm", "pix0_vector_mm"}),
    frozenset({"phistep_deg", "osc_deg"}),
)
"""Attributes of which the one that is set last takes the place of the others."""
