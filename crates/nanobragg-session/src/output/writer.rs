//! Writing the files of one image.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg::readout::{Counts, Reading, Readout};
use nanobragg::statistics::Statistics;
use nanobragg_io::record::record_of;

use super::{Format, Output};
use crate::header::FrameDescription;
use crate::observer::Event;
use crate::{Error, Provenance, Warning, Watch};

/// How bright the images of a detector are: they have one scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brightness {
    /// Photons of the brightest pixel.
    pub brightest: f32,
    /// Largest standard deviation of an image's pixels.
    pub deviation: f64,
}

impl Brightness {
    /// Of images with these figures.
    pub fn of<'a>(images: impl Iterator<Item = &'a Statistics>) -> Self {
        let mut brightness = Brightness { brightest: 0.0, deviation: 0.0 };
        // Comparisons, because LLVM 22 crashes on a fold with a maximum in either precision.
        for image in images {
            if image.max > brightness.brightest {
                brightness.brightest = image.max;
            }
            if image.rmsd > brightness.deviation {
                brightness.deviation = image.rmsd;
            }
        }
        brightness
    }
}

/// An image, and what has to be known to write it.
pub struct Writer<'a> {
    plan: &'a Plan,
    /// What headers may say of it.
    pub(super) frame: FrameDescription,
    pub(super) image: &'a Image,
    /// Its photons before they were rounded, where there are any.
    pub(super) doubles: Option<&'a [f64]>,
    pub(super) brightness: Brightness,
    /// What was read out last: two formats often hold the same counts.
    counts: RefCell<Option<(Readout, Rc<Counts>)>>,
    /// Memory for what is read out.
    spare: RefCell<Counts>,
}

impl<'a> Writer<'a> {
    /// A writer of `image`, which `plan` gave, one of a detector of this brightness.
    pub fn new(plan: &'a Plan, image: &'a Image, brightness: Brightness) -> Self {
        Writer {
            plan,
            frame: FrameDescription::of(plan),
            image,
            doubles: None,
            brightness,
            counts: RefCell::new(None),
            spare: RefCell::default(),
        }
    }

    /// The same, with the image's photons before they were rounded to single precision: [`Content::Doubles`](super::Content::Doubles).
    #[must_use]
    pub fn with_doubles(self, doubles: Option<&'a [f64]>) -> Self {
        Writer { doubles, ..self }
    }

    /// The same, which reads out into the memory of `counts`.
    #[must_use]
    pub fn with_memory(self, counts: Counts) -> Self {
        Writer { spare: RefCell::new(counts), ..self }
    }

    /// The memory that images were read out into, for the next one.
    pub fn into_memory(self) -> Counts {
        let last = self.counts.into_inner().and_then(|(_, counts)| Rc::into_inner(counts));
        last.unwrap_or_else(|| self.spare.into_inner())
    }

    /// The same, of an image that was made by `provenance`: headers say so.
    #[must_use]
    pub fn made_by(mut self, provenance: Option<&Provenance>) -> Self {
        self.frame.provenance = provenance.cloned();
        self
    }

    /// Writes the images of `outputs`. The job can be stopped between two of them; one that fails does not keep the
    /// others from being written.
    ///
    /// # Errors
    /// A file cannot be written, the first one of them; [`ErrorKind::Canceled`](crate::ErrorKind::Canceled).
    pub fn write(&self, outputs: &[Output], watch: &Watch<'_>) -> Result<(), Error> {
        let span = tracing::info_span!("write");
        let _entered = span.enter();
        let mut ended = Ok(());
        let mut failed = Vec::new();
        for output in outputs {
            let Some(row) = output.format.row() else { continue };
            if output.format == Format::Record && failed.contains(&output.path) {
                continue;
            }
            watch.check()?;
            let written = (row.write)(self, output, watch);
            if written.is_err() {
                failed.push(record_of(&output.path));
            }
            ended = ended.and(written);
        }
        watch.check()?;
        ended
    }

    /// What headers say of the image.
    pub fn frame(&self) -> &FrameDescription {
        &self.frame
    }

    /// What a detector reads out of the image, band after band.
    pub(super) fn start<'r>(&'r self, readout: &'r Readout) -> Reading<'r> {
        readout.start(self.plan, self.image, self.brightness.brightest)
    }

    /// What a detector reads out of the image.
    pub fn read(&self, readout: &Readout) -> Rc<Counts> {
        if let Some((last, counts)) = &*self.counts.borrow()
            && last == readout
        {
            return Rc::clone(counts);
        }
        // Not both at once.
        let last = self.counts.take().and_then(|(_, counts)| Rc::into_inner(counts));
        let mut counts = last.unwrap_or_else(|| self.spare.take());
        self.start(readout).rows_into(self.image.slow(), &mut counts);
        let counts = Rc::new(counts);
        *self.counts.borrow_mut() = Some((readout.clone(), Rc::clone(&counts)));
        counts
    }
}

pub(super) fn wrote(watch: &Watch<'_>, path: &Path, content: &str) {
    watch.tell(Event::Wrote { path, content });
}

/// Says so where noise was asked for and nothing was counted.
pub(super) fn dark(writer: &Writer<'_>, output: &Output, readout: &Readout, photons: f64, watch: &Watch<'_>) {
    let brightest = writer.brightness.brightest;
    // Of images without photons that is said once, whatever is written.
    if readout.has_noise() && photons == 0.0 && brightest > 0.0 {
        watch.warn(&Warning::Dark { path: output.path.clone(), brightest });
    }
}

pub(super) fn saturated(watch: &Watch<'_>, path: &Path, pixels: usize, most: i32) {
    if pixels > 0 {
        watch.warn(&Warning::Saturated { path: path.to_owned(), pixels, most });
    }
}
