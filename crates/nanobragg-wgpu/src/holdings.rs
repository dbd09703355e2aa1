//! What the device holds: the buffers behind the bindings, and which of them have to change for a plan.

use std::ops::Range;
use std::sync::Arc;

use nanobragg::model::StructureFactors;
use nanobragg::plan::{Plan, Region};

use crate::Precision;
use crate::encode::{Encoded, Places, TableBytes, Tiles, largest};
use crate::error::{Error, too_large};
use crate::gpu::Gpu;
use crate::pipeline::BINDINGS;
use crate::resident::{Resident, Uploads};

/// The buffers behind the bindings, and what they were filled from.
#[derive(Debug)]
pub(crate) struct Holdings {
    gpu: Gpu,
    precision: Precision,
    tiles: Resident,
    /// The list that `tiles` holds.
    tiles_sent: Option<Arc<[u32]>>,
    frame: Resident,
    sources: Resident,
    orientations: Resident,
    pub sums: Resident,
    places: Resident,
    table: [Resident; 2],
    /// What derivatives know of sources and orientations, at the binding of the table's second part.
    turned: Resident,
    known: Option<KnownTable>,
    /// The region that was rendered last, and its tiles.
    known_tiles: Option<(Region, Tiles)>,
    /// The places that were computed last.
    known_places: Option<Places>,
    /// The group of all bindings, the number of buffers that had been made when it was, and whether it is one for derivatives.
    bind_group: Option<(wgpu::BindGroup, u64, bool)>,
    pub uploads: Uploads,
}

/// The table of structure factors that was rendered last.
#[derive(Debug)]
struct KnownTable {
    table: StructureFactors,
    /// The largest amplitude.
    amplitude: f64,
    on_device: bool,
}

impl Holdings {
    pub fn new(gpu: &Gpu, precision: Precision) -> Self {
        Holdings {
            gpu: gpu.clone(),
            precision,
            tiles: Resident::new(gpu),
            frame: Resident::new(gpu),
            sources: Resident::new(gpu),
            orientations: Resident::new(gpu),
            sums: Resident::new(gpu),
            places: Resident::new(gpu),
            table: [Resident::new(gpu), Resident::new(gpu)],
            turned: Resident::new(gpu),
            known: None,
            known_tiles: None,
            known_places: None,
            tiles_sent: None,
            bind_group: None,
            uploads: Uploads::default(),
        }
    }

    /// The pixels of `plan` in `region` as the shaders read them.
    pub fn encode<'a>(&mut self, plan: &'a Plan, region: &Region, taps: bool) -> Result<Encoded<'a>, Error> {
        let table = &plan.structure_factors;
        let known = self.known.take().filter(|known| known.table.is_same_table(table));
        let known = known.unwrap_or_else(|| KnownTable {
            table: table.clone(),
            amplitude: largest(table),
            on_device: false,
        });
        let amplitude = known.amplitude;
        self.known = Some(known);
        let tiles = match &self.known_tiles {
            Some((known, tiles)) if known == region => tiles.clone(),
            _ => {
                let tiles = Tiles::new(region);
                self.known_tiles = Some((region.clone(), tiles.clone()));
                tiles
            }
        };
        let encoded = Encoded::new(
            plan,
            tiles,
            self.precision,
            taps,
            amplitude,
            self.gpu.limits.binding,
            &mut self.known_places,
        )?;
        let places = encoded.places_per_pixel() as u64;
        if places > u64::from(u32::MAX) {
            return Err(too_large("the sub-pixels and layers", places, u64::from(u32::MAX), "of them"));
        }
        Ok(encoded)
    }

    /// Whether the device has room for what does not change from band to band.
    pub fn fits(&self, encoded: &Encoded<'_>) -> Result<(), Error> {
        let limit = self.gpu.limits.binding;
        for (what, bytes) in [
            ("the tiles", size_of_val(&*encoded.tiles.list)),
            ("the constants", encoded.frame.len()),
            ("the sources", encoded.sources.len()),
            ("rows and columns", encoded.places.len()),
        ] {
            if bytes as u64 > limit {
                return Err(too_large(what, bytes as u64, limit, "bytes in one buffer"));
            }
        }
        let table = encoded.plan.structure_factors.padded();
        let entries = table.map_or(0, |table| table.values.len() as u64);
        if entries > 2 * encoded.table_split {
            let needed = entries * encoded.real_size();
            return Err(too_large("the structure factors", needed, 2 * limit, "bytes in two buffers"));
        }
        Ok(())
    }

    /// Makes the device hold what does not change from band to band.
    pub fn upload(&mut self, encoded: &Encoded<'_>) -> Result<(), Error> {
        let (gpu, sent) = (&self.gpu, &mut self.uploads);
        let made = &mut sent.buffers;
        let list = &encoded.tiles.list;
        if self.tiles_sent.as_ref().is_none_or(|sent| !Arc::ptr_eq(sent, list) && sent != list) {
            self.tiles_sent = None;
            self.tiles.send(gpu, bytemuck::cast_slice(list), "the tiles", made)?;
            self.tiles_sent = Some(Arc::clone(list));
            sent.tiles += 1;
        }
        self.frame.hold(gpu, &encoded.frame, "the constants", &mut sent.frames, made)?;
        self.sources.hold(gpu, &encoded.sources, "the sources", &mut sent.sources, made)?;
        self.places.hold(gpu, &encoded.places, "rows and columns", &mut sent.places, made)?;
        if let Some(known) = self.known.as_mut().filter(|known| !known.on_device) {
            if let Some(contents) = TableBytes::new(&known.table, self.precision, encoded.units.f_cell) {
                if contents.entries > 2 * encoded.table_split {
                    let needed = contents.bytes.len() as u64;
                    let limit = 2 * gpu.limits.binding;
                    return Err(too_large("the structure factors", needed, limit, "bytes in two buffers"));
                }
                let at = contents.bytes.len().min((encoded.table_split * encoded.real_size()) as usize);
                let (low, high) = contents.bytes.split_at(at);
                let [first, second] = &mut self.table;
                first.send(gpu, low, "the structure factors", made)?;
                if !high.is_empty() {
                    second.send(gpu, high, "the structure factors", made)?;
                }
                sent.tables += 1;
            }
            known.on_device = true;
        }
        Ok(())
    }

    /// Room for a band's sums, and its sub-pixels' places where the host knows them.
    pub fn prepare_band(
        &mut self,
        encoded: &Encoded<'_>,
        band: &Range<usize>,
        sums: u64,
    ) -> Result<(), Error> {
        let made = &mut self.uploads.buffers;
        self.sums.reserve(&self.gpu, sums, "the sums", made)?;
        if encoded.permutation.placed {
            let places = encoded.placed(band.clone());
            let sent = &mut self.uploads.places;
            self.places.hold(&self.gpu, &places, "the sub-pixels' places", sent, made)?;
        }
        Ok(())
    }

    /// Makes the device hold the orientations of `range`.
    pub fn hold_orientations(&mut self, encoded: &Encoded<'_>, range: Range<usize>) -> Result<(), Error> {
        let bytes = encoded.orientations(range);
        let (sent, made) = (&mut self.uploads.orientations, &mut self.uploads.buffers);
        self.orientations.hold(&self.gpu, &bytes, "the orientations", sent, made)
    }

    /// Makes the device hold what derivatives know of sources and orientations.
    pub fn hold_turned(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let (sent, made) = (&mut self.uploads.orientations, &mut self.uploads.buffers);
        self.turned.hold(&self.gpu, &bytes, "the orientations' axes", sent, made)
    }

    /// The group of all bindings, for images or for derivatives.
    pub fn bind(&mut self, layout: &wgpu::BindGroupLayout, slopes: bool) -> wgpu::BindGroup {
        let made = self.uploads.buffers;
        let known = self.bind_group.as_ref().filter(|(_, then, of)| (*then, *of) == (made, slopes));
        if let Some((bind_group, ..)) = known {
            return bind_group.clone();
        }
        let [low, high] = &self.table;
        let high = if slopes { &self.turned } else { high };
        let buffers: [&wgpu::Buffer; BINDINGS as usize] = [
            &self.tiles.buffer,
            &self.frame.buffer,
            &self.sources.buffer,
            &self.orientations.buffer,
            &self.sums.buffer,
            &self.places.buffer,
            &low.buffer,
            &high.buffer,
        ];
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (1..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout, entries: &entries };
        let bind_group = self.gpu.device.create_bind_group(&descriptor);
        self.bind_group = Some((bind_group.clone(), made, slopes));
        bind_group
    }
}
