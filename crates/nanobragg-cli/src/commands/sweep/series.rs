//! Which images a sweep has.

use nanobragg_config::Setup;
use nanobragg_io::orientations::read_orientations;
use nanobragg_sweep::{Series, check_regular};

use super::arguments::{Arguments, Wanted};
use crate::usage::UsageError;

/// The series that is asked for, and its number of images.
pub fn series(arguments: &Arguments, setup: &Setup) -> anyhow::Result<(Series, usize)> {
    let images = || {
        let text = "sweep: give the number of images with -images N";
        arguments.images.ok_or_else(|| UsageError(text.to_owned()))
    };
    match &arguments.wanted {
        Wanted::Random => Ok((Series::Random, images()?)),
        Wanted::Rotation => {
            let range = setup.experiment.rotation.range();
            if range == 0.0 {
                let text =
                    "sweep: all images would be the same; give -osc DEGREES for a rotation, or -orientations";
                return Err(UsageError(text.to_owned()).into());
            }
            let (images, said) = (images()?, setup.images.len());
            if said > 0 && images > said {
                let text = format!("sweep: -images {images}, but -geometry describes {said} that differ");
                return Err(UsageError(text).into());
            }
            Ok((Series::Rotation(range), images))
        }
        Wanted::Listed(path) => {
            check_regular(path)?;
            let angles = read_orientations(path).map_err(nanobragg_config::Error::from)?;
            let images = arguments.images.unwrap_or(angles.len());
            let (path, rows) = (path.display(), angles.len());
            if images > rows {
                let text = format!("sweep: -images {images}, but {path} lists {rows} orientations");
                return Err(UsageError(text).into());
            }
            Ok((Series::Listed(angles), images))
        }
    }
}
