//! How far a sweep is: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use nanobragg::backend::Progress;

use crate::console::Console;
use crate::progress::PAUSE;

/// Images of which each has its line.
const FIRST: usize = 10;

/// A line for each of the first images and for the last one, and in between now and then.
pub struct Lines {
    console: Console,
    images: usize,
    told: usize,
    last: Instant,
}

impl Lines {
    fn done(&mut self, image: usize, finished: usize, remark: &str) {
        let images = self.images;
        if self.told < FIRST || finished == images || self.last.elapsed() >= PAUSE {
            (self.told, self.last) = (self.told + 1, Instant::now());
            self.console.say(&format!("image {image} of {images}: {remark}"));
        }
    }
}

/// Shows progress, or nothing.
pub enum Meter {
    /// Nothing is shown.
    Silent,
    /// A bar on standard error.
    Bar(ProgressBar),
    /// Lines on standard output.
    Lines(Lines),
}

impl Meter {
    /// A meter for `images` images, for this terminal or for none.
    pub fn new(console: Console, wanted: bool, images: usize) -> Self {
        if !wanted || console.quiet {
            return Meter::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Meter::Lines(Lines { console, images, told: 0, last: Instant::now() });
        }
        let bar = ProgressBar::new(images as u64);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta} left {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Meter::Bar(bar)
    }

    /// An image was finished; `remark` says what is in it.
    pub fn done(&mut self, image: usize, finished: usize, remark: &str) {
        match self {
            Meter::Silent => {}
            Meter::Bar(bar) => {
                bar.set_position(finished as u64);
                bar.println(format!("image {image}: {remark}"));
            }
            Meter::Lines(lines) => lines.done(image, finished, remark),
        }
    }

    /// Rows of an image were finished; lines are for whole images.
    pub fn rows(&self, image: usize, progress: Progress) {
        if let Meter::Bar(bar) = self {
            let percent = progress.done * 100 / progress.total.max(1);
            bar.set_message(format!("{image}: {percent}%"));
        }
    }

    /// The sweep ended.
    pub fn finish(&self) {
        if let Meter::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
