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
    /// Numbers of the tiles in scan order.
    pub list: Arc<[u32]>,
    /// Rows of the region.
    pub rows: std::ops::Range<usize>,
    /// Columns of the region.
    pub columns: std::ops::Range<usize>,
}

impl Tiles {
    /// How the tiles of a region lie; none is listed.
    pub fn of_all(region: &Region) -> Self {
        let (rows, columns) = region.ranges();
        Tiles { across: columns.len().div_ceil(EDGE), list: Arc::default(), rows, columns }
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
