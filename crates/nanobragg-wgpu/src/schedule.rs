//! How an image is cut into dispatches.
//!
//! Drivers reset a device whose work takes seconds, and what else is drawn has to wait for it: a dispatch shall take
//! some tens of milliseconds. Tiles are dealt out first, then orientations, sources and places, so that a
//! dispatch keeps as many groups busy as it can.
//!
//! How large dispatches are follows from the device's measured speed, which differs from run to run. So that an image does
//! not, they are cut only where the shader ends a block of terms: after whole groups of orientations, after the last
//! orientation of enough sources, and after a place.

use std::ops::Range;
use std::time::Duration;

use crate::encode::GROUP;
use crate::layout::Dispatch;

/// Time that a dispatch is meant to take.
const AIM: Duration = Duration::from_millis(50);
/// Terms of the first dispatch, before the device's speed is known.
const FIRST_TERMS: f64 = 1e6;
/// How much longer than the one before a dispatch may be.
const GROWTH: f64 = 4.0;
/// Groups that keep a large device busy.
const BUSY: usize = 2048;
/// What a sub-pixel costs besides its terms, in terms.
const PLACE_COST: f64 = 3.0;

/// The device's speed as it was measured, and the size of dispatches that follows from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    terms: f64,
    most: Option<u64>,
}

impl Pace {
    pub fn new(most: Option<u64>) -> Self {
        Pace { terms: FIRST_TERMS, most }
    }

    /// Terms of the next dispatch.
    pub fn terms(&self) -> f64 {
        self.most.map_or(self.terms, |most| self.terms.min(most as f64))
    }

    /// Takes note of a dispatch. Where the time is not `exact`, the dispatch took that long at most: no reason to
    /// make the next one shorter.
    pub fn measured(&mut self, terms: f64, took: Duration, exact: bool) {
        let ideal = terms * AIM.as_secs_f64() / took.as_secs_f64().max(1e-6);
        let least = if exact { self.terms / GROWTH } else { self.terms };
        self.terms = ideal.clamp(least, self.terms * GROWTH).max(64.0);
    }
}

/// What there is to be rendered of a band.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub tiles: Range<usize>,
    pub places: usize,
    pub sources: usize,
    pub orientations: Range<usize>,
    /// Places whose terms make a block.
    pub places_per_block: usize,
}

/// The next part of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub tiles: Range<usize>,
    pub places: Range<usize>,
    pub sources: Range<usize>,
    pub orientations: Range<usize>,
    /// Sources whose terms make a block.
    pub sources_per_block: usize,
    /// Places whose terms make a block.
    pub places_per_block: usize,
    /// What it costs, in terms.
    pub terms: f64,
}

/// Walks through a band's work in parts.
pub(crate) struct Walk {
    work: Work,
    tile: usize,
    tiles: usize,
    place: usize,
    source: usize,
    orientation: usize,
}

impl Walk {
    pub fn new(work: Work) -> Self {
        let (tile, orientation) = (work.tiles.start, work.orientations.start);
        Walk { work, tile, tiles: 0, place: 0, source: 0, orientation }
    }

    /// The next part of at most about `terms` terms and `groups` groups.
    pub fn next(&mut self, terms: f64, groups: usize) -> Option<Part> {
        let work = &self.work;
        if self.tile >= work.tiles.end
            || work.orientations.is_empty()
            || work.sources == 0
            || work.places == 0
        {
            return None;
        }
        let pixels = GROUP as f64;
        let orientations = work.orientations.len();
        let sources_per_block = GROUP.div_ceil(orientations);
        let begins = self.place == 0 && self.source == 0 && self.orientation == work.orientations.start;
        if begins {
            let tile = pixels * (work.places * work.sources) as f64 * (orientations as f64 + PLACE_COST);
            let fitting = (terms / tile) as usize;
            let left = work.tiles.end - self.tile;
            // At least so many tiles that the device is busy, but no more groups of one block each than fit.
            let block =
                sources_per_block.min(work.sources) as f64 * (orientations.min(GROUP) as f64 + PLACE_COST);
            let least = BUSY.min((terms / (pixels * block)) as usize);
            self.tiles = fitting.max(least).max(1).min(left).min(groups.max(1));
        }
        let each = (terms / (self.tiles as f64 * pixels)).max(1.0);
        // Only a part that spans all orientations may span several sources, and so on outwards.
        let fresh = self.orientation == work.orientations.start;
        let spans = whole(each - PLACE_COST, GROUP);
        let orientation_end = (self.orientation + spans).min(work.orientations.end);
        let all_orientations = fresh && orientation_end == work.orientations.end;
        let per_source = orientations as f64 + PLACE_COST;
        let several = if all_orientations { whole(each / per_source, sources_per_block) } else { 1 };
        let source_end = (self.source + several).min(work.sources);
        let all_sources = all_orientations && self.source == 0 && source_end == work.sources;
        let per_place = work.sources as f64 * per_source;
        let several = if all_sources { whole(each / per_place, work.places_per_block) } else { 1 };
        let place_end = (self.place + several).min(work.places);
        let part = Part {
            tiles: self.tile..self.tile + self.tiles,
            places: self.place..place_end,
            sources: self.source..source_end,
            orientations: self.orientation..orientation_end,
            sources_per_block,
            places_per_block: work.places_per_block,
            terms: self.tiles as f64
                * pixels
                * ((place_end - self.place) * (source_end - self.source)) as f64
                * ((orientation_end - self.orientation) as f64 + PLACE_COST),
        };
        self.orientation = orientation_end;
        if self.orientation == work.orientations.end {
            self.orientation = work.orientations.start;
            self.source = source_end;
        }
        if self.source == work.sources {
            self.source = 0;
            self.place = place_end;
        }
        if self.place == work.places {
            self.place = 0;
            self.tile += self.tiles;
        }
        Some(part)
    }

    /// First tile that is not finished.
    pub fn tile(&self) -> usize {
        self.tile
    }
}

impl Part {
    /// What the shader is told, and the groups of the dispatch.
    pub fn dispatch(&self, band: &Range<usize>, begins: bool, most: u32) -> (Dispatch, [u32; 2]) {
        let groups = grid(self.tiles.len(), most);
        let dispatch = Dispatch {
            tile_first: self.tiles.start as u32,
            tile_count: self.tiles.len() as u32,
            groups_x: groups[0],
            band_first: band.start as u32,
            band_sums: (band.len() * GROUP) as u32,
            place_first: self.places.start as u32,
            place_end: self.places.end as u32,
            source_first: self.sources.start as u32,
            source_end: self.sources.end as u32,
            orientation_first: self.orientations.start as u32,
            orientation_end: self.orientations.end as u32,
            begins: u32::from(begins),
            sources_per_block: self.sources_per_block as u32,
            places_per_block: self.places_per_block as u32,
            ..Dispatch::default()
        };
        (dispatch, groups)
    }

    /// Whether the part is the first of its tiles.
    pub fn begins(&self, first_orientation: usize) -> bool {
        self.places.start == 0 && self.sources.start == 0 && self.orientations.start == first_orientation
    }
}

/// The largest multiple of `block` up to `most`, at least one.
fn whole(most: f64, block: usize) -> usize {
    (most.max(0.0) as usize / block).max(1).saturating_mul(block)
}

/// A grid of at least `groups` groups, no side longer than `most`.
pub(crate) fn grid(groups: usize, most: u32) -> [u32; 2] {
    let most = most as usize;
    let across = groups.min(most).max(1);
    [across as u32, groups.div_ceil(across).max(1) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks through `work` and counts how often each term is met.
    fn counts(work: &Work, terms: f64, groups: usize) -> Vec<u32> {
        let orientations = work.orientations.len();
        let mut counts = vec![0; work.tiles.len() * work.places * work.sources * orientations];
        let mut walk = Walk::new(work.clone());
        while let Some(part) = walk.next(terms, groups) {
            assert!(part.tiles.len() <= groups);
            for tile in part.tiles.clone() {
                for place in part.places.clone() {
                    for source in part.sources.clone() {
                        for orientation in part.orientations.clone() {
                            let tile = tile - work.tiles.start;
                            let at = (tile * work.places + place) * work.sources + source;
                            counts[at * orientations + orientation - work.orientations.start] += 1;
                        }
                    }
                }
            }
        }
        counts
    }

    #[test]
    fn every_term_is_met_once_however_the_work_is_cut() {
        let work = Work { tiles: 3..20, places: 4, sources: 3, orientations: 5..75, places_per_block: 1 };
        for terms in [1.0, 64.0, 1000.0, 7777.0, 1e5, 1e7] {
            for groups in [1, 5, 65_535] {
                let counts = counts(&work, terms, groups);
                assert!(counts.iter().all(|&count| count == 1), "{terms} {groups}");
            }
        }
    }

    #[test]
    fn work_is_cut_where_blocks_end() {
        for (sources, orientations) in [(3, 200), (3, 128), (50, 7), (1, 1), (130, 1)] {
            let work =
                Work { tiles: 0..9, places: 3, sources, orientations: 0..orientations, places_per_block: 1 };
            let block = GROUP.div_ceil(orientations);
            for terms in [1.0, 5e3, 3e4, 1e5, 1e7] {
                let mut walk = Walk::new(work.clone());
                while let Some(part) = walk.next(terms, 65_535) {
                    assert!(part.orientations.start % GROUP == 0, "{part:?}");
                    assert!(part.orientations.end % GROUP == 0 || part.orientations.end == orientations);
                    assert!(part.sources.start % block == 0, "{part:?}");
                    assert!(part.sources.end % block == 0 || part.sources.end == sources, "{part:?}");
                }
            }
        }
    }

    #[test]
    fn parts_keep_to_the_number_of_terms() {
        let work =
            Work { tiles: 0..10_000, places: 1, sources: 1, orientations: 0..1000, places_per_block: 1 };
        let mut walk = Walk::new(work);
        let mut parts = 0;
        while let Some(part) = walk.next(1e7, 65_535) {
            assert!(part.terms <= 1.1e7, "{part:?}");
            parts += 1;
        }
        assert!(parts >= 64, "{parts}");
    }

    #[test]
    fn dispatches_grow_toward_their_time_and_shrink_at_once_when_they_take_too_long() {
        let mut pace = Pace::new(None);
        let first = pace.terms();
        pace.measured(first, Duration::from_micros(10), true);
        assert_eq!(pace.terms(), GROWTH * first);
        pace.measured(pace.terms(), Duration::from_millis(100), true);
        pace.measured(pace.terms(), Duration::from_secs(9), false);
        assert_eq!(pace.terms(), GROWTH * first / 2.0);
        assert_eq!(Pace::new(Some(64)).terms(), 64.0);
    }

    #[test]
    fn a_grid_holds_its_groups_within_the_limit() {
        for (groups, most) in [(1, 1), (7, 3), (65_536, 65_535), (262_144, 65_535)] {
            let [x, y] = grid(groups, most);
            assert!(x <= most && (x as usize * y as usize) >= groups);
        }
    }
}
