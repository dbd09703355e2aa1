//! Derivatives by all structure factors: what each pixel owes to each node of the table.

use crate::nest::block::{LANES, Lanes};

/// How the photons of a pixel change with the structure factor of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NodeSlope {
    /// The pixel's lane in the high half, the node's place in the padded grid in the low one.
    key: u64,
    /// Photons per electron.
    pub slope: f64,
}

impl NodeSlope {
    pub fn new(lane: usize, place: u32, slope: f64) -> Self {
        NodeSlope { key: ((lane as u64) << 32) | u64::from(place), slope }
    }

    /// The pixel, by its number in the block.
    pub fn lane(&self) -> usize {
        (self.key >> 32) as usize
    }

    /// The node, by its place in the padded grid.
    pub fn place(&self) -> usize {
        self.key as u32 as usize
    }
}

/// Entries after which those of the same pixel and node are added up; more where so many differ.
const LIMIT: usize = 1 << 14;

/// The sums of a block by pixel and node. From one orientation to the next most pixels stay at their node: its sum is kept
/// aside until the node changes.
pub(crate) struct Scatter {
    place: [u32; LANES],
    sum: Lanes,
    /// In the order of terms; sorted by pixel and node once it is [finished](Self::finish).
    left: Vec<NodeSlope>,
    limit: usize,
}

impl Scatter {
    pub fn new() -> Self {
        Scatter { place: [0; LANES], sum: Lanes::splat(0.0), left: Vec::new(), limit: LIMIT }
    }

    /// Forgets the last block.
    pub fn clear(&mut self) {
        self.sum.0.fill(0.0);
        self.left.clear();
    }

    /// Adds the terms of an orientation: of each pixel, the place of its node, and dT/dF.
    #[inline(always)]
    pub fn add(&mut self, places: &[u32; LANES], slopes: &Lanes) {
        let mut apart = 0;
        for (place, known) in places.iter().zip(&self.place) {
            apart |= place ^ known;
        }
        if apart != 0 {
            self.leave(places);
        }
        for i in 0..LANES {
            self.sum.0[i] += slopes.0[i];
        }
    }

    /// Puts down the sums of pixels that come to another node.
    #[inline(never)]
    fn leave(&mut self, places: &[u32; LANES]) {
        for (lane, &place) in places.iter().enumerate() {
            if place != self.place[lane] {
                self.put_down(lane);
                self.place[lane] = place;
            }
        }
        if self.left.len() > self.limit {
            self.add_up();
            self.limit = LIMIT.max(2 * self.left.len());
        }
    }

    fn put_down(&mut self, lane: usize) {
        let sum = std::mem::take(&mut self.sum.0[lane]);
        if sum != 0.0 {
            self.left.push(NodeSlope::new(lane, self.place[lane], sum));
        }
    }

    /// Adds up what belongs to the same pixel and node, in the order of terms.
    fn add_up(&mut self) {
        self.left.sort_by_key(|slope| slope.key);
        self.left.dedup_by(|later, first| {
            let same = later.key == first.key;
            if same {
                first.slope += later.slope;
            }
            same
        });
    }

    /// Makes photons of all sums, with a factor for each pixel.
    pub fn finish(&mut self, factor: &Lanes) {
        (0..LANES).for_each(|lane| self.put_down(lane));
        self.add_up();
        for slope in &mut self.left {
            slope.slope *= factor.0[slope.lane()];
        }
    }

    /// Takes out pixels.
    pub fn keep(&mut self, lanes: impl Fn(usize) -> bool) {
        self.left.retain(|slope| lanes(slope.lane()));
    }

    /// Of the finished block, by pixel and node.
    pub fn slopes(&self) -> &[NodeSlope] {
        &self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_a_pixel_and_node_come_together_from_wherever_they_were_left() {
        let mut scatter = Scatter::new();
        let mut expected = std::collections::BTreeMap::new();
        for round in 0..2000u32 {
            let places: [u32; LANES] = std::array::from_fn(|lane| round * (lane as u32 + 1) / 7 % 11);
            let mut slopes = Lanes::splat(0.0);
            for (lane, (slope, &place)) in slopes.0.iter_mut().zip(&places).enumerate() {
                *slope = f64::from(round % 5) * lane as f64;
                if *slope != 0.0 {
                    *expected.entry((lane, place as usize)).or_insert(0.0) += *slope;
                }
            }
            scatter.add(&places, &slopes);
        }
        scatter.finish(&Lanes::splat(0.5));
        assert!(scatter.limit >= LIMIT && scatter.left.len() < LIMIT);
        let found: Vec<_> = scatter.slopes().iter().map(|s| ((s.lane(), s.place()), s.slope)).collect();
        let expected: Vec<_> = expected.into_iter().map(|(at, sum)| (at, sum / 2.0)).collect();
        // Small whole numbers: every order of adding gives the same.
        assert_eq!(found, expected);
        scatter.keep(|lane| lane < 3);
        assert!(scatter.slopes().iter().all(|slope| slope.lane() < 3));
        scatter.clear();
        scatter.finish(&Lanes::splat(1.0));
        assert!(scatter.slopes().is_empty());
    }
}
