//! Photon noise of many pixels at once, in vectors: the deviates that each has by itself.
//!
//! Uniform deviates are those of the pixels' streams and their products are rounded as they are one by one, so that a
//! pixel's number of photons is the same. The one thing that is computed otherwise is the bound e⁻ᵐ of the products: a
//! pixel one of whose products comes so near to it that this matters is left to be drawn by itself.

#![allow(unsafe_code, reason = "calling code that was compiled for instructions found at run time")]
#![allow(clippy::needless_range_loop, reason = "a lane has the same number in every array")]

use rand_philox::philox4x32_10;

use crate::formula::double::exp;
use crate::level::Level;
use crate::plan::Streams;

/// Pixels that are drawn at once.
pub(super) const LANES: usize = 64;

/// Means below this are drawn by products of uniform deviates.
const PRODUCTS: f64 = 12.0;

/// How near a product may come to its bound, relative to it: far above the error of [`exp`], 1.2e-14, and of the product.
const NEAR: f64 = 1e-12;

/// Pixels for which vectors pay.
const ENOUGH: u32 = 8;

impl Level {
    /// Draws the pixels whose means are small: `means` become deviates, but for those whose bits are set in what is
    /// returned, which are left as they are. `place`: panel, row, and column of the first pixel.
    pub(super) fn draw(self, streams: &Streams, place: [u32; 3], means: &mut [f64; LANES]) -> u64 {
        match self {
            // SAFETY: `available` is the only maker of this level, and it has found these instructions.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { avx512(streams, place, means) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { avx2(streams, place, means) },
            Level::Baseline => draw::<{ cfg!(target_arch = "aarch64") }>(streams, place, means),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
fn avx512(streams: &Streams, place: [u32; 3], means: &mut [f64; LANES]) -> u64 {
    draw::<true>(streams, place, means)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(streams: &Streams, place: [u32; 3], means: &mut [f64; LANES]) -> u64 {
    draw::<true>(streams, place, means)
}

/// A bit for each lane of which `is` holds.
#[inline(always)]
fn lanes(is: impl Fn(usize) -> bool) -> u64 {
    (0..LANES).fold(0, |bits, lane| bits | u64::from(is(lane)) << lane)
}

#[inline(always)]
fn draw<const FMA: bool>(streams: &Streams, place: [u32; 3], means: &mut [f64; LANES]) -> u64 {
    // What is not positive and what is not a number has no photons, and draws none.
    let positive = lanes(|lane| means[lane] > 0.0);
    let drawn = lanes(|lane| means[lane] > 0.0 && means[lane] < PRODUCTS);
    let left = positive & !drawn;
    for (lane, mean) in means.iter_mut().enumerate() {
        if positive >> lane & 1 == 0 {
            *mean = 0.0;
        }
    }
    if drawn.count_ones() < ENOUGH {
        return positive;
    }
    let mut bound = [0.0; LANES];
    for lane in 0..LANES {
        // Of the others any number will do.
        let mean = if means[lane] < PRODUCTS { means[lane] } else { 0.0 };
        bound[lane] = exp::<FMA>(-mean);
    }
    let (mut product, mut count) = ([1.0; LANES], [0.0; LANES]);
    // Whether a lane draws on, and whether it came near its bound, as masks that vectors can hold.
    let (mut going, mut near) = ([0u64; LANES], [0u64; LANES]);
    for (lane, going) in going.iter_mut().enumerate() {
        *going = (drawn >> lane & 1).wrapping_neg();
    }
    let mut number = 0;
    loop {
        for uniform in uniforms(streams, place, number) {
            for lane in 0..LANES {
                let next = product[lane] * uniform[lane];
                let close = (next - bound[lane]).abs() <= NEAR * bound[lane];
                near[lane] |= going[lane] & u64::from(close).wrapping_neg();
                going[lane] &= u64::from(next > bound[lane]).wrapping_neg();
                count[lane] += f64::from_bits(going[lane] & 1.0f64.to_bits());
                product[lane] = next;
            }
        }
        number += 1;
        if lanes(|lane| going[lane] != 0).count_ones() < ENOUGH {
            break;
        }
    }
    // The last few by themselves, from where they are.
    let mut unsettled = lanes(|lane| near[lane] != 0);
    for lane in (0..LANES).filter(|&lane| going[lane] != 0) {
        let (mut block, mut going) = (number, true);
        while going {
            let [panel, slow, fast] = place;
            let counter = [block, fast.wrapping_add(lane as u32), slow, panel];
            let [a, b, c, d] = philox4x32_10(counter, streams.key());
            for uniform in [unit(a, b), unit(c, d)] {
                product[lane] *= uniform;
                if (product[lane] - bound[lane]).abs() <= NEAR * bound[lane] {
                    unsettled |= 1 << lane;
                }
                going &= product[lane] > bound[lane];
                count[lane] += f64::from(u8::from(going));
            }
            block += 1;
        }
    }
    for (lane, mean) in means.iter_mut().enumerate() {
        if drawn & !unsettled & 1 << lane != 0 {
            *mean = count[lane];
        }
    }
    left | unsettled
}

/// A number on [0, 1) of 53 bits from two words, the lower one first.
#[inline(always)]
fn unit(low: u32, high: u32) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    // Two conversions from 32 bits are vector instructions on every machine; the sum is exact.
    let (high, low) = (high >> 11, high << 21 | low >> 11);
    (f64::from(high) * 4_294_967_296.0 + f64::from(low)) * STEP
}

/// The two numbers on [0, 1) that block `number` of each pixel's stream gives.
#[inline(always)]
fn uniforms(streams: &Streams, place: [u32; 3], number: u32) -> [[f64; LANES]; 2] {
    /// Lanes that vector registers hold at once.
    const PART: usize = 16;
    let [panel, slow, fast] = place;
    let mut uniforms = [[0.0; LANES]; 2];
    for first in (0..LANES).step_by(PART) {
        let mut counter = [[number; PART], [0; PART], [slow; PART], [panel; PART]];
        for (lane, column) in counter[1].iter_mut().enumerate() {
            *column = fast.wrapping_add((first + lane) as u32);
        }
        let [a, b, c, d] = philox(counter, streams.key());
        for lane in 0..PART {
            uniforms[0][first + lane] = unit(a[lane], b[lane]);
            uniforms[1][first + lane] = unit(c[lane], d[lane]);
        }
    }
    uniforms
}

/// [`philox4x32_10`] of `N` counters (Salmon, Moraes, Dror & Shaw, SC 2011).
#[inline(always)]
fn philox<const N: usize>(mut counter: [[u32; N]; 4], mut key: [u32; 2]) -> [[u32; N]; 4] {
    const MULTIPLIERS: [u32; 2] = [0xd251_1f53, 0xcd9e_8d57];
    const BUMPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
    for _ in 0..10 {
        let mut next = [[0; N]; 4];
        for lane in 0..N {
            let first = u64::from(counter[0][lane]) * u64::from(MULTIPLIERS[0]);
            let second = u64::from(counter[2][lane]) * u64::from(MULTIPLIERS[1]);
            next[0][lane] = (second >> 32) as u32 ^ counter[1][lane] ^ key[0];
            next[1][lane] = second as u32;
            next[2][lane] = (first >> 32) as u32 ^ counter[3][lane] ^ key[1];
            next[3][lane] = first as u32;
        }
        counter = next;
        key = [key[0].wrapping_add(BUMPS[0]), key[1].wrapping_add(BUMPS[1])];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_many_pixels_are_those_of_each() {
        let key = [7, 0xffff_0001];
        let mut random = rand_philox::Philox::from_u64_seed(3);
        let counter: [[u32; 16]; 4] = std::array::from_fn(|_| std::array::from_fn(|_| random.next_u32()));
        let found = philox(counter, key);
        for lane in 0..16 {
            assert_eq!(found.map(|word| word[lane]), philox4x32_10(counter.map(|word| word[lane]), key));
        }
    }

    #[test]
    fn units_have_53_bits() {
        for (low, high) in [(0, 0), (u32::MAX, u32::MAX), (0x8000_07ff, 0x0000_0fff), (1 << 11, 1)] {
            let expected = ((u64::from(high) << 32 | u64::from(low)) >> 11) as f64 / (1u64 << 53) as f64;
            assert_eq!(unit(low, high), expected);
        }
    }
}
