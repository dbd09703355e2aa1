//! What headers of a sweep cannot say, and where a sweep contradicts the scan whose models it follows.

use nanobragg::model::Experiment;
use nanobragg::nalgebra::Matrix3;
use nanobragg::plan::Plan;
use nanobragg::units::to_deg;
use nanobragg_session::{ImageModel, Lost, Output, Warning};

use crate::target::{self, Target};
use crate::{Error, Series};

/// Difference from which on two numbers are told apart, relative to the first or in radians.
const SAME: f64 = 1e-9;

/// What images of a sweep follow.
pub(crate) struct Scan<'a> {
    pub experiment: &'a Experiment,
    pub series: &'a Series,
    pub models: &'a [ImageModel],
    /// Start and range of the first image that the models describe, radians.
    pub described: Option<[f64; 2]>,
    pub images: usize,
}

/// The warnings of a sweep over `job`, whose first image `first` is the plan of.
pub(crate) fn warnings(job: &Scan<'_>, first: &Plan, targets: &[Target]) -> Result<Vec<Warning>, Error> {
    let mut lost = Lost::default();
    let stacks: Vec<Output> = targets.iter().filter_map(|target| target.stack().cloned()).collect();
    lost.note(first, &target::outputs(targets, 1));
    lost.note(first, &stacks);
    let models = match job.series {
        Series::Rotation(_) => job.models.get(..job.images.min(job.models.len())).unwrap_or_default(),
        Series::Random | Series::Listed(_) => &[],
    };
    // Only where beam or spindle differ does the setting of an image differ from that of the one before it.
    let turned = |pair: &[ImageModel]| match pair {
        [before, after] => before.beam != after.beam || before.spindle_axis != after.spindle_axis,
        _ => false,
    };
    for (image, _) in (2..).zip(models.windows(2)).filter(|(_, pair)| turned(pair)) {
        let base = job.series.base(job.experiment, job.models, image)?;
        let plan = job.series.experiment(&base, image)?.plan()?;
        lost.note(&plan, &target::outputs(targets, image));
    }
    let mut warnings = lost.warnings();
    if let Some((what, image)) = first_that_differs(job.experiment, models) {
        let warning = |path| Warning::FirstImage { path, what: what.to_owned(), image };
        warnings.extend(stacks.into_iter().map(|output| warning(output.path)));
    }
    if let (Some(described), false) = (job.described, models.is_empty()) {
        let rotation = first.resolved.rotation;
        let turned = [rotation.start(), rotation.range()];
        if described.iter().zip(turned).any(|(described, turned)| (described - turned).abs() > SAME) {
            let (described_deg, turned_deg) = (described.map(to_deg), turned.map(to_deg));
            warnings.push(Warning::OtherScan { described_deg, turned_deg });
        }
    }
    Ok(warnings)
}

/// What of the header of the first image does not hold for another one, and the number of that image.
fn first_that_differs(experiment: &Experiment, models: &[ImageModel]) -> Option<(&'static str, usize)> {
    let (first, rest) = models.split_first()?;
    let (of_first, own) = (metric(first, experiment), experiment.beam.wavelength());
    let wavelength = |model: &ImageModel| model.wavelength.unwrap_or(own);
    let differs = |model: &ImageModel| {
        if (wavelength(model) / wavelength(first) - 1.0).abs() > SAME {
            return Some("wavelength");
        }
        if model.beam != first.beam {
            return Some("beam");
        }
        if model.spindle_axis != first.spindle_axis {
            return Some("spindle");
        }
        let (found, of_first) = (metric(model, experiment)?, of_first?);
        ((found - of_first).norm() > SAME * of_first.norm()).then_some("unit cell")
    };
    (2..).zip(rest).find_map(|(image, model)| Some((differs(model)?, image)))
}

/// Products of the reciprocal vectors, in 1/Å².
fn metric(model: &ImageModel, experiment: &Experiment) -> Option<Matrix3<f64>> {
    let wavelength = model.wavelength.unwrap_or(experiment.beam.wavelength()) * 1e10;
    let [x, y, z] = model.matrix?.rows();
    let rows = [x, y, z].map(|row| Matrix3::from_fn(|i, j| row[i] * row[j]));
    Some((rows[0] + rows[1] + rows[2]) / (wavelength * wavelength))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use nanobragg::model::{MosflmMatrix, UnitCell};

    fn model(edge: f64, wavelength: Option<f64>) -> ImageModel {
        let a = wavelength.unwrap_or(1e-10) * 1e10 / edge;
        let matrix = MosflmMatrix::new([[a, 0.0, 0.0], [0.0, 0.02, 0.0], [0.0, 0.0, 0.02]]).unwrap();
        ImageModel { wavelength, matrix: Some(matrix), ..ImageModel::default() }
    }

    #[test]
    fn what_differs_from_the_first_image_is_named() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.beam = experiment.beam.with_wavelength(1e-10).unwrap();
        let differs = |models: &[ImageModel]| first_that_differs(&experiment, models);
        assert_eq!(differs(&[]), None);
        assert_eq!(differs(&[model(50.0, None), model(50.0, None)]), None);
        let other_cell = [model(50.0, None), model(50.0, None), model(50.1, None)];
        assert_eq!(differs(&other_cell), Some(("unit cell", 3)));
        // A turn of the crystal is not in the header.
        let [x, y, z] = model(50.0, None).matrix.unwrap().rows();
        let turned =
            ImageModel { matrix: MosflmMatrix::new([y, x.map(|v| -v), z]).ok(), ..ImageModel::default() };
        assert_eq!(differs(&[model(50.0, None), turned]), None);
        let other = model(50.0, Some(1.1e-10));
        assert_eq!(differs(&[model(50.0, None), other]), Some(("wavelength", 2)));
    }
}
