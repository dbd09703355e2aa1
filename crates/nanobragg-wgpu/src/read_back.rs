//! From the sums on the device to photons on the host.

use std::ops::Range;
use std::time::{Duration, Instant};

use bytemuck::AnyBitPattern;
use nanobragg::backend::Control;
use nanobragg::plan::Region;

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
    tiles: Vec<u32>,
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
            tiles: encoded.tiles.list.clone(),
            submitted: Instant::now(),
        }
    }

    /// All pixels of the image as `T`s that `from` makes of photons.
    pub(crate) fn pixels<T: Copy + Default>(
        self,
        gpu: &Gpu,
        staging: &mut Staging,
        control: &Control<'_>,
        from: impl Fn(f64) -> T,
    ) -> Result<(Vec<T>, Timings), Error> {
        let Pending { region, mut timings, bands, settled, ticks, precision, scale, tiles, submitted } = self;
        let layout = Tiles::new(&Region { mask: None, ..region.clone() });
        let mut image = vec![T::default(); region.image_fast * region.image_slow];
        let mut waited = Duration::ZERO;
        for band in bands {
            let began = Instant::now();
            gpu.wait(&band.staging.submission, &|| control.canceled())?;
            timings.kernel = submitted.elapsed().saturating_sub(timings.upload).saturating_sub(waited);
            let own = tiles.get(band.tiles).unwrap_or_default();
            let spread = Spread { layout: &layout, region: &region, tiles: own };
            staging.read(gpu, band.staging, control, |bytes| match precision {
                Precision::Single => spread.over(&mut image, bytes, |x: f32| from(f64::from(x) * scale)),
                Precision::Double => spread.over(&mut image, bytes, |x: f64| from(x * scale)),
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
        Ok((image, timings))
    }
}

/// Where the sums of some tiles belong.
struct Spread<'a> {
    layout: &'a Tiles,
    region: &'a Region,
    tiles: &'a [u32],
}

impl Spread<'_> {
    /// Puts the sums in `bytes`, tile by tile, into the image's rows.
    fn over<N: AnyBitPattern, T>(&self, image: &mut [T], bytes: &[u8], from: impl Fn(N) -> T) {
        let size = size_of::<N>();
        for (&tile, values) in self.tiles.iter().zip(bytes.chunks_exact(GROUP * size)) {
            let (slow, fast) = self.layout.corner(tile as usize);
            let columns = self.layout.columns.end.saturating_sub(fast).min(EDGE);
            let rows = slow..self.layout.rows.end.min(slow + EDGE);
            for (slow, values) in rows.zip(values.chunks_exact(EDGE * size)) {
                let first = self.region.index(slow, fast);
                let Some(row) = image.get_mut(first..first + columns) else { continue };
                for (at, (pixel, value)) in row.iter_mut().zip(values.chunks_exact(size)).enumerate() {
                    if self.region.mask.is_none() || self.region.renders(slow, fast + at) {
                        *pixel = from(bytemuck::pod_read_unaligned(value));
                    }
                }
            }
        }
    }
}
