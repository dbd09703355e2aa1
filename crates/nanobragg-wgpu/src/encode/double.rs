//! Double precision: the plan's numbers as they are.

use std::ops::Range;

use nanobragg::physics::geometry;

use super::{Encoded, Units};
use crate::layout::{OrientationDouble, SourceDouble};

impl Encoded<'_> {
    pub(super) fn fill_double(&mut self) {
        self.units = Units::ONE;
        self.frame = bytemuck::bytes_of(&self.frame()).to_vec();
        let sources: Vec<SourceDouble> = self
            .plan
            .sources
            .iter()
            .map(|source| {
                let (i, (b, e)) = (&source.incident, self.polarization_axes(&source.incident));
                SourceDouble {
                    incident_x: i.x,
                    incident_y: i.y,
                    incident_z: i.z,
                    wavelength: source.wavelength,
                    weight: source.weight,
                    b_x: b.x,
                    b_y: b.y,
                    b_z: b.z,
                    e_x: e.x,
                    e_y: e.y,
                    e_z: e.z,
                }
            })
            .collect();
        self.sources = bytemuck::cast_slice(&sources).to_vec();
    }

    pub(super) fn orientations_double(&self, range: Range<usize>) -> Vec<u8> {
        let orientations = &self.plan.orientations;
        let domains = orientations.domains.len().max(1);
        let lattices: Vec<OrientationDouble> = range
            .map(|number| {
                let [a, b, c] = orientations.lattice(number / domains, number % domains).vectors;
                OrientationDouble { vectors: [a.x, a.y, a.z, b.x, b.y, b.z, c.x, c.y, c.z] }
            })
            .collect();
        bytemuck::cast_slice(&lattices).to_vec()
    }

    pub(super) fn placed_double(&self, tiles: Range<usize>) -> Vec<u8> {
        let mut numbers: Vec<f64> = Vec::new();
        self.each_place(tiles, |position| numbers.extend(position.point.iter()));
        bytemuck::cast_slice(&numbers).to_vec()
    }

    /// Calls `with` for every place of every pixel of some tiles, in the shaders' order.
    pub(super) fn each_place(&self, tiles: Range<usize>, mut with: impl FnMut(&geometry::Position<f64>)) {
        let (plan, n) = (self.plan, self.plan.oversample);
        let size = plan.detector.pixel_size / n as f64;
        for tile in tiles {
            for (slow, fast) in self.tiles.pixels_of(tile) {
                for layer in 0..plan.layers.count {
                    let odet = plan.layers.depth_of(layer);
                    for sub in 0..n * n {
                        let fdet = geometry::subpixel_center(fast, sub % n, n, size);
                        let sdet = geometry::subpixel_center(slow, sub / n, n, size);
                        with(&geometry::position(&plan.detector, fdet, sdet, odet));
                    }
                }
            }
        }
    }
}
