//! Whether an image is one that a detector could see.

use nanobragg::image::Image;
use nanobragg::statistics::{Statistics, all_possible, possible};

use crate::Error;
use crate::error::Cause;

/// The last look at an image, whose figures are `statistics`, before anything is made of it: photons are finite and not
/// negative.
///
/// # Errors
/// [`ErrorKind::Photons`](crate::ErrorKind::Photons), with the number of pixels that are not so and the first of them.
pub fn check_photons(image: &Image, statistics: &Statistics) -> Result<(), Error> {
    if statistics.possible {
        return Ok(());
    }
    check_pixels(image)
}

/// [`check_photons`] of an image whose figures nobody has asked for.
///
/// # Errors
/// As [`check_photons`].
pub fn check_pixels(image: &Image) -> Result<(), Error> {
    if all_possible(image) {
        return Ok(());
    }
    let mut wrong = image.pixels().iter().enumerate().filter(|&(_, &value)| !possible(value));
    let Some((at, &value)) = wrong.next() else { return Ok(()) };
    let (fast, slow) = (at % image.fast(), at / image.fast());
    Err(Cause::Photons { pixels: 1 + wrong.count(), value, fast, slow }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Experiment, PixelGrid, UnitCell};

    fn image(pixels: [f32; 6]) -> Image {
        Image::from_pixels(3, pixels.to_vec()).unwrap_or_else(|| Image::new(1, 1))
    }

    #[test]
    fn photons_are_finite_and_not_negative() {
        let cell = UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 1.0);
        experiment.detector.pixels = PixelGrid::new(3, 2, 1e-3);
        let plan = experiment.plan().unwrap();
        let check = |image: &Image| {
            let checked = check_photons(image, &Statistics::of(&plan, image));
            assert_eq!(checked.is_ok(), check_pixels(image).is_ok());
            checked
        };
        assert!(check(&image([0.0, -0.0, 1.0, f32::MAX, 1e-45, 2.0])).is_ok());
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1e-45] {
            let error = check(&image([0.0, 1.0, 2.0, 3.0, value, value])).err();
            let expected = format!(
                "2 pixels have photons that are not finite or below zero; the first, at fast 1 slow 1, has {value}"
            );
            assert_eq!(error.map(|error| error.to_string()), Some(expected));
        }
    }
}
