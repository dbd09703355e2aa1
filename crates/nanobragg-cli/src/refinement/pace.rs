//! How long refinements take, and how long the rest will.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::progress::PAUSE;
use crate::summary::human;

/// How many times as long an image takes as its first two evaluations, by experience.
const EVALUATIONS: f64 = 8.0;

/// The pace of a run of images.
pub struct Pace {
    begun: Instant,
    /// How many images there are.
    images: usize,
    ended: Cell<usize>,
}

impl Pace {
    /// That of so many images, which begins now.
    pub fn new(images: usize) -> Self {
        Pace { begun: Instant::now(), images, ended: Cell::new(0) }
    }

    /// An image has ended.
    pub fn ended(&self) {
        self.ended.set(self.ended.get() + 1);
    }

    /// What is said of the time that all will take, where the first image took `first` for its first two evaluations. Nothing is said of
    /// what is over soon, and of later images.
    pub fn expected(&self, first: Duration) -> Option<String> {
        let image = EVALUATIONS * first.as_secs_f64();
        let all = image * self.images as f64;
        if self.ended.get() > 0 || all < PAUSE.as_secs_f64() {
            return None;
        }
        let (image, all) = (human(image), human(all));
        Some(match self.images {
            1 => format!("this will take about {image}"),
            images => format!("this will take about {image} per image, {all} for all {images}"),
        })
    }

    /// The end of a line: how many images have ended, and the time that the others will take. Empty where that is over soon.
    pub fn left(&self) -> String {
        let left = left(self.ended.get(), self.images, self.begun.elapsed());
        left.map_or_else(String::new, |left| format!("; {left}"))
    }
}

/// What [`Pace::left`] says where `ended` of `images` took so long.
fn left(ended: usize, images: usize, took: Duration) -> Option<String> {
    let rest = images.checked_sub(ended).filter(|&rest| rest > 0)?;
    let left = took.as_secs_f64() / ended.max(1) as f64 * rest as f64;
    let known = ended > 0 && took.as_secs_f64() + left >= PAUSE.as_secs_f64();
    known.then(|| format!("{ended} of {images} images, about {} left", human(left)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_at_the_pace_of_what_was_done() {
        let left = |ended, seconds| left(ended, 20, Duration::from_secs(seconds));
        assert_eq!(left(5, 10), Some("5 of 20 images, about 30 s left".to_owned()));
        assert_eq!(left(1, 60), Some("1 of 20 images, about 19 minutes left".to_owned()));
        assert_eq!(left(10, 119), Some("10 of 20 images, about 119 s left".to_owned()));
        // The end, what has not begun, and what is over soon.
        assert_eq!([left(20, 50), left(0, 50), left(5, 2)], [None, None, None]);
    }

    #[test]
    fn what_will_take_long_is_said_before() {
        let said = |images, seconds| Pace::new(images).expected(Duration::from_secs_f64(seconds));
        assert_eq!(said(1, 2.5), Some("this will take about 20 s".to_owned()));
        let expected = "this will take about 20 s per image, 3 minutes for all 10";
        assert_eq!(said(10, 2.5), Some(expected.to_owned()));
        assert_eq!([said(1, 1.0), said(0, 100.0)], [None, None]);
        let later = Pace::new(10);
        later.ended();
        assert_eq!(later.expected(Duration::from_secs(9)), None);
    }
}
