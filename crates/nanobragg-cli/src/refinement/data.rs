//! Measured counts, and what their file says of them.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

use nanobragg_compare::{Format, Image};
use nanobragg_io::instrument_image::read_instrument_image;
use nanobragg_io::nexus::{NxmxPanel, NxmxStack, nxmx_panels, read_nxmx, read_nxmx_image};
use nanobragg_refine::{Counting, Warning};

use super::Request;
use super::instrument::Instrument;
use super::start::Start;

/// Data that cannot be refined; the text is one line and names their file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DataError(String);

impl DataError {
    /// What is wrong with what a file holds.
    pub fn of(path: &Path, what: &dyn std::fmt::Display) -> Self {
        DataError(format!("{}: {what}", path.display()))
    }
}

/// A file of measured images.
pub struct Data {
    path: PathBuf,
    format: Format,
    /// What its header says.
    pedestal: Option<f64>,
    saturation: Option<f64>,
    instrument: Instrument,
    /// The panel that is refined, of several in the file.
    panel: Option<NxmxPanel>,
    /// Whether what contradicts the start was said: it is the same for all images.
    told: Cell<bool>,
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
    /// The file at `path`, of which the header is read: of a file of several panels what it says of the one of that number.
    ///
    /// # Errors
    /// A file that cannot be read; one of several panels where none is chosen, or a panel that it does not have.
    pub fn open(path: &Path, number: Option<usize>) -> Result<Self, DataError> {
        let format = Format::of(path).map_err(|error| wrong(&error))?;
        let panel = if format == Format::Nxmx { chosen(path, number)? } else { None };
        let (mut pedestal, mut saturation, mut instrument) = (None, None, Instrument::default());
        if matches!(format, Format::Smv | Format::Cbf | Format::Nxmx) {
            let image = read_instrument_image(path, panel.as_ref().and(number));
            let image = image.map_err(|error| wrong(&error))?;
            let header = &image.header;
            let number = |key: &str| header.number(key).map_err(|error| wrong(&error));
            // The second is this program's and the C program's word for it.
            pedestal = number("IMAGE_PEDESTAL")?.or(number("ADC_OFFSET")?);
            saturation = number("CCD_IMAGE_SATURATION")?.filter(|&limit| limit > 0.0);
            instrument = Instrument::of(&image);
        }
        let (path, told, whole) = (path.to_owned(), Cell::new(false), OnceCell::new());
        Ok(Data { path, format, pedestal, saturation, instrument, panel, told, whole })
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
        if !self.told.replace(true) {
            let header = self.pedestal.zip(start.pedestal).filter(|(header, given)| header != given);
            let pedestal = header.map(|(header, given)| Warning::OtherPedestal { header, given });
            for warning in pedestal.into_iter().chain(self.instrument.contradictions(&start.plan)) {
                super::warn(start.console, Some(&self.path.display().to_string()), &warning);
            }
        }
        counting.saturation = counting.saturation.or(self.saturation);
        let (fast, counts) = match number {
            Some(number) => (size.0, self.of_stack(number, size)?),
            None if self.panel.is_some() => {
                let stack = self.own(read_nxmx(&self.path).map_err(|error| wrong(&error))?);
                (stack.fast, stack.counts.into_iter().map(f64::from).collect())
            }
            None => {
                let image = Image::read(&self.path, Some(size)).map_err(|error| wrong(&error))?;
                (image.fast, image.pixels)
            }
        };
        Ok(Measured { fast, counts, counting })
    }

    /// Images of the panel that is refined.
    fn own(&self, stack: NxmxStack) -> NxmxStack {
        match &self.panel {
            Some(panel) => stack.of_panel(panel),
            None => stack,
        }
    }

    /// The counts of an image of a stack.
    fn of_stack(&self, number: usize, size: (usize, usize)) -> Result<Vec<f64>, DataError> {
        let (fast, slow) = size;
        if self.format == Format::Nxmx {
            let (stack, all) = read_nxmx_image(&self.path, number).map_err(|error| wrong(&error))?;
            let stack = self.own(stack);
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
            let stack = self.own(stack);
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

/// The panel of that number, where a file has several.
fn chosen(path: &Path, number: Option<usize>) -> Result<Option<NxmxPanel>, DataError> {
    let mut panels = nxmx_panels(path).map_err(|error| wrong(&error))?;
    let (count, first) = (panels.len(), panels.first().map_or("", |panel| &panel.name).to_owned());
    let last = panels.last().map_or("", |panel| &panel.name).to_owned();
    match number {
        _ if count < 2 => Ok(None),
        Some(number) if number < count => Ok(Some(panels.swap_remove(number))),
        Some(number) => {
            Err(DataError::of(path, &format!("-panel {number}: it has {count} panels, counted from 0")))
        }
        None => {
            let what = format!(
                "{count} panels ({first} to {last}); choose one with -panel N, counted from 0, beside the -geometry or -img of the start"
            );
            Err(DataError::of(path, &what))
        }
    }
}

fn wrong(error: &dyn std::fmt::Display) -> DataError {
    DataError(error.to_string())
}
