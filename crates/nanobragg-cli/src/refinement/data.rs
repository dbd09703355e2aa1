//! Measured counts, and what their file says of them.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

use nanobragg_compare::{Format, Image};
use nanobragg_io::c_format::g;
use nanobragg_io::instrument_image::read_instrument_image;
use nanobragg_io::nexus::read_nxmx_image;
use nanobragg_refine::Counting;
use nanobragg_session::header::FrameDescription;

use super::Request;
use super::start::Start;

/// Relative difference of a header's number from the start's of which nothing is said.
const SAME: f64 = 1e-3;

/// Data that cannot be refined; the text is one line.
#[derive(Debug, thiserror::Error)]
#[error("refine: -data{0}")]
pub struct DataError(String);

impl DataError {
    /// What is wrong with what a file holds.
    pub fn of(path: &Path, what: &dyn std::fmt::Display) -> Self {
        DataError(format!(" {}: {what}", path.display()))
    }
}

/// A file of measured images.
pub struct Data {
    path: PathBuf,
    format: Format,
    /// What its header says.
    pedestal: Option<f64>,
    saturation: Option<f64>,
    /// Wavelength in Å and distance along the beam in mm that its header says, until they were compared with a start.
    instrument: Cell<[Option<f64>; 2]>,
    /// Images of a format in which one cannot be read alone.
    whole: OnceCell<Image>,
}

/// An image of counts.
pub struct Measured {
    pub fast: usize,
    pub counts: Vec<f64>,
    pub counting: Counting,
}

impl Data {
    /// The file at `path`, of which the header is read.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let format = Format::of(path).map_err(|error| wrong(&error))?;
        let (mut pedestal, mut saturation, mut instrument) = (None, None, [None; 2]);
        if matches!(format, Format::Smv | Format::Cbf | Format::Nxmx) {
            let header = read_instrument_image(path).map_err(|error| wrong(&error))?.header;
            let number = |key: &str| header.number(key).map_err(|error| wrong(&error));
            // The second is this program's and the C program's word for it.
            pedestal = number("IMAGE_PEDESTAL")?.or(number("ADC_OFFSET")?);
            // Headers need not say them, nor be right where flags do.
            instrument = ["WAVELENGTH", "DISTANCE"].map(|key| header.entry(key).ok().flatten());
            saturation = number("CCD_IMAGE_SATURATION")?.filter(|&limit| limit > 0.0);
        }
        let (path, instrument, whole) = (path.to_owned(), Cell::new(instrument), OnceCell::new());
        Ok(Data { path, format, pedestal, saturation, instrument, whole })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the image, of a stack that of `number`. The pedestal is the header's, else that of the start; the saturation is what is
    /// asked for, else the header's.
    ///
    /// # Errors
    /// Files that cannot be read; an image that a stack does not have.
    pub fn image(
        &self,
        request: &Request,
        start: &Start,
        number: Option<usize>,
    ) -> Result<Measured, DataError> {
        let region = &start.plan.region;
        let size = (region.image_fast, region.image_slow);
        let mut counting = request.counting;
        counting.pedestal = self.pedestal.or(start.pedestal).unwrap_or(0.0);
        if let (Some(own), Some(given)) = (self.pedestal, start.pedestal)
            && own != given
        {
            let path = self.path.display();
            start
                .console
                .warn(format!("{path}: its header has a pedestal of {own}; -adc {given} does not count"));
        }
        self.compare(start);
        counting.saturation = counting.saturation.or(self.saturation);
        let (fast, counts) = match number {
            Some(number) => (size.0, self.of_stack(number, size)?),
            None => {
                let image = Image::read(&self.path, Some(size)).map_err(|error| wrong(&error))?;
                (image.fast, image.pixels)
            }
        };
        Ok(Measured { fast, counts, counting })
    }

    /// Says so, once, where the header has another wavelength or distance than the start.
    fn compare(&self, start: &Start) {
        let frame = FrameDescription::of(&start.plan);
        let [along, close] =
            [frame.panel.distance, frame.panel.plane.close_distance].map(|meters| meters * 1e3);
        let [wavelength, distance] = self.instrument.replace([None; 2]);
        let is_near = |found: f64, own: f64| (found / own - 1.0).abs() <= SAME;
        let path = self.path.display();
        let own = frame.beam.wavelength_angstrom;
        if let Some(found) = wavelength.filter(|found| *found > 0.0 && !is_near(*found, own)) {
            let (found, own) = (g(found, 6), g(own, 6));
            start.console.warn(format!(
                "{path}: its header has a wavelength of {found} A; that of the start counts, {own} A"
            ));
        }
        let other = |found: &f64| *found > 0.0 && !is_near(*found, along) && !is_near(*found, close);
        if let Some(found) = distance.filter(other) {
            let (found, own) = (g(found, 6), g(along, 6));
            start.console.warn(format!(
                "{path}: its header has a distance of {found} mm; that of the start counts, {own} mm"
            ));
        }
    }

    /// The counts of an image of a stack.
    fn of_stack(&self, number: usize, size: (usize, usize)) -> Result<Vec<f64>, DataError> {
        let (fast, slow) = size;
        if self.format == Format::Nxmx {
            let (stack, all) = read_nxmx_image(&self.path, number).map_err(|error| wrong(&error))?;
            if (stack.fast, stack.slow) != size {
                return Err(self.lacking(0, number));
            }
            let counts = stack.counts.into_iter().map(f64::from).collect();
            return if stack.images == 1 { Ok(counts) } else { Err(self.lacking(all, number)) };
        }
        let (whole, images) = self.frames(size)?;
        let mut frames = whole.pixels.chunks_exact(fast * slow);
        let frame = if number < images { frames.nth(number) } else { None };
        frame.map(<[f64]>::to_vec).ok_or_else(|| self.lacking(images, number))
    }

    /// Whether a stack of images of `size` (fast, slow) has one of `number`.
    ///
    /// # Errors
    /// A file that cannot be read, or has fewer images.
    pub fn has(&self, number: usize, size: (usize, usize)) -> Result<(), DataError> {
        let images = if self.format == Format::Nxmx {
            // Of no image the counts are read.
            let (stack, all) = read_nxmx_image(&self.path, usize::MAX).map_err(|error| wrong(&error))?;
            if (stack.fast, stack.slow) == size { all } else { 0 }
        } else {
            self.frames(size)?.1
        };
        if number < images { Ok(()) } else { Err(self.lacking(images, number)) }
    }

    /// All images of a format in which one cannot be read alone, and how many of `size` they are.
    fn frames(&self, size @ (fast, slow): (usize, usize)) -> Result<(&Image, usize), DataError> {
        let whole = match self.whole.get() {
            Some(whole) => whole,
            None => {
                let whole = Image::read(&self.path, Some(size)).map_err(|error| wrong(&error))?;
                self.whole.get_or_init(|| whole)
            }
        };
        let fits = whole.fast == fast && whole.slow.is_multiple_of(slow);
        Ok((whole, if fits { whole.slow / slow } else { 0 }))
    }

    fn lacking(&self, images: usize, number: usize) -> DataError {
        let (path, plural) = (self.path.display(), if images == 1 { "" } else { "s" });
        wrong(&format!("{path} has {images} image{plural} of the detector's size, not number {number}"))
    }
}

fn wrong(error: &dyn std::fmt::Display) -> DataError {
    DataError(format!(": {error}"))
}
