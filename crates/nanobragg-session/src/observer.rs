//! What a job tells while it runs, and how it is stopped.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nanobragg::backend::{Control, Progress};
use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg_io::c_format::g;

use crate::header::OffSquare;
use crate::{Emptiness, Error};

/// Something that looks on while a job runs.
pub trait Observer: Sync {
    /// Something happened; the answer says whether the job goes on. Progress comes from any thread.
    fn on(&self, event: Event<'_>) -> Flow;

    /// A flag whose raising stops the job between two events as well, such as one that a signal raises.
    fn stop_flag(&self) -> Option<&AtomicBool> {
        None
    }
}

/// Whether a job goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    Continue,
    /// It ends with [`ErrorKind::Canceled`](crate::ErrorKind::Canceled); files in the making vanish.
    Stop,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A fact worth a line.
    Note(&'a Note),
    /// What is assumed, ignored or cut off.
    Warning(&'a Warning),
    /// The image of this plan is rendered next.
    Planned(&'a Plan),
    /// Rows were finished.
    Progress(Progress),
    /// An image is there; no file is written yet.
    Rendered(&'a Rendered),
    /// The files of an image are written next.
    Writing(&'a Rendered),
    /// A file is complete.
    Wrote {
        /// The file.
        path: &'a Path,
        /// What is in it.
        content: &'a str,
    },
    /// All files of an image are written.
    Finished(&'a Rendered),
}

/// An image and how it came about.
#[derive(Debug)]
pub struct Rendered {
    /// Number and name of its panel, where the detector has several.
    pub panel: Option<(usize, String)>,
    /// What was rendered. Where there are several panels, its orientations are dropped before files are written.
    pub plan: Plan,
    /// Photons.
    pub image: Image,
    /// The same before they were rounded to single precision, where a file takes them so.
    pub doubles: Option<Vec<f64>>,
    /// Figures of the image.
    pub statistics: Statistics,
    /// Who rendered it and how the terms were evaluated.
    pub evaluation: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// A fact worth a line.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The structure factors were written to a file that a later job can read.
    StructureFactors(PathBuf),
    /// The graphics processor of this name is software.
    SoftwareAdapter(String),
    /// A graphics processor has passed its test.
    SelfTest {
        /// Its name.
        adapter: String,
        /// Name of the precision.
        precision: String,
        /// Largest error, of the brightest pixel.
        max_of_max: f64,
        /// Median error of a pixel.
        median_relative: f64,
    },
    /// The graphics processor is not used, for this reason: the cores render.
    OnCpu(String),
    /// Spots of counts are narrower than what is looked for in images: at most so many pixels.
    NarrowSpots(f64),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::StructureFactors(path) => {
                write!(f, "wrote the structure factors to {}", path.display())
            }
            Note::SoftwareAdapter(name) => {
                write!(f, "{name} is software: it renders on the cores that the cpu backend would use")
            }
            Note::SelfTest { adapter, precision, max_of_max, median_relative } => write!(
                f,
                "gpu {adapter}: self-test in {precision} within {max_of_max:.1e} of the brightest pixel, median \
                 {median_relative:.1e} of a pixel"
            ),
            Note::OnCpu(reason) => write!(f, "{reason}; rendering on the cpu"),
            Note::NarrowSpots(pixels) => write!(
                f,
                "spots are at most {} pixel{} wide; spot finders expect two or more",
                g(*pixels, 2),
                if g(*pixels, 2) == "1" { "" } else { "s" }
            ),
        }
    }
}

/// What is assumed, ignored or cut off.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// A format's header cannot say how detector and spindle lie.
    Tilted {
        /// The first file.
        path: PathBuf,
        /// How many more.
        more: usize,
        /// The format.
        format: &'static str,
        /// By how much they are off what readers take; the most of all files.
        off: OffSquare,
    },
    /// A format's header cannot say that the detector is curved.
    Curved {
        /// The first file.
        path: PathBuf,
        /// How many more.
        more: usize,
    },
    /// A description of the instrument cannot say all that the image was made of.
    NotDescribed {
        /// The file.
        path: PathBuf,
        /// What it cannot say, in words.
        what: Vec<String>,
    },
    /// The header of a stack is that of its first image, and that of another one differs.
    FirstImage {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: String,
        /// The first image that differs, counted from 1.
        image: usize,
    },
    /// A sweep turns otherwise than the scan whose models it follows.
    OtherScan {
        /// Start and range of the first image that the models are those of, degrees.
        described_deg: [f64; 2],
        /// Start and range of the first image of the sweep, degrees.
        turned_deg: [f64; 2],
    },
    /// Lines of the manifest of a sweep are not as it wrote them: their images are rendered again.
    ChangedLines {
        /// The manifest.
        path: PathBuf,
        /// Number of the first such line, counted from 1.
        first: usize,
        /// How many more.
        more: usize,
        /// Whether it is of an earlier version, which wrote no digests.
        earlier: bool,
    },
    /// Images of an earlier sweep, of which this one takes the place, stay.
    EarlierImages {
        /// The first.
        first: PathBuf,
        /// How many more.
        more: usize,
    },
    /// Pixels were cut off.
    Saturated {
        /// The file.
        path: PathBuf,
        /// How many.
        pixels: usize,
        /// The largest count.
        most: i32,
    },
    /// No photon was counted.
    Dark {
        /// The file.
        path: PathBuf,
        /// Photons that the brightest pixel expects.
        brightest: f32,
    },
    /// No pixel has photons, of all images.
    Empty(Emptiness),
    /// The structure factors could not be written for a later job.
    StructureFactors(String),
    /// The graphics processor failed, for this reason: the cores render.
    DeviceFailed(String),
}

nanobragg::codes! { Warning:
    Tilted = "output.tilted",
    Curved = "output.curved",
    NotDescribed = "output.not-described",
    FirstImage = "output.first-image",
    OtherScan = "sweep.other-scan",
    ChangedLines = "sweep.changed-lines",
    EarlierImages = "sweep.earlier-images",
    Saturated = "output.saturated",
    Dark = "output.dark",
    Empty = "output.empty",
    StructureFactors = "output.structure-factors",
    DeviceFailed = "device.fallback",
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Tilted { path, more, format, off } => {
                write!(f, "{}: {format} cannot record {off}; use NXmx", named(path, *more))
            }
            Warning::Curved { path, more } => {
                write!(f, "{}: headers say a flat detector; this one is curved", named(path, *more))
            }
            Warning::NotDescribed { path, what } => {
                write!(f, "{} has no place for {}", path.display(), what.join(", "))
            }
            Warning::FirstImage { path, what, image } => write!(
                f,
                "{}: the header is that of the first image; image {image} has another {what}",
                path.display()
            ),
            Warning::OtherScan { described_deg, turned_deg } => {
                let wedge =
                    |[start, range]: [f64; 2]| format!("{} deg from {} deg", g(range, 6), g(start, 6));
                write!(
                    f,
                    "the first image of the sweep turns {}, that of the scan in -geometry {}; image i has the models of \
                     image i of that scan",
                    wedge(*turned_deg),
                    wedge(*described_deg)
                )
            }
            Warning::ChangedLines { path, first, more, earlier } => {
                let path = path.display();
                match more {
                    _ if *earlier => {
                        write!(
                            f,
                            "{path}: of an earlier version, without sha256; its images are rendered again"
                        )
                    }
                    0 => write!(
                        f,
                        "{path}:{first}: this sweep did not write this line; its image is rendered again"
                    ),
                    more => write!(
                        f,
                        "{path}:{first}: this sweep did not write this line (and {more} more); their images are rendered again"
                    ),
                }
            }
            Warning::EarlierImages { first, more } => {
                let them = if *more == 0 { "it" } else { "them" };
                write!(f, "{}: of an earlier sweep; this one does not write {them}", named(first, *more))
            }
            Warning::Saturated { path, pixels, most } => {
                write!(f, "{}: {pixels} pixels saturated at {most}", path.display())
            }
            Warning::Dark { path, brightest } => write!(
                f,
                "{}: all counts are zero: the brightest pixel expects {} photons",
                path.display(),
                g((*brightest).into(), 3)
            ),
            Warning::Empty(why) => write!(f, "no pixel has photons: {why}"),
            Warning::StructureFactors(reason) => f.write_str(reason),
            Warning::DeviceFailed(reason) => write!(f, "{reason}; rendering on the cpu"),
        }
    }
}

fn named(path: &Path, more: usize) -> String {
    let path = path.display();
    if more == 0 { path.to_string() } else { format!("{path} (and {more} more)") }
}

/// An observer, and the flag that stops what it watches.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    observer: &'a dyn Observer,
    stop: &'a AtomicBool,
}

impl<'a> Watch<'a> {
    /// `observer` with its own flag, or with `stop` where it has none.
    pub fn new(observer: &'a dyn Observer, stop: &'a AtomicBool) -> Self {
        Watch { observer, stop: observer.stop_flag().unwrap_or(stop) }
    }

    /// Another observer with the same flag.
    #[must_use]
    pub fn observed_by<'b>(&self, observer: &'b dyn Observer) -> Watch<'b>
    where
        'a: 'b,
    {
        Watch { observer, stop: self.stop }
    }

    /// Tells what happened.
    pub fn tell(&self, event: Event<'_>) {
        if self.observer.on(event) == Flow::Stop {
            self.stop();
        }
    }

    /// Tells a fact.
    pub fn note(&self, note: &Note) {
        self.tell(Event::Note(note));
    }

    /// Tells a warning.
    pub fn warn(&self, warning: &Warning) {
        self.tell(Event::Warning(warning));
    }

    /// Stops the job.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// An error once the job is to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Canceled`](crate::ErrorKind::Canceled).
    pub fn check(&self) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::canceled()) } else { Ok(()) }
    }

    /// The control of a render whose progress `progress` is told.
    pub fn control<'b>(&'b self, progress: &'b (dyn Fn(Progress) + Sync)) -> Control<'b> {
        Control { progress: Some(progress), cancel: Some(self.stop) }
    }
}
