"""The class `nanoBragg`."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._arrays import checked, is_array
from .._errors import NanobraggWarning
from .._experiment import Experiment
from .._simulation import Simulation
from ._enums import shapetype
from ._derived import DERIVED, imgcif_axes
from ._pixels import Pixels
from ._table import ATTRIBUTES, CHOICES, COUNTS, INSTEAD

_OWN = ("_quirks", "_set", "_pixels")
# hc in eV Å.
_EV_ANGSTROM = 12398.42
_INT_SCALE = 55000.0
_SOURCE_DISTANCE_M = 10.0
_MATRICES = ("Amatrix", "Amatrix_RUB")
_OF_SOURCES = {"xray_source_XYZ": slice(0, 3), "xray_source_intensity_fraction": slice(3, 4), "xray_source_wavelengths_A": slice(4, 5)}
# What places the detector; each takes the place of the others.
_PLACES = next(group for group in INSTEAD if "pix0_vector_mm" in group)


class nanoBragg:
    """simtbx's simulator: attributes are set, `add_nanoBragg_spots` adds photons to `raw_pixels`.

    `quirks` is the preset of the images: exact unless it is given.
    """

    if TYPE_CHECKING:
        raw_pixels: Any

    def __init__(
        self,
        detector: Any = None,
        beam: Any = None,
        verbose: int = 0,
        panel_id: int = 0,
        *,
        detpixels_slowfast: Sequence[int] = (1024, 1024),
        Ncells_abc: Sequence[int] = (1, 1, 1),
        unit_cell_Adeg: Any = (78.0, 78.0, 38.0, 90.0, 90.0, 90.0),
        misset_deg: Sequence[float] = (0.0, 0.0, 0.0),
        beam_center_mm: Sequence[float] = (np.nan, np.nan),
        distance_mm: float = 100.0,
        pixel_size_mm: float = 0.1,
        wavelength_A: float = 1.0,
        divergence_mrad: float = 0.0,
        dispersion_pct: float = 0.0,
        mosaic_spread_deg: float = 0.0,
        oversample: int = 0,
        quirks: str = "exact",
    ) -> None:
        object.__setattr__(self, "_quirks", quirks)
        object.__setattr__(self, "_set", {})
        object.__setattr__(self, "_pixels", None)
        self.verbose = verbose
        self.unit_cell_Adeg = unit_cell_Adeg
        self.Ncells_abc = Ncells_abc
        if detector is not None:
            self.set_dxtbx_detector_panel(detector[panel_id], beam.get_s0())
            self.polarization = 2.0 * beam.get_polarization_fraction() - 1.0
            self.polar_Bvector = beam.get_polarization_normal()
            return
        if np.size(detpixels_slowfast) != 2:
            raise ValueError(f"detpixels_slowfast takes 2 values, not {np.size(detpixels_slowfast)}")
        self.detpixels_fastslow = tuple(detpixels_slowfast)[::-1]
        self.pixel_size_mm = pixel_size_mm
        self.missets_deg = misset_deg
        self.distance_mm = distance_mm
        self.wavelength_A = wavelength_A
        if not np.isnan(beam_center_mm).any():
            self.beam_center_mm = beam_center_mm
        if divergence_mrad:
            self.divergence_hv_mrad = (divergence_mrad, divergence_mrad)
        if dispersion_pct:
            self.dispersion_pct = dispersion_pct
        if mosaic_spread_deg:
            self.mosaic_spread_deg = mosaic_spread_deg
        self.oversample = oversample

    def __setattr__(self, name: str, value: Any) -> None:
        row = ATTRIBUTES.get(name)
        if row is None:
            raise AttributeError(f"nanoBragg has no attribute {name!r}")
        if not row.can_be_set:
            raise AttributeError(f"{name} follows from other attributes: it cannot be set")
        value = _plain(name, value)
        _counted(name, value)
        if row.later and value not in row.off:
            raise NotImplementedError(f"{name}: {row.later} is not there yet")
        if name == "raw_pixels":
            object.__setattr__(self, "_pixels", checked(name, value, "f8", self._shape()).view(Pixels))
            return
        if row.keywords is not None:
            try:
                row.keywords(value)
            except (AttributeError, TypeError):
                choices = CHOICES.get(name)
                wanted = f"one of {choices.__name__}" if choices else "what simtbx takes"
                raise TypeError(f"{name} has to be {wanted}, not {value!r}") from None
        for group in INSTEAD:
            if name in group:
                for other in group:
                    self._set.pop(other, None)
        self._set.pop(name, None)
        self._set[name] = value

    def __getattr__(self, name: str) -> Any:
        row = ATTRIBUTES.get(name)
        if row is None or name in _OWN:
            raise AttributeError(f"nanoBragg has no attribute {name!r}")
        # Missets turn a matrix that was set: what is told is what is rendered.
        turned = name in _MATRICES and any(self._set.get("missets_deg", ()))
        other = next((matrix for matrix in _MATRICES if matrix in self._set), name) if name in _MATRICES else name
        if other in self._set and not turned:
            return self._set[other]
        found = self._derived(name)
        return row.default if found is None else found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *ATTRIBUTES} - set(_OWN))

    def _derived(self, name: str) -> Any:
        """What follows from other attributes; None where nothing does."""
        given = self._set
        if name == "raw_pixels":
            if self._pixels is None:
                object.__setattr__(self, "_pixels", np.zeros(self._shape()).view(Pixels))
            return self._pixels
        if name in ("indices", "amplitudes", "Fhkl_tuple"):
            pair = self._factors()
            return pair if name == "Fhkl_tuple" else pair[0 if name == "indices" else 1]
        if name in ("unit_cell_Adeg", "unit_cell_tuple"):
            return given.get("unit_cell_Adeg", given.get("unit_cell_tuple"))
        if name == "wavelength_A" and "energy_eV" in given:
            return _EV_ANGSTROM / given["energy_eV"]
        if name == "energy_eV":
            return _EV_ANGSTROM / self.wavelength_A
        if name == "distance_mm" and "distance_meters" in given:
            return given["distance_meters"] * 1e3
        if name == "distance_meters":
            return self.distance_mm / 1e3
        if name == "detsize_fastslow_mm":
            return tuple(n * self.pixel_size_mm for n in self.detpixels_fastslow)
        if name == "detpixels_fastslow" and "detsize_fastslow_mm" in given:
            return tuple(int(np.ceil(size / self.pixel_size_mm - 0.5)) for size in given["detsize_fastslow_mm"])
        if name == "Fhkl":
            return self._set.get("Fhkl_tuple")
        if name == "flux":
            return self.fluence * (self.beamsize_mm * 1e-3) ** 2 / self.exposure_s
        if name == "polar_vector" and "polar_Bvector" in given:
            field = np.cross(given["polar_Bvector"], self.beam_vector)
            return tuple((field / np.linalg.norm(field)).tolist())
        if name == "polar_Bvector":
            return tuple((np.cross(self.beam_vector, self.polar_vector) + 0.0).tolist())
        if name in _OF_SOURCES:
            return self._source_column(_OF_SOURCES[name])
        if name in DERIVED:
            return DERIVED[name](self._experiment().quantities())
        if name in _MATRICES:
            return tuple(x for star in "abc" for x in self._traced(f"rot_{star}_star_A_inv"))
        return None

    def _traced(self, quantity: str) -> Any:
        slow, fast = self._shape()
        quantities = self._simulation().trace((slow // 2, fast // 2))["quantities"]
        return quantities[quantity]["value"]

    def _source_column(self, columns: slice) -> Any:
        """Of the sources that were set, or else of those of divergence and dispersion, whose weights make 1."""
        sources = self._sources()
        if sources is None:
            sources = np.array(self._simulation()._renderer.sources)
            sources[:, :3] *= -_SOURCE_DISTANCE_M
            sources[:, 3] /= sources[:, 3].sum()
        found = sources[:, columns]
        return found if found.shape[1] > 1 else found[:, 0] * (1e10 if columns.start == 4 else 1.0)

    def _shape(self) -> tuple[int, int]:
        fast, slow = self.detpixels_fastslow
        return int(slow), int(fast)

    def _experiment(self) -> Experiment:
        """The experiment that the attributes describe."""
        given = dict(self._set)
        # Steps of phi are taken at their beginning.
        keywords: dict[str, Any] = {"quirks": self._quirks, "phi_sampling": "start"}
        # The convention comes before what counts by it.
        if "beamcenter_convention" in given:
            keywords.update(ATTRIBUTES["beamcenter_convention"].keywords(given.pop("beamcenter_convention")))  # type: ignore[misc]
        if "detector_thickstep_mm" in given and "detector_thicksteps" not in given:
            given["detector_thicksteps"] = max(1, round(self.detector_thick_mm / given["detector_thickstep_mm"]))
        if given.get("detector_thick_mm") and "detector_attenuation_length_mm" not in given:
            given["detector_attenuation_length_mm"] = self.detector_attenuation_length_mm
        if given.get("mosaic_spread_deg", 0.0) == 0.0:
            given.pop("mosaic_domains", None)
        for name, value in given.items():
            convert = ATTRIBUTES[name].keywords
            if convert is not None:
                for key, meant in convert(value).items():
                    keywords.pop(key, None)
                    keywords[key] = meant
        normal = keywords.pop("polar_Bvector", None)
        if normal is not None:
            beam = self.beam_vector if "beam_vector" in self._set else (1.0, 0.0, 0.0)
            keywords["polar_vector"] = np.cross(normal, beam)
        if "dials_origin_mm" in given:
            axes = imgcif_axes(given.get("spindle_axis", (0.0, 0.0, 1.0)), given.get("beam_vector", (1.0, 0.0, 0.0)))
            keywords["pix0_vector_mm"] = given["dials_origin_mm"] @ axes
        matrix = given.get("Amatrix", given.get("Amatrix_RUB"))
        if matrix is not None:
            keywords.pop("cell", None)
            keywords["matrix"] = np.reshape(matrix, (3, 3)).T
        keywords["structure_factors"] = self._factors()
        sources = self._sources()
        if sources is not None:
            keywords["sources"] = sources
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NanobraggWarning)
            return Experiment(**keywords)

    def _simulation(self) -> Simulation:
        with warnings.catch_warnings():
            # simtbx does not warn.
            warnings.simplefilter("ignore", NanobraggWarning)
            return Simulation(self._experiment())

    def _factors(self) -> tuple[Any, Any]:
        pair = self._set.get("Fhkl", self._set.get("Fhkl_tuple"))
        if pair is None and "indices" in self._set and "amplitudes" in self._set:
            pair = (self._set["indices"], self._set["amplitudes"])
        if pair is None:
            # `default_F` is not that of the direct beam.
            return np.zeros((1, 3), dtype=np.int64), np.array([float(self.F000)])
        indices, amplitudes = pair
        if len(indices) != len(amplitudes):
            raise ValueError(f"structure factors: {len(indices)} indices, {len(amplitudes)} amplitudes")
        # That of the direct beam is `F000`, whatever is given for it.
        return np.concatenate([indices, [[0, 0, 0]]]), np.concatenate([amplitudes, [float(self.F000)]])

    def _sources(self) -> Any:
        beams = self._set.get("xray_beams")
        if beams is not None:
            # dxtbx's direction points from the sample to the source.
            rows = [
                (*(_SOURCE_DISTANCE_M * np.asarray(beam.get_sample_to_source_direction())), beam.get_flux(), beam.get_wavelength() * 1e-10)
                for beam in beams
            ]
            return np.array(rows, dtype=float)
        places = self._set.get("xray_source_XYZ")
        if places is None:
            return None
        places = np.asarray(places, dtype=float)
        weights = self._set.get("xray_source_intensity_fraction", np.ones(len(places)))
        wavelengths = self._set.get("xray_source_wavelengths_A", np.full(len(places), self.wavelength_A))
        return np.column_stack([places, weights, np.asarray(wavelengths, dtype=float) * 1e-10])

    def add_nanoBragg_spots(self) -> None:
        """Adds the photons of the spots to `raw_pixels`."""
        pixels = self.raw_pixels
        pixels += self.spot_scale * self._simulation().render().view(np.ndarray).astype(float)

    def add_nanoBragg_spots_nks(self, streambuf: Any = None) -> None:
        """The same as `add_nanoBragg_spots`."""
        self.add_nanoBragg_spots()

    def add_nanoBragg_spots_cuda(self) -> None:
        """The same as `add_nanoBragg_spots`: on a graphics processor where there is one."""
        self.add_nanoBragg_spots()

    def add_noise(self) -> None:
        """Turns the photons of `raw_pixels` into counts with the noise of their number, gain and offset.

        Calibration, flicker and read-out have no noise yet: their attributes have to be set to 0.
        """
        for name in ("detector_calibration_noise_pct", "flicker_noise_pct", "readout_noise_adu"):
            if getattr(self, name):
                raise NotImplementedError(f"add_noise: {ATTRIBUTES[name].later} is not there yet; set {name} to 0")
        counts = self._simulation().counts(abs(int(self.seed)), self.raw_pixels.astype("f4"))
        self.raw_pixels = np.maximum(counts, 0) * self.quantum_gain + self.adc_offset_adu

    def add_background(self, oversample: int = -1, override_source: int = -1) -> None:
        """Not implemented yet."""
        raise NotImplementedError("add_background: the background of amorphous matter is not there yet")

    def extract_background(self, source: int = -1) -> None:
        """Not implemented yet."""
        raise NotImplementedError("extract_background is not there yet")

    def apply_psf(self, psf_type: shapetype = shapetype.Fiber, fwhm_pixels: float = -1, psf_radius: int = -1) -> None:
        """Not implemented yet."""
        raise NotImplementedError("apply_psf: the point spread function is not there yet")

    def randomize_orientation(self) -> None:
        """Draws `missets_deg` from `seed`, all orientations alike."""
        from .._arrays import angles

        draw = np.random.default_rng(abs(int(self.seed))).normal(size=4)
        w, x, y, z = draw / np.linalg.norm(draw)
        turn = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
        self.missets_deg = tuple(np.degrees(angles([turn])[0]).tolist())

    def set_dxtbx_detector_panel(self, panel: Any, s0_vector: Any) -> None:
        """Takes geometry and wavelength of a panel and a beam of dxtbx."""
        s0 = np.asarray(s0_vector, dtype=float)
        fast, slow = (np.asarray(axis, dtype=float) for axis in (panel.get_fast_axis(), panel.get_slow_axis()))
        self.pixel_size_mm = panel.get_pixel_size()[0]
        self.detpixels_fastslow = tuple(panel.get_image_size())
        self.fdet_vector = tuple(fast)
        self.sdet_vector = tuple(slow)
        self.odet_vector = tuple(np.cross(fast, slow))
        self.beam_vector = tuple(s0 / np.linalg.norm(s0))
        self.wavelength_A = float(1 / np.linalg.norm(s0))
        # The panel's axes are those of dxtbx, and so is its corner.
        for other in _PLACES:
            self._set.pop(other, None)
        self._set["pix0_vector_mm"] = tuple(float(x) for x in panel.get_origin())

    def get_mosaic_blocks(self) -> None:
        """Not implemented yet."""
        raise NotImplementedError("get_mosaic_blocks is not there yet")

    def set_mosaic_blocks(self, mats: Any) -> None:
        """Not implemented yet."""
        raise NotImplementedError("set_mosaic_blocks is not there yet")

    def show_mosaic_blocks(self) -> None:
        """Not implemented yet."""
        raise NotImplementedError("show_mosaic_blocks is not there yet")

    def get_mosaic_domains_abc_phi_0(self) -> None:
        """Not implemented yet."""
        raise NotImplementedError("get_mosaic_domains_abc_phi_0 is not there yet")

    def get_intfile_scale(self, intfile_scale: float = 0) -> float:
        """Counts per photon of an image in 16 bits: what is given, or what makes the brightest pixel 55000."""
        brightest = float(self.raw_pixels.max(initial=0.0))
        return intfile_scale if intfile_scale > 0 else (_INT_SCALE / brightest if brightest > 0 else 1.0)

    def raw_pixels_unsigned_short_as_python_bytes(
        self, intfile_scale: float = 0, debug_x: int = -1, debug_y: int = -1
    ) -> bytes:
        """The counts of an image in 16 bits, little-endian: whole parts of scaled `raw_pixels`."""
        return bytes(self._counts(intfile_scale).astype("<u2").tobytes())

    def _counts(self, intfile_scale: float) -> Any:
        scaled = self.raw_pixels.as_numpy_array() * self.get_intfile_scale(intfile_scale)
        return np.floor(np.clip(scaled, 0, 65534))

    def to_smv_format(self, fileout: Any, intfile_scale: float = 0, debug_x: int = -1, debug_y: int = -1) -> None:
        """Writes `raw_pixels` as an SMV image."""
        self._save(fileout, ".img", self._counts(intfile_scale))

    def to_smv_format_py(
        self,
        fileout: Any,
        intfile_scale: float = 0.0,
        debug_x: int = -1,
        debug_y: int = -1,
        rotmat: bool = False,
        extra: Any = None,
        verbose: bool = False,
        gz: bool = False,
    ) -> None:
        """The same as `to_smv_format`."""
        if rotmat or extra or gz:
            raise NotImplementedError("to_smv_format_py: rotmat, extra and gz are not there yet")
        self.to_smv_format(fileout, intfile_scale)

    def to_cbf(
        self,
        cbf_filename: Any,
        toggle_conventions: bool = False,
        intfile_scale: float = 1.0,
        cbf_int: bool = False,
    ) -> None:
        """Writes `raw_pixels` as a miniCBF image of whole counts."""
        if toggle_conventions:
            raise NotImplementedError("to_cbf: toggle_conventions is not there yet")
        self._save(cbf_filename, ".cbf", self.raw_pixels * intfile_scale)

    def as_explist(self, fname: Any = None, toggle_conventions: bool = False) -> None:
        """Not implemented yet."""
        raise NotImplementedError("as_explist is not there yet")

    def _save(self, path: Any, extension: str, counts: Any) -> None:
        """Writes counts as they are: `add_noise` has added the offset."""
        with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="nanobragg-") as folder:
            warnings.simplefilter("ignore", NanobraggWarning)
            made = Path(folder, f"image{extension}")
            simulation = Simulation(self._experiment().replace(nonoise=True, scale=1, adc=0))
            # Pixels below zero are what is left of a background, or were not measured.
            simulation.save(made, counts.astype("f4"), allow_nonfinite=True)
            shutil.move(made, str(path))

    def show_params(self) -> None:
        """Prints every quantity of the experiment."""
        for name, quantity in self._experiment().quantities().items():
            print(f"{name}: {quantity.value} {quantity.unit}".rstrip())

    def show_sources(self) -> None:
        """Prints the sources that were set: position (m), weight, wavelength (m)."""
        sources = self._sources()
        print("sources of divergence and dispersion" if sources is None else sources)

    def free_all(self) -> None:
        """Gives the memory of the image back."""
        object.__setattr__(self, "_pixels", None)


def _counted(name: str, value: Any) -> None:
    """Raises ValueError where an attribute takes another number of values."""
    wanted = COUNTS.get(name)
    if wanted is None or value is None:
        return
    try:
        found = int(np.size(value))
    except ValueError:
        raise ValueError(f"{name}: its values are not all of one length") from None
    if found != wanted:
        raise ValueError(f"{name} takes {wanted} value{'s' if wanted > 1 else ''}, not {found}")


def _plain(name: str, value: Any) -> Any:
    """Objects of cctbx as plain values."""
    if hasattr(value, "expand_to_p1"):
        value = value.expand_to_p1()
        return np.array(list(value.indices()), dtype=np.int64), np.asarray(value.data().as_numpy_array())
    if hasattr(value, "as_numpy_array"):
        return value.as_numpy_array()
    if hasattr(value, "parameters"):
        return tuple(value.parameters())
    if name in _MATRICES:
        return tuple(np.asarray(value, dtype=float).ravel().tolist())
    if name == "indices" and not is_array(value):
        return np.array(list(value), dtype=np.int64)
    if is_array(value) and value.ndim == 1 and value.size <= 9:
        return tuple(value.tolist())
    return value
