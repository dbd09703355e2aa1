//! A device that renders one plan after the other.

mod slopes;

pub(crate) use slopes::{PendingSlopes, Wanted};

use std::ops::Range;
use std::time::Instant;

use nanobragg::backend::{Control, Progress};
use nanobragg::image::Pixel;
use nanobragg::image::{Image, Spares};
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use nanobragg::sensitivity::Block;

use crate::Precision;
use crate::encode::{Encoded, GROUP};
use crate::error::{Cause, Error, too_large};
use crate::flights::{Dispatched, Flights};
use crate::gpu::Gpu;
use crate::holdings::Holdings;
use crate::layout::Dispatch;
use crate::permutation::Permutation;
use crate::pipeline::{Compiled, Pipelines};
use crate::read_back::{Band, Pending};
use crate::resident::Uploads;
use crate::schedule::{Part, Walk, Work};
use crate::staging::{Staged, Staging};
use crate::timing::{Ticks, Timings};

/// Bytes of a band's sums, or of its sub-pixels' places, at most.
const MOST_BAND: u64 = 1 << 29;

/// Bytes of orientations that are sent at once, at most.
const MOST_WINDOW: u64 = 1 << 26;

/// How orientations are divided.
#[derive(Clone, Copy)]
struct Windows {
    /// Orientations that are sent at once.
    size: usize,
    /// Places whose terms make a block.
    places_per_block: usize,
}

/// Makes the device hold what the terms of some orientations need.
type Hold<'a> = dyn Fn(&mut Holdings, Range<usize>) -> Result<(), Error> + 'a;

/// Renders plans on a device and keeps what the next one can use: compiled shaders, buffers, and every piece of data
/// that has not changed, the table of structure factors first of all.
#[derive(Debug)]
pub struct Renderer {
    pub(crate) gpu: Gpu,
    precision: Precision,
    compiled: Compiled,
    pub(crate) holdings: Holdings,
    flights: Flights,
    pub(crate) staging: Staging,
    spares: Spares,
    timings: Timings,
}

impl Renderer {
    /// A renderer on `gpu`.
    ///
    /// # Errors
    /// [`ErrorKind::NoDoublePrecision`](crate::ErrorKind::NoDoublePrecision) where the adapter lacks it, [`ErrorKind::DeviceLost`](crate::ErrorKind::DeviceLost).
    pub fn new(gpu: Gpu, precision: Precision) -> Result<Self, Error> {
        if precision == Precision::Double && !gpu.info.double_precision {
            return Err(Cause::NoDoublePrecision { adapter: gpu.info.name.clone() }.into());
        }
        let compiled = Compiled::new(&gpu);
        let (holdings, flights) = (Holdings::new(&gpu, precision), Flights::new(&gpu));
        gpu.check()?;
        Ok(Renderer {
            gpu,
            precision,
            compiled,
            holdings,
            flights,
            staging: Staging::default(),
            spares: Spares::default(),
            timings: Timings::default(),
        })
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Precision of the sums.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// What was sent to the device so far.
    pub fn uploads(&self) -> Uploads {
        self.holdings.uploads
    }

    /// Times of the image that was collected last.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Takes back an image that is done with: the next of its size may use its memory.
    pub fn recycle(&mut self, image: Image) {
        self.spares.give(image);
    }

    /// What collects an image while the renderer goes on with the next.
    pub(crate) fn collector(&self) -> Collector {
        Collector { gpu: self.gpu.clone(), staging: self.staging.clone(), spares: self.spares.clone() }
    }

    /// Takes note of an image that was collected.
    pub(crate) fn collected(&mut self, timings: Timings) {
        self.timings = timings;
    }

    /// Renders `plan`.
    ///
    /// # Errors
    /// What the device reports, and what it cannot do: see [`Error`].
    pub fn render(&mut self, plan: &Plan, control: &Control<'_>) -> Result<Image, Error> {
        let pending = self.submit(plan, control)?;
        self.collect(pending, control)
    }

    /// Photons of all pixels of `plan` in double precision, before they are rounded to an image's single
    /// precision; zero where the plan renders nothing.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn photons(&mut self, plan: &Plan, control: &Control<'_>) -> Result<Vec<f64>, Error> {
        let pending = self.submit(plan, control)?;
        self.collect_photons(pending, control)
    }

    /// Sends `plan` to the device and returns as soon as all its work is submitted. To render a sequence, submit
    /// the next plan before the one before is [collected](Self::collect): the device then never waits.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn submit(&mut self, plan: &Plan, control: &Control<'_>) -> Result<Pending, Error> {
        let span = tracing::info_span!("submit", backend = crate::NAME);
        let _entered = span.enter();
        self.gpu.check()?;
        let began = Instant::now();
        self.flights.start();
        let encoded = self.holdings.encode(plan, &plan.region, false)?;
        let mut pending = Pending::new(&encoded);
        if !encoded.tiles.list.is_empty() {
            let pipelines = self.compiled.get(&self.gpu, encoded.permutation)?;
            self.holdings.upload(&encoded)?;
            pending.timings.upload = began.elapsed();
            for band in self.bands(&encoded)? {
                self.band(&encoded, &pipelines, band, control, &mut pending)?;
            }
        }
        // While the device works: the pixels whose result depends on those before them.
        for at in encoded.order_dependent_pixels() {
            let (slow, fast) = (at / plan.region.image_fast, at % plan.region.image_fast);
            if plan.region.renders(slow, fast) {
                pending.settled.push((at, pixel(plan, Pixel { slow, fast }, &mut ())));
            }
        }
        Ok(pending)
    }

    /// Whether `plan` can be rendered, without sending anything to the device.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    pub fn fits(&mut self, plan: &Plan) -> Result<(), Error> {
        let encoded = self.holdings.encode(plan, &plan.region, false)?;
        if encoded.tiles.list.is_empty() {
            return Ok(());
        }
        self.holdings.fits(&encoded)?;
        self.bands(&encoded)?;
        Ok(())
    }

    /// Whether the device is done with a submitted plan.
    ///
    /// # Errors
    /// What the device reports.
    pub fn is_finished(&self, pending: &Pending) -> Result<bool, Error> {
        let Some(last) = pending.bands.last() else { return Ok(true) };
        self.gpu.is_done(&last.staging.submission)
    }

    /// The image of a submitted plan, as soon as it is done.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn collect(&mut self, pending: Pending, control: &Control<'_>) -> Result<Image, Error> {
        let (image, timings) = self.collector().image(pending, control)?;
        self.timings = timings;
        Ok(image)
    }

    /// As [`Self::collect`], in double precision.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn collect_photons(&mut self, pending: Pending, control: &Control<'_>) -> Result<Vec<f64>, Error> {
        let (photons, timings) = pending.photons(&self.gpu, &self.staging, control)?;
        self.timings = timings;
        Ok(photons)
    }

    /// The tiles in pieces whose sums fit into a buffer.
    fn bands(&self, encoded: &Encoded<'_>) -> Result<Vec<Range<usize>>, Error> {
        let binding = self.gpu.limits.binding.min(MOST_BAND);
        let sums = 2 * GROUP as u64 * encoded.real_size();
        let mut most = binding / sums;
        if encoded.permutation.placed {
            let places = GROUP as u64 * encoded.places_per_pixel() as u64 * encoded.placed_size();
            if places > binding {
                return Err(too_large("the sub-pixels of a tile", places, binding, "bytes in one buffer"));
            }
            most = most.min(binding / places);
        }
        let (count, most) = (encoded.tiles.list.len(), (most as usize).max(1));
        Ok((0..count).step_by(most).map(|first| first..(first + most).min(count)).collect())
    }

    /// Submits the work of a band and its read-back.
    fn band(
        &mut self,
        encoded: &Encoded<'_>,
        pipelines: &Pipelines,
        band: Range<usize>,
        control: &Control<'_>,
        pending: &mut Pending,
    ) -> Result<(), Error> {
        let began = Instant::now();
        let sums = band.len() * GROUP;
        self.holdings.prepare_band(encoded, &band, 2 * sums as u64 * encoded.real_size())?;
        let window = self.gpu.limits.binding.min(MOST_WINDOW) / encoded.orientation_size();
        let windows = Windows { size: (window as usize).max(1), places_per_block: 1 };
        pending.timings.upload += began.elapsed();
        let hold = |holdings: &mut Holdings, range| holdings.hold_orientations(encoded, range);
        let tell = |tile| report(control, encoded, tile);
        let timings = &mut pending.timings;
        self.terms(encoded, pipelines, &band, (windows, &hold, &tell), control, timings)?;
        self.finish(encoded, pipelines, &band, control, timings)?;
        let size = sums as u64 * encoded.real_size();
        let last = band.end == encoded.tiles.list.len();
        let (staging, ticks) = self.submit_with_copies(size, last, control)?;
        pending.ticks = ticks;
        pending.bands.push(Band { tiles: band, staging });
        Ok(())
    }

    /// Records the terms of a band, orientations by windows. `hold` makes the device hold what a window needs, `tell` is
    /// told which tile the last window is at.
    fn terms(
        &mut self,
        encoded: &Encoded<'_>,
        pipelines: &Pipelines,
        band: &Range<usize>,
        (windows, hold, tell): (Windows, &Hold<'_>, &dyn Fn(usize)),
        control: &Control<'_>,
        timings: &mut Timings,
    ) -> Result<(), Error> {
        let limits = self.gpu.limits;
        let most = limits.most_groups();
        let count = encoded.plan.orientations.count();
        for first in (0..count).step_by(windows.size) {
            // What is recorded needs the orientations that are there.
            self.flights.flush(control)?;
            let began = Instant::now();
            let range = first..(first + windows.size).min(count);
            hold(&mut self.holdings, range.clone())?;
            timings.upload += began.elapsed();
            let mut walk = Walk::new(Work {
                tiles: band.clone(),
                places: encoded.places_per_pixel(),
                sources: encoded.plan.sources.len(),
                orientations: 0..range.len(),
                places_per_block: windows.places_per_block,
            });
            loop {
                let terms = self.flights.terms(encoded.permutation);
                let Some(part) = walk.next(terms, most) else { break };
                let begins = first == 0 && part.begins(0);
                let (dispatch, groups) = part.dispatch(band, begins, limits.groups);
                let work = (&dispatch, groups, part.terms);
                self.dispatch(encoded.permutation, &pipelines.render, work, control, timings)?;
                if range.end == count {
                    tell(walk.tile());
                }
            }
        }
        Ok(())
    }

    /// Records what is done with a band's finished sums: the factors that are computed once.
    fn finish(
        &mut self,
        encoded: &Encoded<'_>,
        pipelines: &Pipelines,
        band: &Range<usize>,
        control: &Control<'_>,
        timings: &mut Timings,
    ) -> Result<(), Error> {
        let limits = self.gpu.limits;
        let terms = self.flights.terms(encoded.permutation);
        let each =
            ((terms / (GROUP as f64 * encoded.finishing_cost())) as usize).clamp(1, limits.most_groups());
        for first in band.clone().step_by(each) {
            let part = Part {
                tiles: first..(first + each).min(band.end),
                places: 0..0,
                sources: 0..0,
                orientations: 0..0,
                sources_per_block: 1,
                places_per_block: 1,
                terms: 0.0,
            };
            let (dispatch, groups) = part.dispatch(band, false, limits.groups);
            let work = (&dispatch, groups, 0.0);
            self.dispatch(encoded.permutation, &pipelines.finish, work, control, timings)?;
        }
        Ok(())
    }

    /// Records a dispatch of so many groups and terms.
    fn dispatch(
        &mut self,
        permutation: Permutation,
        pipeline: &wgpu::ComputePipeline,
        (dispatch, groups, terms): (&Dispatch, [u32; 2], f64),
        control: &Control<'_>,
        timings: &mut Timings,
    ) -> Result<(), Error> {
        let bind_group = &self.holdings.bind(&self.compiled.layout, permutation.slopes.is_some());
        self.flights
            .record(&Dispatched { permutation, pipeline, bind_group, dispatch, groups, terms }, control)?;
        timings.dispatches += 1;
        timings.terms += terms;
        Ok(())
    }

    /// Ends a piece of work: submits what is recorded, with copies of the first `size` bytes of the sums and, where `last`, of all
    /// stamps.
    fn submit_with_copies(
        &mut self,
        size: u64,
        last: bool,
        control: &Control<'_>,
    ) -> Result<(Staged, Option<Ticks>), Error> {
        let copy = self.staging.copy(&self.gpu, self.flights.encoder(), &self.holdings.sums.buffer, size);
        let stamps = if last { self.flights.stop_clock(&self.staging) } else { None };
        let submission = self.flights.submit(control)?;
        let ticks = stamps.map(|stamps| stamps.submitted(submission.clone()));
        Ok((copy.submitted(submission), ticks))
    }

    /// What one dispatch of one group leaves in the first `size` bytes of the sums.
    pub(crate) fn single_dispatch(
        &mut self,
        permutation: Permutation,
        dispatch: &Dispatch,
        size: u64,
    ) -> Result<Staged, Error> {
        let pipelines = self.compiled.get(&self.gpu, permutation)?;
        let control = Control::default();
        self.flights.start();
        let timings = &mut Timings::default();
        self.dispatch(permutation, &pipelines.render, (dispatch, [1, 1], 0.0), &control, timings)?;
        Ok(self.submit_with_copies(size, false, &control)?.0)
    }
}

/// What collects images, on any thread. Clones share memory.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    gpu: Gpu,
    staging: Staging,
    pub spares: Spares,
}

impl Collector {
    /// The image of a submitted plan, as soon as it is done, and its times.
    pub fn image(&self, pending: Pending, control: &Control<'_>) -> Result<(Image, Timings), Error> {
        pending.image(&self.gpu, &self.staging, &self.spares, control)
    }

    /// Hands out the blocks of a submitted band, as soon as it is done.
    pub fn slopes(
        &self,
        pending: PendingSlopes,
        wanted: Wanted<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<Timings, nanobragg::Error> {
        pending.collect(&self.gpu, &self.staging, wanted, control, each)
    }

    /// The image of a submitted plan into pixels that are ready for it, as soon as it is done, and its times.
    pub fn pixels(
        &self,
        pending: Pending,
        pixels: &mut [f32],
        control: &Control<'_>,
    ) -> Result<Timings, Error> {
        pending.pixels(&self.gpu, &self.staging, control, pixels, |photons| photons as f32)
    }
}

/// Tells the caller how many rows are under way.
fn report(control: &Control<'_>, encoded: &Encoded<'_>, tile: usize) {
    let Some(progress) = control.progress else { return };
    let total = encoded.tiles.rows.len();
    let done = total * tile / encoded.tiles.list.len().max(1);
    progress(Progress { done, total });
}
