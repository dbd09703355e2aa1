//! What the images of a sweep differ in.

use nanobragg::model::{Experiment, Misset};
use nanobragg::units::deg;
use nanobragg_session::{ImageModel, seeds_of_image};

/// What the images of a sweep differ in.
#[derive(Clone, Debug, PartialEq)]
pub enum Series {
    /// Consecutive wedges of so many radians.
    Rotation(f64),
    /// Random orientations.
    Random,
    /// Misset angles in degrees.
    Listed(Vec<[f64; 3]>),
}

impl Series {
    /// Its name in a manifest.
    pub fn name(&self) -> &'static str {
        match self {
            Series::Rotation(_) => "rotation",
            Series::Random => "random",
            Series::Listed(_) => "listed",
        }
    }

    /// Radians from the start of an image to that of the next: only a rotation goes on.
    pub fn step(&self) -> f64 {
        match self {
            Series::Rotation(range) => *range,
            Series::Random | Series::Listed(_) => 0.0,
        }
    }

    /// What image number `image`, counted from 1, is made from: a rotation goes on along a scan whose `models` vary.
    ///
    /// # Errors
    /// Those of [`ImageModel::apply`].
    pub fn base(
        &self,
        experiment: &Experiment,
        models: &[ImageModel],
        image: usize,
    ) -> Result<Experiment, nanobragg::Error> {
        let model = match self {
            Series::Rotation(_) => models.get(image.saturating_sub(1)),
            Series::Random | Series::Listed(_) => None,
        };
        model.map_or_else(|| Ok(experiment.clone()), |model| model.apply(experiment))
    }

    /// The experiment of image number `image`, counted from 1.
    ///
    /// # Errors
    /// Listed angles that are not finite.
    pub fn experiment(&self, base: &Experiment, image: usize) -> Result<Experiment, nanobragg::Error> {
        let mut experiment = base.clone();
        let before = image.saturating_sub(1);
        let seeds = seeds_of_image(base, image);
        experiment.seeds.noise = seeds.noise;
        match self {
            Series::Rotation(range) => {
                let start = base.rotation.start() + range * before as f64;
                experiment.rotation = base.rotation.starting_at(start);
            }
            Series::Random => {
                experiment.crystal = experiment.crystal.with_misset(Misset::Random)?;
                experiment.seeds.misset = seeds.misset;
            }
            Series::Listed(angles) => {
                let angles = angles.get(before).copied().unwrap_or_default();
                experiment.crystal = experiment.crystal.with_misset(Misset::Angles(angles.map(deg)))?;
            }
        }
        Ok(experiment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Rotation, UnitCell};

    fn base() -> Experiment {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.rotation = Rotation::still(0.5);
        experiment
    }

    #[test]
    fn wedges_follow_one_another() {
        let series = Series::Rotation(0.25);
        let starts: Vec<f64> =
            (1..4).map(|image| series.experiment(&base(), image).unwrap().rotation.start()).collect();
        assert_eq!(starts, [0.5, 0.75, 1.0]);
        assert_eq!(
            (series.step(), Series::Random.step(), Series::Listed(Vec::new()).step()),
            (0.25, 0.0, 0.0)
        );
    }

    #[test]
    fn listed_orientations_are_in_degrees() {
        let series = Series::Listed(vec![[0.0; 3], [180.0, 90.0, 0.0]]);
        let experiment = series.experiment(&base(), 2).unwrap();
        assert_eq!(experiment.crystal.misset(), Misset::Angles([deg(180.0), deg(90.0), 0.0]));
        assert_eq!(experiment.rotation.start(), 0.5);
    }

    #[test]
    fn no_two_images_of_a_sweep_have_the_same_noise() {
        let all = |base: i64| -> std::collections::HashSet<i64> {
            let experiment = |image| Series::Random.experiment(&based(base), image).unwrap();
            (1..20_000).map(|image| experiment(image).seeds.noise).collect()
        };
        let seeds = all(1);
        assert_eq!(seeds.len(), 19_999);
        assert!(seeds.iter().all(|seed| (1..2_147_483_647).contains(seed)));
        assert!(seeds.is_disjoint(&all(2)));
        assert_eq!(seeds, all(1));
    }

    fn based(noise: i64) -> Experiment {
        let mut experiment = base();
        experiment.seeds.noise = noise;
        experiment
    }
}
