//! The stages of a row, in vectors.

use super::saturation::cut;
use super::{Row, Source, Stage};
use crate::level::Job;

/// Parts of a sum, so that vectors can hold them.
const PARTS: usize = 8;

/// A row that is read out.
pub(super) struct Line<'a, D> {
    pub stages: &'a [Stage],
    pub source: &'a Source<'a>,
    pub slow: usize,
    /// Photons of the region's part.
    pub photons: &'a [f32],
    /// Its counts.
    pub counts: &'a mut [i32],
    /// Memory to work in.
    pub values: &'a mut Vec<f64>,
    /// Gives means their noise, from the column on that it is told.
    pub detect: D,
    pub sums: &'a mut Row,
}

impl<D: FnMut(usize, &mut [f64])> Job for Line<'_, D> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Line { stages, source, slow, photons, counts, values, mut detect, sums } = self;
        let region = &source.plan.region;
        let (_, columns) = region.ranges();
        let all = source.mark.is_none() || region.mask.is_none();
        // Stage after stage: each is a loop without a branch, and no closure, which might be compiled for itself, without the
        // instructions of a level.
        values.resize(photons.len(), 0.0);
        for (value, &photons) in values.iter_mut().zip(photons) {
            *value = photons.into();
        }
        for (at, stage) in stages.iter().enumerate() {
            match *stage {
                Stage::Scale(scale) => {
                    let factor = scale.factor(source.brightest);
                    for value in values.iter_mut() {
                        *value *= factor;
                    }
                }
                Stage::Poisson => {
                    detect(columns.start, values);
                    sums.photons += sum(values);
                }
                Stage::Offset(offset) => {
                    for value in values.iter_mut() {
                        *value += offset;
                    }
                }
                Stage::Saturation(most) => {
                    let beyond = |value: f64| value > f64::from(most);
                    sums.saturated += if all {
                        let mut saturated = 0u64;
                        for &value in values.iter() {
                            saturated += u64::from(beyond(value));
                        }
                        saturated as usize
                    } else {
                        let renders = |fast: usize| region.renders(slow, fast);
                        let cut = columns.clone().zip(&*values);
                        cut.filter(|&(fast, &value)| beyond(value) && renders(fast)).count()
                    };
                    for value in values.iter_mut() {
                        *value = cut(*value, most);
                    }
                }
                Stage::Rounding(rounding) => {
                    let last = stages[at + 1..].iter().all(|stage| matches!(stage, Stage::Mask(_)));
                    rounding.round(values, last);
                }
                Stage::Mask(_) => {}
            }
        }
        // What is below zero and what is not a number count nothing.
        if all {
            for (count, &value) in counts.iter_mut().zip(&*values) {
                *count = count_of::<FMA>(value);
            }
        } else {
            for ((fast, count), &value) in columns.zip(counts).zip(&*values) {
                if region.renders(slow, fast) {
                    *count = count_of::<FMA>(value);
                }
            }
        }
    }
}

/// The whole part of what is not negative; all else is 0.
#[inline(always)]
fn count_of<const FMA: bool>(value: f64) -> i32 {
    /// 2⁵²: beside it a number has no fraction, and its lowest bits are a whole number's.
    const SHIFT: f64 = (1u64 << 52) as f64;
    if FMA {
        let positive = if value > 0.0 { value } else { 0.0 };
        let most = f64::from(i32::MAX);
        let within = if positive < most { positive } else { most };
        (within.floor() + SHIFT).to_bits() as i32
    } else {
        (value as i32).max(0)
    }
}

/// The sum, in an order that does not depend on vectors.
#[inline(always)]
fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; PARTS];
    let (whole, rest) = values.as_chunks::<PARTS>();
    for part in whole {
        for at in 0..PARTS {
            sums[at] += part[at];
        }
    }
    sums.iter_mut().zip(rest).for_each(|(sum, value)| *sum += value);
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(value: f64) {
        assert_eq!(count_of::<true>(value), (value as i32).max(0), "{value}");
    }

    #[test]
    fn odd_counts_are_converted_like_all() {
        let most = f64::from(i32::MAX);
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, -0.9, 5e-324, 1e300] {
            check(value);
        }
        for value in [0.0, 1.0, most, most + 1.0, 65535.0] {
            for value in [value, value.next_down(), value.next_up(), value + 0.5] {
                check(value);
            }
        }
    }

    proptest! {
        #[test]
        fn counts_are_converted_as_by_the_language(value in -10.0..3e9f64) {
            check(value);
        }
    }
}
