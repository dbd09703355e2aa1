//! What the images of a sweep differ in.

use nanobragg::model::{Experiment, Misset, Quirk, Seeds};
use nanobragg::units::deg;
use nanobragg_session::ImageModel;

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
        let Seeds { noise, misset, .. } = base.seeds;
        experiment.seeds.noise = if base.quirks.has(Quirk::PoissonSinglePrecision) {
            seed(noise, image, Stream::Noise)
        } else {
            consecutive(noise, image)
        };
        match self {
            Series::Rotation(range) => {
                let start = base.rotation.start() + range * before as f64;
                experiment.rotation = base.rotation.starting_at(start);
            }
            Series::Random => {
                experiment.crystal = experiment.crystal.with_misset(Misset::Random)?;
                experiment.seeds.misset = seed(misset, image, Stream::Misset);
            }
            Series::Listed(angles) => {
                let angles = angles.get(before).copied().unwrap_or_default();
                experiment.crystal = experiment.crystal.with_misset(Misset::Angles(angles.map(deg)))?;
            }
        }
        Ok(experiment)
    }
}

/// Random streams of an image that must not be the same.
#[derive(Clone, Copy)]
enum Stream {
    Noise = 0,
    Misset = 1,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const MODULUS: u64 = 2_147_483_646;

/// The seed of an image: positive, below 2³¹ - 1, as unlike its neighbors' as a hash can make it (the random
/// generator's first numbers from consecutive seeds are evenly spaced; SplitMix64: Steele, Lea & Flood, OOPSLA
/// 2014).
fn seed(base: i64, image: usize, stream: Stream) -> i64 {
    let start = mixed(base.cast_unsigned().wrapping_add(GOLDEN));
    let place = (image as u64).wrapping_mul(2).wrapping_add(stream as u64);
    let hash = mixed(start.wrapping_add(place.wrapping_mul(GOLDEN)));
    i64::try_from(hash % MODULUS).unwrap_or(0) + 1
}

/// The noise seed of an image where deviates are keyed by their seed: consecutive numbers, so that no two images of a
/// sweep have the same, from a start that is a hash of `base`, so that another sweep's lie elsewhere.
fn consecutive(base: i64, image: usize) -> i64 {
    let start = mixed(base.cast_unsigned().wrapping_add(GOLDEN)) % MODULUS;
    i64::try_from(start.wrapping_add(image as u64) % MODULUS).unwrap_or(0) + 1
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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
    fn seeds_differ_between_images_and_streams_and_repeat() {
        let all = |base: i64| -> Vec<i64> {
            (1..500).flat_map(|image| [Stream::Noise, Stream::Misset].map(|s| seed(base, image, s))).collect()
        };
        let mut seeds = all(1);
        assert_eq!(seeds, all(1));
        assert!(seeds.iter().zip(all(2)).all(|(a, b)| *a != b));
        assert!(seeds.iter().all(|seed| (1..2_147_483_647).contains(seed)));
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 998);
        seed(i64::MIN, usize::MAX, Stream::Misset);
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
        assert!((1..2_147_483_647).contains(&consecutive(i64::MIN, usize::MAX)));
    }

    fn based(noise: i64) -> Experiment {
        let mut experiment = base();
        experiment.seeds.noise = noise;
        experiment
    }
}
