//! How far a sweep is: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use nanobragg::backend::Progress;

use crate::console::Console;

/// Shows progress, or nothing.
pub enum Meter {
    /// Nothing is shown.
    Silent,
    /// A bar on standard error.
    Bar(ProgressBar),
    /// Lines on standard output.
    Lines(Console, usize),
}

impl Meter {
    /// A meter for `images` images, for this terminal or for none.
    pub fn new(console: Console, wanted: bool, images: usize) -> Self {
        if !wanted || console.quiet {
            return Meter::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Meter::Lines(console, images);
        }
        let bar = ProgressBar::new(images as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len} images, {eta} left  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Meter::Bar(bar)
    }

    /// An image was finished; `remark` says what is in it.
    pub fn done(&self, image: usize, finished: usize, remark: &str) {
        match self {
            Meter::Silent => {}
            Meter::Bar(bar) => {
                bar.set_position(finished as u64);
                bar.println(format!("image {image}: {remark}"));
            }
            Meter::Lines(console, images) => console.say(&format!("image {image} of {images}: {remark}")),
        }
    }

    /// Rows of an image were finished; lines are for whole images.
    pub fn rows(&self, image: usize, progress: Progress) {
        if let Meter::Bar(bar) = self {
            let percent = progress.done * 100 / progress.total.max(1);
            bar.set_message(format!("image {image}: {percent}%"));
        }
    }

    /// The sweep ended.
    pub fn finish(&self) {
        if let Meter::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
