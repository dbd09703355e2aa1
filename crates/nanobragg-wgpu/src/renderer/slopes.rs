//! Sums for derivatives, a band of pixels at a time.

use std::ops::Range;

use nanobragg::backend::{Control, Unsupported};
use nanobragg::plan::{Plan, Region};
use nanobragg::sensitivity::{Block, BlockSums, Layout, PixelSet, Runs};
use rayon::prelude::*;

use super::{MOST_WINDOW, Renderer, Windows};
use crate::Precision;
use crate::crowded;
use crate::encode::{EDGE, Encoded, GROUP, Tiles};
use crate::error::{Error, too_large};
use crate::gpu::Gpu;
use crate::holdings::Holdings;
use crate::slopes::{Conversion, PER_ORIENTATION, PER_SOURCE, SlopeSums};
use crate::staging::{Staged, Staging};
use crate::timing::{Ticks, Timings};

/// Bytes of a band's sums, at most: they are read back while the next band is computed.
const MOST_BAND: u64 = 1 << 27;

/// What derivatives are made of.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub pixels: PixelSet<'a>,
}

/// A band that the device is working on.
pub(crate) struct PendingSlopes {
    tiles: Range<usize>,
    /// Groups of all bands.
    groups: usize,
    list: Tiles,
    conversion: Conversion,
    precision: Precision,
    staged: Staged,
    ticks: Option<Ticks>,
    timings: Timings,
}

impl Renderer {
    /// Whether the sums of `wanted` fit, without sending anything to the device.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    pub(crate) fn fits_slopes(&mut self, wanted: Wanted<'_>) -> Result<(), Error> {
        let (encoded, sums) = self.encode_slopes(wanted)?;
        self.holdings.fits(&encoded)?;
        self.slope_bands(&encoded, &sums)?;
        self.slope_window(&encoded)?;
        Ok(())
    }

    /// Orientations that are sent at once, with their axes.
    fn slope_window(&self, encoded: &Encoded<'_>) -> Result<usize, Error> {
        let limit = self.gpu.limits.binding.min(MOST_WINDOW);
        let each = encoded.orientation_size().max(PER_ORIENTATION as u64 * encoded.real_size());
        let sources = (PER_SOURCE * encoded.plan.sources.len()) as u64 * encoded.real_size();
        match limit.saturating_sub(sources) / each {
            0 => Err(too_large("the sources' derivatives", sources + each, limit, "bytes in one buffer")),
            window => Ok(window as usize),
        }
    }

    fn encode_slopes<'a>(&mut self, wanted: Wanted<'a>) -> Result<(Encoded<'a>, SlopeSums), Error> {
        let Wanted { plan, layout, pixels } = wanted;
        let sums = SlopeSums::new(plan, layout, matches!(pixels, PixelSet::Listed(_)), self.precision)?;
        let mut encoded = match pixels {
            PixelSet::All => self.holdings.encode(plan, &plan.region, false)?,
            PixelSet::Listed(pixels) => {
                // Shaders do not look whether there is such a pixel.
                let size = [plan.region.image_slow, plan.region.image_fast];
                let inside = |pixel: &[u32; 2]| (0..2).all(|axis| (pixel[axis] as usize) < size[axis]);
                if !pixels.iter().all(inside) {
                    return Err(Unsupported::NoDerivatives("of pixels beyond the image").into());
                }
                let last = |size: usize| (0, size.saturating_sub(1));
                let Region { image_fast, image_slow, .. } = plan.region;
                let fast = last(image_fast);
                let slow = last(image_slow);
                let whole = Region { fast, slow, image_fast, image_slow, mask: None };
                let mut encoded = self.holdings.encode(plan, &whole, false)?;
                encoded.tiles = Tiles::of_pixels(&whole, pixels);
                encoded
            }
        };
        if encoded.permutation.split {
            return Err(Unsupported::NoDerivatives("with structure factors that take two buffers").into());
        }
        encoded.permutation.slopes = Some(sums);
        Ok((encoded, sums))
    }

    /// The groups in pieces whose sums fit into a buffer.
    fn slope_bands(&self, encoded: &Encoded<'_>, sums: &SlopeSums) -> Result<Vec<Range<usize>>, Error> {
        let binding = self.gpu.limits.binding.min(MOST_BAND);
        let pixels = GROUP as u64;
        let mut each = 2 * pixels * sums.numbers() as u64 * encoded.real_size();
        if encoded.permutation.placed {
            each = each.max(pixels * encoded.places_per_pixel() as u64 * encoded.placed_size());
        }
        if each > binding {
            return Err(too_large("the sums of a tile", each, binding, "bytes in one buffer"));
        }
        let (count, most) = (encoded.tiles.groups(), (binding / each) as usize);
        Ok((0..count).step_by(most).map(|first| first..(first + most).min(count)).collect())
    }

    /// Submits band number `band` of `wanted`; `None` where there are no more.
    ///
    /// # Errors
    /// As [`Renderer::render`], and [`Unsupported::NoDerivatives`].
    pub(crate) fn submit_slopes(
        &mut self,
        wanted: Wanted<'_>,
        band: usize,
        control: &Control<'_>,
    ) -> Result<Option<PendingSlopes>, Error> {
        self.gpu.check()?;
        self.flights.start();
        let (encoded, sums) = self.encode_slopes(wanted)?;
        let Some(tiles) = self.slope_bands(&encoded, &sums)?.into_iter().nth(band) else { return Ok(None) };
        let pipelines = self.compiled.get(&self.gpu, encoded.permutation)?;
        self.holdings.upload(&encoded)?;
        let bytes = tiles.len() as u64 * GROUP as u64 * sums.numbers() as u64 * encoded.real_size();
        self.holdings.prepare_band(&encoded, &tiles, 2 * bytes)?;
        let mut timings = Timings::default();
        let of_place = encoded.plan.sources.len() * encoded.plan.orientations.count();
        let windows = Windows {
            size: self.slope_window(&encoded)?,
            places_per_block: (GROUP / of_place.max(1)).max(1),
        };
        let hold = |holdings: &mut Holdings, range: Range<usize>| {
            holdings.hold_orientations(&encoded, range.clone())?;
            let turned = sums.turned(encoded.plan, wanted.layout, range);
            holdings.hold_turned(numbers(&turned, encoded.permutation.precision))
        };
        // Progress is told as bands come back.
        self.terms(&encoded, &pipelines, &tiles, (windows, &hold, &|_| ()), control, &mut timings)?;
        self.finish(&encoded, &pipelines, &tiles, control, &mut timings)?;
        let (staged, ticks) = self.submit_with_copies(bytes, true, control)?;
        let (scale, units) = (encoded.scale(), encoded.units);
        let conversion = Conversion::new(encoded.plan, &sums, scale, units.scattering, units.f_cell);
        Ok(Some(PendingSlopes {
            tiles,
            groups: encoded.tiles.groups(),
            conversion,
            precision: encoded.permutation.precision,
            list: encoded.tiles,
            staged,
            ticks,
            timings,
        }))
    }
}

/// `numbers` in the shaders' number type.
fn numbers(numbers: &[f64], precision: Precision) -> Vec<u8> {
    match precision {
        Precision::Single => {
            bytemuck::cast_slice(&numbers.iter().map(|&x| x as f32).collect::<Vec<f32>>()).to_vec()
        }
        Precision::Double => bytemuck::cast_slice(numbers).to_vec(),
    }
}

impl PendingSlopes {
    /// Waits for the band and hands its blocks out, those of a run in their order.
    ///
    /// # Errors
    /// What the device reports.
    pub fn collect(
        self,
        gpu: &Gpu,
        staging: &Staging,
        wanted: Wanted<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<Timings, nanobragg::Error> {
        let PendingSlopes { tiles, groups, list, conversion, precision, staged, ticks, mut timings } = self;
        let began = std::time::Instant::now();
        let runs = Runs::of(groups);
        let mut shares: Vec<Range<usize>> = Vec::new();
        for tile in tiles.clone() {
            match shares.last_mut() {
                Some(share) if runs.run(share.start) == runs.run(tile) => share.end = tile + 1,
                _ => shares.push(tile..tile + 1),
            }
        }
        let read = |bytes: &[u8]| -> Result<(), nanobragg::Error> {
            let size = if precision == Precision::Single { 4 } else { 8 };
            let number = |at: usize| {
                let bytes = bytes.get(at * size..(at + 1) * size).unwrap_or(&[0; 8][..size]);
                match precision {
                    Precision::Single => f64::from(bytemuck::pod_read_unaligned::<f32>(bytes)),
                    Precision::Double => bytemuck::pod_read_unaligned::<f64>(bytes),
                }
            };
            let row = tiles.len() * GROUP;
            let mut crowded = Vec::new();
            for tile in tiles.clone().filter(|_| conversion.lists()) {
                each_pixel(wanted, &list, tile, |lane, place| {
                    let slot = (tile - tiles.start) * GROUP + lane;
                    if conversion.is_crowded(|at| number(at * row + slot)) {
                        crowded.push(place);
                    }
                });
            }
            crowded.sort_unstable();
            crowded.dedup();
            let on_cpu = crowded::on_cpu(wanted.plan, &crowded, control)?;
            let new = || (BlockSums::new(conversion.numbers() - 1), vec![0.0; conversion.numbers()]);
            shares.par_iter().for_each_init(new, |(block, pixel), share| {
                for tile in share.clone() {
                    block.clear();
                    each_pixel(wanted, &list, tile, |lane, place| {
                        let slot = (tile - tiles.start) * GROUP + lane;
                        for (at, value) in pixel.iter_mut().enumerate() {
                            *value = number(at * row + slot);
                        }
                        conversion.apply(pixel);
                        if let Some((photons, rows)) = pixel.split_first() {
                            block.push(place, *photons, rows);
                        }
                        match on_cpu.get(&place) {
                            Some(owed) => block.owe(owed.iter().copied()),
                            None => block.owe(conversion.amplitudes(|at| number(at * row + slot))),
                        }
                    });
                    each(runs.run(tile), &block.block(runs, tile));
                }
            });
            Ok(())
        };
        staging.read(gpu, staged, control, read)??;
        timings.read_back = began.elapsed();
        if let Some(ticks) = ticks
            && let Some(kernel) = ticks.elapsed(gpu, staging, control, timings.terms)?
        {
            timings.kernel = kernel;
            timings.by_device_clock = true;
        }
        if let Some(progress) = control.progress {
            progress(nanobragg::backend::Progress { done: tiles.end, total: groups });
        }
        Ok(timings)
    }
}

/// Calls `with` for the pixels of a group that are wanted: their place in it, and [slow, fast].
fn each_pixel(wanted: Wanted<'_>, list: &Tiles, group: usize, mut with: impl FnMut(usize, [u32; 2])) {
    match wanted.pixels {
        PixelSet::Listed(pixels) => {
            let own = pixels.chunks(GROUP).nth(group).unwrap_or_default();
            own.iter().enumerate().for_each(|(lane, &pixel)| with(lane, pixel));
        }
        PixelSet::All => {
            let Some(&tile) = list.list.get(group) else { return };
            let (slow, fast) = list.corner(tile as usize);
            for lane in 0..GROUP {
                let (slow, fast) = (slow + lane / EDGE, fast + lane % EDGE);
                let inside = slow < list.rows.end && fast < list.columns.end;
                if inside && wanted.plan.region.renders(slow, fast) {
                    with(lane, [slow as u32, fast as u32]);
                }
            }
        }
    }
}
