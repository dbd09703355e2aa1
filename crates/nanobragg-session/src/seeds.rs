//! Seeds of the images of a series.

use nanobragg::model::{Experiment, Quirk, Seeds};

/// The seeds of image number `image`, counted from 1, of a series whose images are made from `base`: equal for equal `base`, whatever
/// else is rendered.
pub fn seeds_of_image(base: &Experiment, image: usize) -> Seeds {
    let Seeds { noise, misset, .. } = base.seeds;
    let noise = if base.quirks.has(Quirk::PoissonSinglePrecision) {
        seed(noise, image, Stream::Noise)
    } else {
        consecutive(noise, image)
    };
    let mut seeds = base.seeds;
    (seeds.noise, seeds.misset) = (noise, seed(misset, image, Stream::Misset));
    seeds
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
        assert!((1..2_147_483_647).contains(&consecutive(i64::MIN, usize::MAX)));
    }
}
