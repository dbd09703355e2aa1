//! The tree of an NXmx file.

use std::io;

use super::compress::LEVEL;
use super::node::{Axis, attribute, group, quantity, text};
use super::setting::Plane;
use super::store::{Chunked, FrameStore, Values};
use super::{Bands, Rotation, Setting};

/// The data set that takes the frames.
pub(super) const FRAMES: &str = "/entry/data/data";

/// Material of a sensor that is modeled.
const SILICON: &str = "Si";
/// Material and thickness that stand for a sensor that is not modeled and captures every photon. Both have to be there,
/// readers refuse zero and compute the captured fraction and the depth of capture from them: of what they know, this is
/// opaque and shallow.
pub(crate) const OPAQUE: (&str, f64) = ("CdTe", 1.0);

const DETECTOR: &str = "/entry/instrument/detector";
const DETECTOR_Z: &str = "/entry/instrument/detector/transformations/det_z";
const PHI: &str = "/entry/sample/transformations/phi";

/// Writes all of a stack but its frames, which go to [`FRAMES`].
pub(super) fn write(
    store: &mut dyn FrameStore,
    setting: &Setting,
    bands: Bands,
    images: usize,
) -> io::Result<()> {
    attribute(store, "/", "NX_class", "NXroot")?;
    attribute(store, "/", "default", "entry")?;
    attribute(store, "/", "creator", &setting.program)?;
    group(store, "/entry", "NXentry")?;
    attribute(store, "/entry", "default", "data")?;
    text(store, "/entry/definition", "NXmx")?;
    attribute(store, "/entry/definition", "version", "1.0")?;
    text(store, "/entry/program_name", &setting.program)?;
    // A simulation has no time of day, and equal inputs have to give equal bytes.
    text(store, "/entry/start_time", "1970-01-01T00:00:00Z")?;
    text(store, "/entry/end_time_estimated", "1970-01-01T00:00:00Z")?;

    group(store, "/entry/data", "NXdata")?;
    attribute(store, "/entry/data", "signal", "data")?;
    let (fast, slow) = setting.image_size();
    let layout = Chunked { shape: vec![images, slow, fast], chunk: vec![1, bands.rows, fast], level: LEVEL };
    store.counts(FRAMES, &layout)?;

    group(store, "/entry/source", "NXsource")?;
    text(store, "/entry/source/name", "simulation")?;
    text(store, "/entry/source/probe", "x-ray")?;
    group(store, "/entry/instrument", "NXinstrument")?;
    text(store, "/entry/instrument/name", "nanobragg")?;
    beam(store, "/entry/instrument/beam", setting)?;
    detector(store, DETECTOR, setting, bands)?;
    note(store, setting)?;
    sample(store, "/entry/sample", setting, images)
}

/// What made the images.
fn note(store: &mut dyn FrameStore, setting: &Setting) -> io::Result<()> {
    const NOTE: &str = "/entry/made_by";
    if setting.made_by.is_empty() {
        return Ok(());
    }
    group(store, NOTE, "NXnote")?;
    text(store, &format!("{NOTE}/type"), "text/plain")?;
    text(store, &format!("{NOTE}/data"), &setting.made_by.join("\n"))
}

fn beam(store: &mut dyn FrameStore, beam: &str, setting: &Setting) -> io::Result<()> {
    group(store, beam, "NXbeam")?;
    let wavelength = setting.wavelength_angstrom;
    quantity(store, &format!("{beam}/incident_wavelength"), wavelength, "angstrom")?;
    if let Some(stokes) = &setting.polarization_stokes {
        store.values(&format!("{beam}/incident_polarization_stokes"), Values::Floats(stokes))?;
    }
    if setting.exposure > 0.0 {
        // A flux here is a density, photons per time and area.
        let flux = setting.fluence_per_m2 / setting.exposure;
        quantity(store, &format!("{beam}/flux"), flux, "1/s/m^2")?;
    }
    Ok(())
}

fn detector(store: &mut dyn FrameStore, detector: &str, setting: &Setting, bands: Bands) -> io::Result<()> {
    let at = |name: &str| format!("{detector}/{name}");
    group(store, detector, "NXdetector")?;
    text(store, &at("description"), "simulated pixel detector")?;
    text(store, &at("type"), "PAD")?;
    text(store, &at("depends_on"), DETECTOR_Z)?;
    let (material, thickness_mm) = setting.sensor_thickness_mm.map_or(OPAQUE, |given| (SILICON, given));
    for (name, value, units) in [
        ("count_time", setting.exposure, "s"),
        ("frame_time", setting.exposure, "s"),
        ("distance", setting.distance_mm, "mm"),
        ("x_pixel_size", setting.pixel_size_mm.0, "mm"),
        ("y_pixel_size", setting.pixel_size_mm.1, "mm"),
        ("beam_center_x", setting.beam_px.0, "pixel"),
        ("beam_center_y", setting.beam_px.1, "pixel"),
        ("two_theta", setting.twotheta_deg, "deg"),
    ] {
        quantity(store, &at(name), value, units)?;
    }
    text(store, &at("sensor_material"), material)?;
    quantity(store, &at("sensor_thickness"), thickness_mm, "mm")?;
    store.values(&at("saturation_value"), Values::Int(setting.saturation))?;
    store.values(&at("underload_value"), Values::Int(0))?;
    store.values(&at("bit_depth_readout"), Values::Int(32))?;
    mask(store, detector, setting, bands)?;
    store.link(&at("data"), FRAMES)?;

    // The chain: along the beam to the detector's plane, from there to the first pixel's corner, then along its
    // axes. The beam is z, so the first step's length is the third component of the second's start.
    group(store, &at("transformations"), "NXtransformations")?;
    let along = |vector, depends_on| Axis { kind: "translation", units: "mm", vector, depends_on };
    along([0.0, 0.0, 1.0], ".").write(store, DETECTOR_Z, Values::Float(setting.distance_mm))?;

    let planes = setting.planes();
    let mut first_row = 0;
    for (number, plane) in planes.iter().enumerate() {
        let module = match planes.len() {
            1 => at("module"),
            // Readers take them by the order of their names.
            count => at(&format!("module_{number:0width$}", width = (count - 1).to_string().len())),
        };
        group(store, &module, "NXdetector_module")?;
        let (origin, size) = ([first_row as i32, 0], [plane.slow as i32, plane.fast as i32]);
        first_row += plane.slow;
        for (name, numbers) in [("data_origin", origin), ("data_size", size), ("data_stride", [1, 1])] {
            store.values(&format!("{module}/{name}"), Values::Ints(&numbers))?;
        }
        let [x, y, z] = plane.origin_mm;
        let (direction, length) = unit([x, y, z - setting.distance_mm]);
        let offset = format!("{module}/module_offset");
        along(direction, DETECTOR_Z).write(store, &offset, Values::Float(length))?;
        let (fast_mm, slow_mm) = plane.pixel_size_mm;
        for (name, axis, edge) in [
            ("fast_pixel_direction", plane.fast_axis, fast_mm),
            ("slow_pixel_direction", plane.slow_axis, slow_mm),
        ] {
            let axis = Axis { kind: "translation", units: "mm", vector: axis, depends_on: &offset };
            axis.write(store, &format!("{module}/{name}"), Values::Float(edge))?;
        }
    }
    Ok(())
}

/// Bit 8 of the mask is a user's: a pixel that was left out. Its count, which is below zero, says so as well: modules of
/// unequal widths have no mask, because dxtbx wants that of a module in one piece.
fn mask(store: &mut dyn FrameStore, detector: &str, setting: &Setting, bands: Bands) -> io::Result<()> {
    const LEFT_OUT: i32 = 1 << 8;
    let (fast, slow) = setting.image_size();
    let planes = setting.planes();
    let is_whole = |plane: &Plane<'_>| plane.measured.is_none();
    if planes.iter().all(is_whole) || planes.iter().any(|plane| plane.fast != fast) {
        return Ok(());
    }
    let left_out =
        |plane: &Plane<'_>, at: usize| plane.measured.is_some_and(|all| all.get(at) == Some(&false));
    let left_out = &left_out;
    let mut values = planes.iter().flat_map(|plane| {
        (0..fast * plane.slow).map(move |at| if left_out(plane, at) { LEFT_OUT } else { 0 })
    });
    let mask = format!("{detector}/pixel_mask");
    store.counts(&mask, &Chunked { shape: vec![slow, fast], chunk: vec![bands.rows, fast], level: LEVEL })?;
    for index in 0..bands.count() {
        let band: Vec<i32> = values.by_ref().take(bands.pixels()).collect();
        store.chunk(&mask, index, &bands.compress_band(&band))?;
    }
    store.values(&format!("{detector}/pixel_mask_applied"), Values::Byte(1))
}

fn sample(store: &mut dyn FrameStore, sample: &str, setting: &Setting, images: usize) -> io::Result<()> {
    group(store, sample, "NXsample")?;
    text(store, &format!("{sample}/name"), "simulated crystal")?;
    store.values(&format!("{sample}/unit_cell"), Values::Floats(&setting.cell))?;
    if let Some(matrix) = &setting.ub_matrix {
        store.values(&format!("{sample}/ub_matrix"), Values::Matrix(matrix))?;
    }
    let chain = format!("{sample}/depends_on");
    let Some(Rotation { start_deg, range_deg, step_deg }) = setting.rotation else {
        // Stills have no scan: readers take a missing chain for that.
        return text(store, &chain, ".");
    };
    text(store, &chain, PHI)?;
    group(store, &format!("{sample}/transformations"), "NXtransformations")?;
    let angles: Vec<f64> = (0..images).map(|image| start_deg + step_deg * image as f64).collect();
    let ends: Vec<f64> = angles.iter().map(|angle| angle + range_deg).collect();
    let spindle = Axis { kind: "rotation", units: "deg", vector: setting.spindle, depends_on: "." };
    spindle.write(store, PHI, Values::Floats(&angles))?;
    let end = format!("{PHI}_end");
    store.values(&end, Values::Floats(&ends))?;
    attribute(store, &end, "units", "deg")?;
    quantity(store, &format!("{PHI}_range_average"), range_deg, "deg")
}

fn unit(vector: [f64; 3]) -> ([f64; 3], f64) {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 { (vector.map(|x| x / length), length) } else { ([1.0, 0.0, 0.0], 0.0) }
}
