//! Images from which size, instrument and mask of an experiment are taken, whatever their format.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::cbf::{CBF_MAGIC, read_cbf_with_text};
use crate::error::{Error, Result};
use crate::image_axes::{AXES_KEYS, ImageAxes};
use crate::nexus::{HDF5_MAGIC, Nxmx};
use crate::npy::{NPY_MAGIC, read_npy};
use crate::smv::{SmvHeader, read_smv};
use crate::tiff::{TIFF_MAGICS, read_tiff};

/// An image that says which instrument took it.
#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentImage {
    /// What it says, in the keys of SMV: those of the file, or `PIXEL_SIZE`, `DISTANCE`, `WAVELENGTH`, `DENZO_X_BEAM` (slow)
    /// and `DENZO_Y_BEAM` (fast), `OSC_START`, `OSC_RANGE`, `CCD_IMAGE_SATURATION` as far as another format has them.
    pub header: SmvHeader,
    /// Whether the file is SMV.
    pub is_smv: bool,
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Which of `fast * slow` pixels count, the fast axis first: those whose number is not zero, nor below zero where
    /// that marks a pixel that was not measured (CBF, NXmx).
    pub keep: Vec<bool>,
    /// A swing of the detector that the file gives in degrees, and that neither [`header`](Self::header) nor
    /// [`axes`](Self::axes) hold.
    pub swing_deg: Option<f64>,
    /// How the detector lies, where the file has its axes.
    pub axes: Option<ImageAxes>,
}

/// Reads SMV, miniCBF, NXmx (its first image), NumPy arrays and TIFF, which is told by the first bytes. The last two say
/// nothing of the instrument but its size.
///
/// # Errors
/// Those of the format's reader; what is of no known format is an error of SMV.
pub fn read_instrument_image(path: &Path) -> Result<InstrumentImage> {
    let mut start = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(8).read_to_end(&mut start));
    opened.map_err(|cause| Error::read(path, cause))?;
    if start.starts_with(CBF_MAGIC) {
        let (image, text) = read_cbf_with_text(path)?;
        let keep = image.counts.iter().map(|&count| count > 0).collect();
        let (entries, swing, axes) = mini_cbf(&text);
        return Ok(described(path, &entries, (image.fast, image.slow), keep, (swing, axes)));
    }
    if start.starts_with(HDF5_MAGIC) {
        let file = Nxmx::open(path)?;
        let (image, _) = file.stack(0..1)?;
        if !file.has_one_module() {
            return Err(Error::value(path, "detector", "one module, whose place the file gives", b"several"));
        }
        let keep = image.counts.iter().map(|&count| count > 0).collect();
        let swing = file.number("entry/instrument/detector/two_theta");
        return Ok(described(path, &nxmx(&file), (image.fast, image.slow), keep, (swing, axes_of(&file))));
    }
    let plain = if start.starts_with(NPY_MAGIC) {
        read_npy(path).map(|image| (image.fast, image.slow, image.data))?
    } else if TIFF_MAGICS.iter().any(|magic| start.starts_with(*magic)) {
        read_tiff(path).map(|image| (image.fast, image.slow, image.data))?
    } else {
        let image = read_smv(path)?;
        let keep = image.data.iter().map(|&value| value != 0).collect();
        let (fast, slow) = (image.fast, image.slow);
        let (header, swing_deg) = (image.header, None);
        let axes = ImageAxes::of(|at| header.numbers::<3>(AXES_KEYS[at]));
        return Ok(InstrumentImage { header, is_smv: true, fast, slow, keep, swing_deg, axes });
    };
    let (fast, slow, data) = plain;
    let keep = data.iter().map(|&value| value != 0.0).collect();
    Ok(described(path, &[], (fast, slow), keep, (None, None)))
}

fn described(
    path: &Path,
    entries: &[(&'static str, Option<f64>)],
    (fast, slow): (usize, usize),
    keep: Vec<bool>,
    (swing, axes): (Option<f64>, Option<ImageAxes>),
) -> InstrumentImage {
    let known = entries.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
    let header = SmvHeader::of_entries(path, known);
    let swing_deg = swing.filter(|swing| *swing != 0.0 && axes.is_none());
    InstrumentImage { header, is_smv: false, fast, slow, keep, swing_deg, axes }
}

type Entries = [(&'static str, Option<f64>); 8];

/// What the header of a miniCBF image says, in millimeters, ångströms and degrees, the swing and the axes.
fn mini_cbf(text: &str) -> (Entries, Option<f64>, Option<ImageAxes>) {
    let numbers = |key: &str| -> Vec<f64> {
        let line = text.lines().find_map(|line| line.trim_start_matches(['#', ' ']).strip_prefix(key));
        let words = line.unwrap_or_default().split([' ', ',', '(', ')', '=', '\t', '\r']);
        words.filter_map(|word| word.parse().ok()).filter(|number: &f64| number.is_finite()).collect()
    };
    let first = |key: &str| numbers(key).first().copied();
    let pixel = first("Pixel_size").map(|meters| meters * 1e3);
    let beam = numbers("Beam_xy");
    let along = |axis: usize| Some(beam.get(axis)? * pixel?);
    let entries = [
        ("PIXEL_SIZE", pixel),
        ("DISTANCE", first("Detector_distance").map(|meters| meters * 1e3)),
        ("WAVELENGTH", first("Wavelength")),
        ("DENZO_X_BEAM", along(1)),
        ("DENZO_Y_BEAM", along(0)),
        ("OSC_START", first("Start_angle")),
        ("OSC_RANGE", first("Angle_increment")),
        ("CCD_IMAGE_SATURATION", first("Count_cutoff")),
    ];
    let axes = ImageAxes::of(|at| numbers(&format!("{} ", AXES_KEYS[at])).try_into().ok());
    (entries, first("Detector_2theta"), axes)
}

/// How the detector lies by the chain of axes that this program writes. NeXus has z along the beam.
fn axes_of(file: &Nxmx<'_>) -> Option<ImageAxes> {
    const MODULE: &str = "entry/instrument/detector/module";
    let to_imgcif = |[x, y, z]: [f64; 3]| [-x, y, -z];
    let vector = |name: &str| file.vector(&format!("{MODULE}/{name}"), "vector");
    let length = file.number(&format!("{MODULE}/module_offset"))?;
    let along_beam = file.number("entry/instrument/detector/transformations/det_z")?;
    let [x, y, z] = vector("module_offset")?.map(|part| part * length);
    ImageAxes::of(|at| match at {
        0 => vector("fast_pixel_direction").map(to_imgcif),
        1 => vector("slow_pixel_direction").map(to_imgcif),
        _ => Some(to_imgcif([x, y, z + along_beam])),
    })
}

/// The same of an NXmx file.
fn nxmx(file: &Nxmx<'_>) -> Entries {
    let detector = |name: &str| file.number(&format!("entry/instrument/detector/{name}"));
    let along = |beam: &str, pixel: &str| Some(detector(beam)? * detector(pixel)?);
    let phi = "entry/sample/transformations/phi";
    [
        ("PIXEL_SIZE", detector("x_pixel_size")),
        ("DISTANCE", detector("distance")),
        ("WAVELENGTH", file.number("entry/instrument/beam/incident_wavelength")),
        ("DENZO_X_BEAM", along("beam_center_y", "y_pixel_size")),
        ("DENZO_Y_BEAM", along("beam_center_x", "x_pixel_size")),
        ("OSC_START", file.number(phi)),
        ("OSC_RANGE", file.number(&format!("{phi}_range_average"))),
        ("CCD_IMAGE_SATURATION", detector("saturation_value")),
    ]
}
