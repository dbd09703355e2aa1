//! Photon noise of many pixels at once, in vectors: the deviates that each has by itself.
//!
//! Uniform deviates are those of the pixels' streams and their products are rounded as they are one by one, so that a
//! pixel's number of photons is the same. The one thing that is computed otherwise is the bound e⁻ᵐ of the products: a
//! pixel one of whose products comes so near to it that this matters is left to be drawn by itself.
//!
//! A block of a stream gives two deviates. The first block settles most pixels of a dark image; those that draw on are
//! moved together, block after block, so that vectors stay full whatever the means of neighbors are.

#![allow(clippy::needless_range_loop, reason = "a lane has the same number in every array")]

use crate::formula::double::exp;
use crate::level::{Job, Level};
use crate::plan::Streams;

/// Pixels that are drawn together, at most.
pub(super) const MOST_PIXELS: usize = 1024;

/// Pixels that vectors of 512 bits draw at once, and others: as many as keep multipliers busy and fit into registers.
const WIDE: usize = 32;
const NARROW: usize = 16;

/// Means below this are drawn by products of uniform deviates.
const PRODUCTS: f64 = 12.0;

/// How near a product may come to its bound, relative to it: far above the error of [`exp`], 1.2e-14, and of the product.
const NEAR: f64 = 1e-12;

/// Pixels of a row that are drawn together, `N` at once.
struct Draw<'a, const N: usize> {
    streams: &'a Streams,
    place: [u32; 3],
    means: &'a mut [f64],
    left: &'a mut Vec<u32>,
}

impl Level {
    /// Draws the pixels whose means are small: `means`, at most [`MOST_PIXELS`], become deviates, but for those whose numbers
    /// are put into `left`, which keep their means. `place`: panel, row, and column of the first pixel.
    pub(super) fn draw(self, streams: &Streams, place: [u32; 3], means: &mut [f64], left: &mut Vec<u32>) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => self.run(Draw::<WIDE> { streams, place, means, left }),
            _ => self.run(Draw::<NARROW> { streams, place, means, left }),
        }
    }
}

impl<const N: usize> Job for Draw<'_, N> {
    #[inline(always)]
    fn run<const FMA: bool>(mut self) {
        let mut drawing = Drawing {
            count: 0,
            pixel: [0; MOST_PIXELS],
            product: [0.0; MOST_PIXELS],
            bound: [0.0; MOST_PIXELS],
        };
        self.first::<FMA>(&mut drawing);
        let mut number = 1;
        while drawing.count > 0 {
            self.next(number, &mut drawing);
            number += 1;
        }
    }
}

/// Pixels that draw on, side by side.
struct Drawing {
    count: usize,
    /// Number of the pixel.
    pixel: [u32; MOST_PIXELS],
    /// Product of its deviates so far, and the bound below which it ends.
    product: [f64; MOST_PIXELS],
    bound: [f64; MOST_PIXELS],
}

impl Drawing {
    /// Takes note of the pixels that draw on.
    #[inline(always)]
    fn keep<const N: usize>(&mut self, on: u32, pixel: &[u32; N], product: &[f64; N], bound: &[f64; N]) {
        for lane in bits(on) {
            let at = self.count;
            if at < MOST_PIXELS {
                (self.pixel[at], self.product[at], self.bound[at]) =
                    (pixel[lane], product[lane], bound[lane]);
                self.count += 1;
            }
        }
    }
}

/// A mask that vectors can hold: all bits where something holds, else none.
#[inline(always)]
fn mask(is: bool) -> u64 {
    u64::from(is).wrapping_neg()
}

/// A bit for each lane.
#[inline(always)]
fn gather<const N: usize>(mask: &[u64; N]) -> u32 {
    let mut all = 0;
    for lane in 0..N {
        all |= mask[lane] & 1 << lane;
    }
    all as u32
}

/// The numbers of the bits that are set.
#[inline(always)]
fn bits(mut set: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (lane < 32).then_some(lane)
    })
}

/// `yes` where `mask` has all bits, `no` where it has none.
#[inline(always)]
fn select(mask: u64, yes: f64, no: f64) -> f64 {
    f64::from_bits(mask & yes.to_bits() | !mask & no.to_bits())
}

impl<const N: usize> Draw<'_, N> {
    /// Draws the first block of all pixels.
    #[inline(always)]
    fn first<const FMA: bool>(&mut self, drawing: &mut Drawing) {
        for (part, means) in self.means.chunks_mut(N).enumerate() {
            let lit = means.iter().any(|mean| *mean > 0.0);
            if !lit {
                means.fill(0.0);
                continue;
            }
            let mut pixel = [(part * N) as u32; N];
            for lane in 0..N {
                pixel[lane] += lane as u32;
            }
            // What lies beyond the last pixel is dark.
            let mut mean = [0.0; N];
            mean[..means.len()].copy_from_slice(means);
            let mut bound = [0.0; N];
            for lane in 0..N {
                // Of pixels that are not drawn here any number will do.
                let small = if mean[lane] < PRODUCTS { mean[lane] } else { 0.0 };
                bound[lane] = exp::<FMA>(-small);
            }
            let block = Block::<N>::new(uniforms(self.streams, self.place, 0, &pixel), &[1.0; N], &bound);
            let (mut on, mut apart) = ([0; N], [0; N]);
            for lane in 0..N {
                // What is not positive and what is not a number has no photons.
                let positive = mask(mean[lane] > 0.0);
                let drawn = positive & mask(mean[lane] < PRODUCTS);
                apart[lane] = positive & (!drawn | block.near[lane]);
                on[lane] = drawn & block.on[lane];
                let settled = select(drawn, block.count[lane], 0.0);
                mean[lane] = select(on[lane] | apart[lane], mean[lane], settled);
            }
            means.copy_from_slice(&mean[..means.len()]);
            drawing.keep(gather(&on), &pixel, &block.product, &bound);
            self.left.extend(bits(gather(&apart)).map(|lane| pixel[lane]));
        }
    }

    /// Draws block `number` of the pixels that draw on.
    #[inline(always)]
    fn next(&mut self, number: u32, drawing: &mut Drawing) {
        let before = std::mem::take(&mut drawing.count);
        for begin in (0..before).step_by(N) {
            let mut pixel = [0; N];
            let (mut product, mut bound) = ([0.0; N], [0.0; N]);
            // Those that are kept are moved down, to places that have been read.
            pixel.copy_from_slice(&drawing.pixel[begin..begin + N]);
            product.copy_from_slice(&drawing.product[begin..begin + N]);
            bound.copy_from_slice(&drawing.bound[begin..begin + N]);
            let block = Block::<N>::new(uniforms(self.streams, self.place, number, &pixel), &product, &bound);
            let drawn = f64::from(number) * 2.0;
            let there = u32::MAX >> (32 - N.min(before - begin));
            let (on, near) = (gather(&block.on) & there, gather(&block.near) & there);
            for lane in bits(there & !(on | near)) {
                if let Some(mean) = self.means.get_mut(pixel[lane] as usize) {
                    *mean = drawn + block.count[lane];
                }
            }
            drawing.keep(on, &pixel, &block.product, &bound);
            self.left.extend(bits(near).map(|lane| pixel[lane]));
        }
    }
}

/// What two deviates make of pixels.
struct Block<const N: usize> {
    product: [f64; N],
    /// Deviates of the two whose product is above the bound.
    count: [f64; N],
    /// Masks: whether a pixel draws on.
    on: [u64; N],
    /// Whether a product that counts came near its bound; such a pixel does not draw on.
    near: [u64; N],
}

impl<const N: usize> Block<N> {
    #[inline(always)]
    fn new([first, second]: [[f64; N]; 2], product: &[f64; N], bound: &[f64; N]) -> Self {
        let (mut on, mut near) = ([0; N], [0; N]);
        let (mut count, mut products) = ([0.0; N], [0.0; N]);
        for lane in 0..N {
            let one = product[lane] * first[lane];
            let two = one * second[lane];
            let close = |product: f64| mask((product - bound[lane]).abs() <= NEAR * bound[lane]);
            let above = mask(one > bound[lane]);
            near[lane] = close(one) | (above & close(two));
            on[lane] = above & mask(two > bound[lane]) & !near[lane];
            count[lane] = select(above, 1.0, 0.0);
            products[lane] = two;
        }
        Block { product: products, count, on, near }
    }
}

/// The lower half of 64 bits, in which a word of 32 bits is held: a vector instruction multiplies such halves, and none has to
/// be moved. What stands in the upper half does not matter.
const LOW: u64 = 0xffff_ffff;

/// A number on [0, 1) of 53 bits from two words, the lower one first.
#[inline(always)]
fn unit(low: u64, high: u64) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    // A word below the bits of 2⁵² or 2⁸⁴ is a number of ones or of 2³²s; the differences and their sum are exact.
    const ONES: f64 = (1u64 << 52) as f64;
    const LARGE: f64 = ONES * 4_294_967_296.0;
    let (high, low) = ((high & LOW) >> 11, (high << 21 | (low & LOW) >> 11) & LOW);
    let high = f64::from_bits(LARGE.to_bits() | high) - LARGE;
    let low = f64::from_bits(ONES.to_bits() | low) - ONES;
    (high + low) * STEP
}

/// The two numbers on [0, 1) that block `number` of the stream of each pixel gives.
#[inline(always)]
fn uniforms<const N: usize>(
    streams: &Streams,
    place: [u32; 3],
    number: u32,
    pixel: &[u32; N],
) -> [[f64; N]; 2] {
    let [panel, slow, fast] = place.map(u64::from);
    let mut counter = [[u64::from(number); N], [fast; N], [slow; N], [panel; N]];
    for lane in 0..N {
        counter[1][lane] += u64::from(pixel[lane]);
    }
    let [a, b, c, d] = philox(counter, streams.key());
    let mut uniforms = [[0.0; N]; 2];
    for lane in 0..N {
        uniforms[0][lane] = unit(a[lane], b[lane]);
        uniforms[1][lane] = unit(c[lane], d[lane]);
    }
    uniforms
}

/// Philox of `N` counters in ten rounds (Salmon, Moraes, Dror & Shaw, SC 2011): words in the lower halves.
#[inline(always)]
fn philox<const N: usize>(mut counter: [[u64; N]; 4], mut key: [u32; 2]) -> [[u64; N]; 4] {
    const MULTIPLIERS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
    const BUMPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
    for _ in 0..10 {
        let mut next = [[0; N]; 4];
        let [one, two] = key.map(u64::from);
        for lane in 0..N {
            let first = (counter[0][lane] & LOW) * MULTIPLIERS[0];
            let second = (counter[2][lane] & LOW) * MULTIPLIERS[1];
            next[0][lane] = (second >> 32) ^ counter[1][lane] ^ one;
            next[1][lane] = second;
            next[2][lane] = (first >> 32) ^ counter[3][lane] ^ two;
            next[3][lane] = first;
        }
        counter = next;
        key = [key[0].wrapping_add(BUMPS[0]), key[1].wrapping_add(BUMPS[1])];
    }
    counter
}

#[cfg(test)]
mod tests {
    use rand_philox::philox4x32_10;

    use super::*;

    #[test]
    fn blocks_of_many_pixels_are_those_of_each() {
        let key = [7, 0xffff_0001];
        let mut random = rand_philox::Philox::from_u64_seed(3);
        // Upper halves do not matter.
        let counter: [[u64; WIDE]; 4] = std::array::from_fn(|_| std::array::from_fn(|_| random.next_u64()));
        let found = philox(counter, key);
        for lane in 0..WIDE {
            let expected = philox4x32_10(counter.map(|word| word[lane] as u32), key);
            assert_eq!(found.map(|word| word[lane] as u32), expected);
        }
    }

    #[test]
    fn units_have_53_bits() {
        for (low, high) in [(0, 0), (u32::MAX, u32::MAX), (0x8000_07ff, 0x0000_0fff), (1 << 11, 1)] {
            let expected = ((u64::from(high) << 32 | u64::from(low)) >> 11) as f64 / (1u64 << 53) as f64;
            assert_eq!(unit(low.into(), high.into()), expected);
            assert_eq!(unit(u64::from(low) | 5 << 32, u64::from(high) | 7 << 32), expected);
        }
    }
}
