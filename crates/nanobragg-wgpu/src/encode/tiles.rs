//! Tiles of pixels: what a work group renders.

use std::sync::Arc;

use nanobragg::plan::Region;

/// Pixels along an edge of a tile.
pub(crate) const EDGE: usize = 8;
/// Pixels of a tile.
pub(crate) const GROUP: usize = EDGE * EDGE;

/// The tiles of a region that hold a pixel to render. Clones share the list.
#[derive(Clone, Debug)]
pub(crate) struct Tiles {
    /// Tiles in a row of the region.
    pub across: usize,
    /// Numbers of the tiles in scan order; of pixels that are listed one by one, their numbers in scan order.
    pub list: Arc<[u32]>,
    /// Pixels of a row of the image where they are listed one by one.
    pub listed: Option<usize>,
    /// Rows of the region.
    pub rows: std::ops::Range<usize>,
    /// Columns of the region.
    pub columns: std::ops::Range<usize>,
}

impl Tiles {
    /// How the tiles of a region lie; none is listed.
    pub fn of_all(region: &Region) -> Self {
        let (rows, columns) = region.ranges();
        Tiles { across: columns.len().div_ceil(EDGE), list: Arc::default(), listed: None, rows, columns }
    }

    pub fn new(region: &Region) -> Self {
        let mut tiles = Tiles::of_all(region);
        let (across, down) = (tiles.across, tiles.rows.len().div_ceil(EDGE));
        tiles.list = (0..across * down)
            .filter(|&tile| {
                region.mask.is_none() || tiles.all_pixels(tile).any(|(slow, fast)| region.renders(slow, fast))
            })
            .map(|tile| tile as u32)
            .collect();
        tiles
    }

    /// Pixels one by one, given as [slow, fast], of an image whose `region` is all of it.
    pub fn of_pixels(region: &Region, pixels: &[[u32; 2]]) -> Self {
        let number = |&[slow, fast]: &[u32; 2]| region.index(slow as usize, fast as usize) as u32;
        let mut list: Vec<u32> = pixels.iter().map(number).collect();
        // What is left of the last group repeats the last pixel; nobody reads it.
        list.resize(list.len().next_multiple_of(GROUP), list.last().copied().unwrap_or_default());
        Tiles { list: list.into(), listed: Some(region.image_fast), ..Tiles::of_all(region) }
    }

    /// Groups that render them.
    pub fn groups(&self) -> usize {
        if self.listed.is_some() { self.list.len() / GROUP } else { self.list.len() }
    }

    /// All 64 pixels of a group, as slow and fast index.
    pub fn pixels_of(&self, group: usize) -> Vec<(usize, usize)> {
        match self.listed {
            Some(across) => {
                let own = self.list.chunks(GROUP).nth(group).unwrap_or_default();
                own.iter().map(|&at| (at as usize / across.max(1), at as usize % across.max(1))).collect()
            }
            None => {
                self.list.get(group).map_or_else(Vec::new, |&tile| self.all_pixels(tile as usize).collect())
            }
        }
    }

    /// All 64 pixels of a tile; those outside of the region repeat its last row or column, as in the shader.
    pub fn all_pixels(&self, tile: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let corner = self.corner(tile);
        (0..GROUP).map(move |local| {
            let slow = (corner.0 + local / EDGE).min(self.rows.end.saturating_sub(1));
            let fast = (corner.1 + local % EDGE).min(self.columns.end.saturating_sub(1));
            (slow, fast)
        })
    }

    /// Slow and fast index of a tile's first pixel.
    pub fn corner(&self, tile: usize) -> (usize, usize) {
        let across = self.across.max(1);
        (self.rows.start + tile / across * EDGE, self.columns.start + tile % across * EDGE)
    }
}
