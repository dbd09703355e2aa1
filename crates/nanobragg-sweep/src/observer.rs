//! What a sweep tells while it runs.

use std::path::Path;

use nanobragg::backend::Progress;
use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg_session::{Event, Flow, Observer};

use crate::Series;

/// Something that looks on while a sweep runs.
///
/// Of [`Observer`]'s events it gets notes and warnings of the backend alone.
pub trait SweepObserver: Observer {
    /// Something happened; the answer says whether the sweep goes on. Events come from any thread.
    fn on_sweep(&self, event: SweepEvent<'_>) -> Flow;
}

/// What happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SweepEvent<'a> {
    /// Rendering begins.
    Started {
        /// Images that are there already, where the sweep was resumed.
        kept: Option<usize>,
        /// All images.
        images: usize,
    },
    /// Rows of an image were finished.
    Rows {
        /// Number of the image, from 1.
        image: usize,
        /// How far it is.
        progress: Progress,
    },
    /// The files of an image are written and in the manifest.
    Finished {
        /// Number of the image, from 1.
        image: usize,
        /// Images that are finished, this one included.
        done: usize,
        /// What the images differ in.
        series: &'a Series,
        /// What was rendered.
        plan: &'a Plan,
        /// Figures of the image.
        statistics: &'a Statistics,
    },
    /// The sweep ended before its last image.
    Unfinished {
        /// Images that are finished.
        done: usize,
        /// All images.
        images: usize,
    },
    /// No more images are rendered.
    Rendered,
    /// All images are in this file.
    WroteStack {
        /// The file.
        path: &'a Path,
        /// All images.
        images: usize,
    },
}

/// An observer of single images that says nothing.
pub(crate) struct Silent;

impl Observer for Silent {
    fn on(&self, _: Event<'_>) -> Flow {
        Flow::Continue
    }
}
