//! Where rows, columns and layers of sub-pixels are, in fixed point.

use std::ops::Range;
use std::sync::Arc;

use nanobragg::nalgebra::Vector3;
use nanobragg::physics::geometry::Panel;
use nanobragg::plan::{LayerPlan, Plan};

use super::fixed::{PLACE_BITS, fixed};
use super::tiles::Tiles;

/// The parts that rows, columns and layers of sub-pixels have in a place. Those of a detector that stays are computed once.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    of: Origin,
    /// What they are in, meters: a power of two, such that no place is longer than half of it. `None` where a place is too
    /// near for it.
    pub unit: Option<f64>,
    /// Six words each.
    pub bytes: Arc<[u8]>,
}

/// What places follow from.
#[derive(Clone, Debug, PartialEq)]
struct Origin {
    panel: Panel<f64>,
    layers: LayerPlan<f64>,
    oversample: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Places {
    /// Those of `tiles`; `known` are some that were computed before.
    pub fn of(plan: &Plan, tiles: &Tiles, known: Option<Places>) -> Self {
        let of = Origin {
            panel: plan.detector.panel,
            layers: plan.layers,
            oversample: plan.oversample,
            rows: tiles.rows.clone(),
            columns: tiles.columns.clone(),
        };
        if let Some(known) = known.filter(|known| known.of == of) {
            return known;
        }
        let (unit, bytes) = match of.fixed() {
            Some((unit, places)) => (Some(unit), bytemuck::cast_slice(&places).into()),
            None => (None, Arc::default()),
        };
        Places { of, unit, bytes }
    }
}

impl Origin {
    fn fixed(&self) -> Option<(f64, Vec<[u32; 6]>)> {
        let Origin { panel, layers: sensor, oversample, rows, columns } = self;
        let (n, size) = (*oversample, panel.pixel_size / *oversample as f64);
        let center = |number: usize| size * number as f64 + size / 2.0;
        let row = |number: usize| panel.sdet * center(number) + panel.pix0;
        let column = |number: usize| panel.fdet * center(number);
        let layer = |number: usize| panel.odet * sensor.depth_of(number);
        let rows = rows.start * n..rows.end * n;
        let columns = columns.start * n..columns.end * n;
        let layers = 0..sensor.count;

        let ends = |range: &Range<usize>| [range.start, range.end.saturating_sub(1)];
        let mut longest = 0.0f64;
        for r in ends(&rows) {
            for c in ends(&columns) {
                for l in ends(&layers) {
                    let parts =
                        [row(r), column(c), layer(l), row(r) + column(c), row(r) + column(c) + layer(l)];
                    longest = parts.iter().fold(longest, |most, part| most.max(part.norm()));
                }
            }
        }
        let unit = 2f64.powi(longest.log2().floor() as i32 + 2);
        let normal = panel.fdet.cross(&panel.sdet);
        let height = |l: usize| normal.dot(&(panel.pix0 + layer(l))) / normal.norm();
        let [front, back] = ends(&layers).map(height);
        let near = if front * back > 0.0 { front.abs().min(back.abs()) } else { 0.0 };
        if near <= unit * 2f64.powi(-7) || !unit.is_finite() {
            return None;
        }
        let parts = rows.map(row).chain(columns.map(column)).chain(layers.map(layer));
        Some((unit, parts.map(|part: Vector3<f64>| fixed(&(part / unit), PLACE_BITS)).collect()))
    }
}
