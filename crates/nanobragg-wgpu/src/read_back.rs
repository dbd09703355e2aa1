//! From the sums on the device to photons on the host.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytemuck::AnyBitPattern;
use nanobragg::backend::{Control, Unsupported};
use nanobragg::image::{Image, Spares};
use nanobragg::plan::Region;
use rayon::prelude::*;

use crate::Precision;
use crate::encode::{EDGE, Encoded, GROUP, Tiles};
use crate::error::Error;
use crate::gpu::Gpu;
use crate::staging::{Staged, Staging};
use crate::timing::Timings;

/// A band's sums on their way.
#[derive(Debug)]
pub(crate) struct Band {
    pub tiles: Range<usize>,
    pub staging: Staged,
}

/// An image that the device is rendering.
#[derive(Debug)]
#[must_use = "a submitted image has to be collected"]
pub struct Pending {
    pub(crate) region: Region,
    pub(crate) timings: Timings,
    pub(crate) bands: Vec<Band>,
    /// Pixels that come from the definition, by their place in scan order.
    pub(crate) settled: Vec<(usize, f64)>,
    pub(crate) ticks: Option<crate::timing::Ticks>,
    precision: Precision,
    scale: f64,
    tiles: Arc<[u32]>,
    submitted: Instant,
}

impl Pending {
    pub(crate) fn new(encoded: &Encoded<'_>) -> Self {
        Pending {
            region: encoded.plan.region.clone(),
            timings: Timings::default(),
            bands: Vec::new(),
            settled: Vec::new(),
            ticks: None,
            precision: encoded.permutation.precision,
            scale: encoded.scale(),
            tiles: Arc::clone(&encoded.tiles.list),
            submitted: Instant::now(),
        }
    }

    /// The image, as soon as the device is done with it, in memory of `spares`. What collects needs nothing of the renderer, which
    /// goes on with the next image meanwhile.
    ///
    /// # Errors
    /// What the device reports; there is no memory.
    pub(crate) fn image(
        self,
        gpu: &Gpu,
        staging: &Staging,
        spares: &Spares,
        control: &Control<'_>,
    ) -> Result<(Image, Timings), Error> {
        let region = &self.region;
        let (fast, slow) = (region.image_fast, region.image_slow);
        let image = if region.is_whole() { spares.any(fast, slow) } else { spares.dark(fast, slow) };
        let image = image.map_err(|_| Unsupported::OutOfMemory)?;
        let mut pixels = image.into_pixels();
        let timings = self.pixels(gpu, staging, control, &mut pixels, |photons| photons as f32)?;
        Ok((Image::from_pixels(fast, pixels).unwrap_or_else(|| Image::new(fast, slow)), timings))
    }

    /// As [`Self::image`], in double precision.
    pub(crate) fn photons(
        self,
        gpu: &Gpu,
        staging: &Staging,
        control: &Control<'_>,
    ) -> Result<(Vec<f64>, Timings), Error> {
        let mut photons = vec![0.0; self.region.image_fast * self.region.image_slow];
        let timings = self.pixels(gpu, staging, control, &mut photons, |photons| photons)?;
        Ok((photons, timings))
    }

    /// Writes the rendered pixels into `image`, as `T`s that `from` makes of photons, as soon as the device is done with them.
    ///
    /// # Errors
    /// What the device reports.
    pub(crate) fn pixels<T: Send>(
        self,
        gpu: &Gpu,
        staging: &Staging,
        control: &Control<'_>,
        image: &mut [T],
        from: impl Fn(f64) -> T + Sync,
    ) -> Result<Timings, Error> {
        let Pending { region, mut timings, bands, settled, ticks, precision, scale, tiles, submitted } = self;
        let layout = Tiles::of_all(&region);
        let mut waited = Duration::ZERO;
        for band in bands {
            let began = Instant::now();
            gpu.wait(&band.staging.submission, &|| control.canceled())?;
            timings.kernel = submitted.elapsed().saturating_sub(timings.upload).saturating_sub(waited);
            let own = tiles.get(band.tiles).unwrap_or_default();
            let spread = Spread { layout: &layout, region: &region, tiles: own };
            staging.read(gpu, band.staging, control, |bytes| match precision {
                Precision::Single => spread.over(image, bytes, |x: f32| from(f64::from(x) * scale)),
                Precision::Double => spread.over(image, bytes, |x: f64| from(x * scale)),
            })?;
            waited += began.elapsed();
        }
        timings.read_back = waited;
        if let Some(ticks) = ticks
            && let Some(kernel) = ticks.elapsed(gpu, staging, control, timings.terms)?
        {
            timings.kernel = kernel;
            timings.by_device_clock = true;
        }
        for (at, value) in settled {
            if let Some(pixel) = image.get_mut(at) {
                *pixel = from(value);
            }
        }
        Ok(timings)
    }
}

/// Where the sums of some tiles belong.
struct Spread<'a> {
    layout: &'a Tiles,
    region: &'a Region,
    /// Numbers of the tiles, in order.
    tiles: &'a [u32],
}

/// Pixels that are worth a thread of their own.
const SHARE: usize = 1 << 17;

impl Spread<'_> {
    /// Puts the sums in `bytes`, tile by tile, into the image's rows: rows of tiles at once, on as many threads as the image is
    /// large enough for.
    fn over<N: AnyBitPattern + Sync, T: Send>(
        &self,
        image: &mut [T],
        bytes: &[u8],
        from: impl Fn(N) -> T + Sync,
    ) {
        let width = self.region.image_fast.max(1);
        let across = self.layout.across.max(1);
        let first = self.layout.rows.start * width;
        let Some(image) = image.get_mut(first..self.layout.rows.end * width) else { return };
        let rows = image.par_chunks_mut(EDGE * width).enumerate();
        rows.with_min_len((SHARE / (EDGE * width)).max(1)).for_each(|(number, rows)| {
            // Tiles are numbered in scan order.
            let begin = self.tiles.partition_point(|&tile| (tile as usize) / across < number);
            let end = self.tiles.partition_point(|&tile| (tile as usize) / across <= number);
            let size = GROUP * size_of::<N>();
            let own = self.tiles.get(begin..end).unwrap_or_default();
            let bytes = bytes.get(begin * size..end * size).unwrap_or_default();
            for (&tile, values) in own.iter().zip(bytes.chunks_exact(size)) {
                self.tile(tile as usize, rows, values, &from);
            }
        });
    }

    /// Puts the sums of a tile into its rows.
    fn tile<N: AnyBitPattern, T>(&self, tile: usize, rows: &mut [T], values: &[u8], from: &impl Fn(N) -> T) {
        let size = size_of::<N>();
        let (slow, fast) = self.layout.corner(tile);
        let columns = self.layout.columns.end.saturating_sub(fast).min(EDGE);
        let rows = rows.chunks_exact_mut(self.region.image_fast.max(1));
        for ((slow, row), values) in (slow..).zip(rows).zip(values.chunks_exact(EDGE * size)) {
            let Some(row) = row.get_mut(fast..fast + columns) else { continue };
            for (at, (pixel, value)) in row.iter_mut().zip(values.chunks_exact(size)).enumerate() {
                if self.region.mask.is_none() || self.region.renders(slow, fast + at) {
                    *pixel = from(bytemuck::pod_read_unaligned(value));
                }
            }
        }
    }
}
