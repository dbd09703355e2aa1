//! Writing the files of an image, one module a content.

mod counts;
mod levels;
mod photons;
mod picture;
mod scaled;
mod structure_factors;

use std::cell::OnceCell;
use std::path::Path;

use nanobragg::counting::PhotonCounts;
use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg::statistics::{Statistics, auto_scale};

use crate::header::Frame;
use crate::observer::Event;
use crate::{Error, Outputs, Warning, Watch};

pub(crate) use structure_factors::structure_factors;

/// Name and version, for files that say who made them.
pub const PROGRAM: &str = concat!("nanobragg ", env!("CARGO_PKG_VERSION"));

/// What writes one content of an image.
type Write = fn(&Writer<'_>, &Watch<'_>) -> Result<(), Error>;

/// The contents, in the order in which they are written.
const CONTENTS: [Write; 6] =
    [photons::write, scaled::write, levels::write, scaled::write_noise, counts::write, picture::write];

/// Geometry that a wanted format cannot say: of miniCBF and NXmx, and of SMV images where `smv` asks for it.
/// (Those are written by default, and for more than other programs to process.)
pub fn header_warnings(plan: &Plan, outputs: &Outputs, smv: bool) -> Vec<Warning> {
    let smv_images = [&outputs.int, &outputs.noise].into_iter().flatten().filter(|_| smv);
    let off_deg = Frame::imgcif(plan).off_square_deg();
    let cbf = outputs.cbf.iter().map(|path| (path, "miniCBF"));
    let tilted = cbf.chain(smv_images.map(|path| (path, "SMV"))).filter(|_| off_deg > 1e-6);
    let tilted = tilted.map(|(path, format)| Warning::Tilted { path: path.clone(), format, off_deg });
    let curved = [&outputs.cbf, &outputs.nexus].into_iter().flatten().filter(|_| plan.detector.curved);
    tilted.chain(curved.map(|path| Warning::Curved { path: path.clone() })).collect()
}

/// An image, and what has to be known to write it.
pub struct Writer<'a> {
    plan: &'a Plan,
    image: &'a Image,
    statistics: &'a Statistics,
    outputs: &'a Outputs,
    counts: OnceCell<PhotonCounts>,
    /// Scale of the 16-bit counts where none is given.
    automatic: f64,
}

impl<'a> Writer<'a> {
    /// A writer of `image`, which `plan` gave.
    pub fn new(plan: &'a Plan, image: &'a Image, statistics: &'a Statistics, outputs: &'a Outputs) -> Self {
        let automatic = auto_scale(statistics.max);
        Writer { plan, image, statistics, outputs, counts: OnceCell::new(), automatic }
    }

    /// The same with another scale of the 16-bit counts where none is given: images of one detector share one.
    #[must_use]
    pub fn with_automatic_scale(mut self, scale: f64) -> Self {
        self.automatic = scale;
        self
    }

    /// Writes the files that are wanted. The job can be stopped between two of them.
    ///
    /// # Errors
    /// A file cannot be written; [`ErrorKind::Canceled`](crate::ErrorKind::Canceled).
    pub fn write(&self, watch: &Watch<'_>) -> Result<(), Error> {
        let span = tracing::info_span!("write");
        let _entered = span.enter();
        for write in CONTENTS {
            watch.check()?;
            write(self, watch)?;
        }
        Ok(())
    }

    /// The counts of miniCBF and NXmx.
    pub fn counts(&self) -> &PhotonCounts {
        self.counts.get_or_init(|| counts::of(self))
    }

    fn scale(&self) -> f64 {
        if self.outputs.scale > 0.0 { self.outputs.scale } else { self.automatic }
    }
}

fn wrote(watch: &Watch<'_>, path: &Path, content: &str) {
    watch.tell(Event::Wrote { path, content });
}

fn saturated(watch: &Watch<'_>, path: &Path, pixels: usize, most: i32) {
    if pixels > 0 {
        watch.warn(&Warning::Saturated { path: path.to_owned(), pixels, most });
    }
}
