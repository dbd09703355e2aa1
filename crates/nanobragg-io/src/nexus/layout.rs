//! The tree of an NXmx file.

use rust_hdf5::{H5Dataset, H5File, H5Group};

use super::compress::LEVEL;
use super::node::{Axis, Result, attribute, group, quantity, row, scalar, text};
use super::{Rotation, Setting, compress_frame};

/// Material of a sensor that is modeled.
const SILICON: &str = "Si";
/// Material and thickness that stand for a sensor that is not modeled and captures every photon. Both have to be there,
/// readers refuse zero and compute the captured fraction and the depth of capture from them: of what they know, this is
/// opaque and shallow.
const OPAQUE: (&str, f64) = ("CdTe", 1.0);

const DETECTOR_Z: &str = "/entry/instrument/detector/transformations/det_z";
const MODULE_OFFSET: &str = "/entry/instrument/detector/module/module_offset";
const PHI: &str = "/entry/sample/transformations/phi";

/// Writes all of a stack but its frames; returns the data set that takes them.
pub(super) fn write(file: &H5File, setting: &Setting, images: usize) -> Result<H5Dataset> {
    let root = file.root_group();
    root.set_attr_string("NX_class", "NXroot")?;
    root.set_attr_string("default", "entry")?;
    root.set_attr_string("creator", &setting.program)?;
    let entry = group(&root, "entry", "NXentry")?;
    entry.set_attr_string("default", "data")?;
    attribute(&text(&entry, "definition", "NXmx")?, "version", "1.0")?;
    text(&entry, "program_name", &setting.program)?;
    // A simulation has no time of day, and equal inputs have to give equal bytes.
    text(&entry, "start_time", "1970-01-01T00:00:00Z")?;
    text(&entry, "end_time_estimated", "1970-01-01T00:00:00Z")?;

    let data = group(&entry, "data", "NXdata")?;
    data.set_attr_string("signal", "data")?;
    let frames = data
        .new_dataset::<i32>()
        .shape([images, setting.slow, setting.fast])
        .chunk(&[1, setting.slow, setting.fast])
        .shuffle_deflate(LEVEL)
        .create("data")?;

    let source = group(&entry, "source", "NXsource")?;
    text(&source, "name", "simulation")?;
    text(&source, "probe", "x-ray")?;
    let instrument = group(&entry, "instrument", "NXinstrument")?;
    text(&instrument, "name", "nanobragg")?;
    beam(&instrument, setting)?;
    detector(&instrument, setting)?;
    sample(&entry, setting, images)?;
    Ok(frames)
}

fn beam(instrument: &H5Group, setting: &Setting) -> Result<()> {
    let beam = group(instrument, "beam", "NXbeam")?;
    quantity(&beam, "incident_wavelength", setting.wavelength_angstrom, "angstrom")?;
    if let Some(stokes) = &setting.polarization_stokes {
        row(&beam, "incident_polarization_stokes", stokes)?;
    }
    if setting.exposure > 0.0 {
        // A flux here is a density, photons per time and area.
        quantity(&beam, "flux", setting.fluence_per_m2 / setting.exposure, "1/s/m^2")?;
    }
    Ok(())
}

fn detector(instrument: &H5Group, setting: &Setting) -> Result<()> {
    let detector = group(instrument, "detector", "NXdetector")?;
    text(&detector, "description", "simulated pixel detector")?;
    text(&detector, "type", "PAD")?;
    text(&detector, "depends_on", DETECTOR_Z)?;
    quantity(&detector, "count_time", setting.exposure, "s")?;
    quantity(&detector, "frame_time", setting.exposure, "s")?;
    quantity(&detector, "distance", setting.distance_mm, "mm")?;
    quantity(&detector, "x_pixel_size", setting.pixel_size_mm.0, "mm")?;
    quantity(&detector, "y_pixel_size", setting.pixel_size_mm.1, "mm")?;
    quantity(&detector, "beam_center_x", setting.beam_px.0, "pixel")?;
    quantity(&detector, "beam_center_y", setting.beam_px.1, "pixel")?;
    quantity(&detector, "two_theta", setting.twotheta_deg, "deg")?;
    let (material, thickness_mm) = setting.sensor_thickness_mm.map_or(OPAQUE, |given| (SILICON, given));
    text(&detector, "sensor_material", material)?;
    quantity(&detector, "sensor_thickness", thickness_mm, "mm")?;
    scalar(&detector, "saturation_value", setting.saturation)?;
    scalar(&detector, "underload_value", 0i32)?;
    scalar(&detector, "bit_depth_readout", 32i32)?;
    mask(&detector, setting)?;
    detector.create_soft_link("data", "/entry/data/data")?;

    // The chain: along the beam to the detector's plane, from there to the first pixel's corner, then along its
    // axes. The beam is z, so the first step's length is the third component of the second's start.
    let transformations = group(&detector, "transformations", "NXtransformations")?;
    let along = |vector, depends_on| Axis { kind: "translation", units: "mm", vector, depends_on };
    along([0.0, 0.0, 1.0], ".").mark(&scalar(&transformations, "det_z", setting.distance_mm)?)?;

    let module = group(&detector, "module", "NXdetector_module")?;
    row(&module, "data_origin", &[0i32, 0])?;
    row(&module, "data_size", &[setting.slow as i32, setting.fast as i32])?;
    row(&module, "data_stride", &[1i32, 1])?;
    let [x, y, z] = setting.origin_mm;
    let (direction, length) = unit([x, y, z - setting.distance_mm]);
    along(direction, DETECTOR_Z).mark(&scalar(&module, "module_offset", length)?)?;
    let (fast_mm, slow_mm) = setting.pixel_size_mm;
    for (name, axis, edge) in [
        ("fast_pixel_direction", setting.fast_axis, fast_mm),
        ("slow_pixel_direction", setting.slow_axis, slow_mm),
    ] {
        along(axis, MODULE_OFFSET).mark(&scalar(&module, name, edge)?)?;
    }
    Ok(())
}

/// Bit 8 of the mask is a user's: a pixel that was left out.
fn mask(detector: &H5Group, setting: &Setting) -> Result<()> {
    const LEFT_OUT: i32 = 1 << 8;
    let Some(measured) = &setting.measured else { return Ok(()) };
    let (slow, fast) = (setting.slow, setting.fast);
    let values: Vec<i32> = measured.iter().map(|&measured| if measured { 0 } else { LEFT_OUT }).collect();
    let mask = detector.new_dataset::<i32>().shape([slow, fast]).chunk(&[slow, fast]).shuffle_deflate(LEVEL);
    mask.create("pixel_mask")?.write_chunk_raw(0, &compress_frame(&values), 0)?;
    scalar(detector, "pixel_mask_applied", 1i8)?;
    Ok(())
}

fn sample(entry: &H5Group, setting: &Setting, images: usize) -> Result<()> {
    let sample = group(entry, "sample", "NXsample")?;
    text(&sample, "name", "simulated crystal")?;
    row(&sample, "unit_cell", &setting.cell)?;
    let Some(Rotation { start_deg, range_deg, step_deg }) = setting.rotation else {
        // Stills have no scan: readers take a missing chain for that.
        text(&sample, "depends_on", ".")?;
        return Ok(());
    };
    text(&sample, "depends_on", PHI)?;
    let transformations = group(&sample, "transformations", "NXtransformations")?;
    let angles: Vec<f64> = (0..images).map(|image| start_deg + step_deg * image as f64).collect();
    let ends: Vec<f64> = angles.iter().map(|angle| angle + range_deg).collect();
    let spindle = Axis { kind: "rotation", units: "deg", vector: setting.spindle, depends_on: "." };
    spindle.mark(&row(&transformations, "phi", &angles)?)?;
    attribute(&row(&transformations, "phi_end", &ends)?, "units", "deg")?;
    quantity(&transformations, "phi_range_average", range_deg, "deg")?;
    Ok(())
}

fn unit(vector: [f64; 3]) -> ([f64; 3], f64) {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 { (vector.map(|x| x / length), length) } else { ([1.0, 0.0, 0.0], 0.0) }
}
