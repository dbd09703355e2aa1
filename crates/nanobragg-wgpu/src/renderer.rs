//! A device that renders one plan after the other.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::time::{Duration, Instant};

use nanobragg::image::Image;
use nanobragg::model::StructureFactors;
use nanobragg::physics::{NoProbe, pixel};
use nanobragg::plan::{Plan, Region};
use nanobragg::render::{Control, Progress};

use crate::Precision;
use crate::encode::{Encoded, GROUP, TableBytes, largest};
use crate::error::GpuError;
use crate::gpu::Gpu;
use crate::layout::Dispatch;
use crate::permutation::Permutation;
use crate::pipeline::{BINDINGS, Compiled, Pipelines};
use crate::read_back::{Band, Pending, Staging};
use crate::resident::{Resident, Uploads};
use crate::schedule::{Pace, Part, Walk, Work};
use crate::timing::{Clock, Timings};

/// Dispatches that the device may have before it: enough that it never waits for the host.
const IN_FLIGHT: usize = 2;

/// Bytes of a band's sums, or of its sub-pixels' places, at most.
const MOST_BAND: u64 = 1 << 29;

/// Bytes of orientations that are sent at once, at most.
const MOST_WINDOW: u64 = 1 << 26;

/// Renders plans on a device and keeps what the next one can use: compiled shaders, buffers, and every piece of data
/// that has not changed, the table of structure factors first of all.
#[derive(Debug)]
pub struct Renderer {
    pub(crate) gpu: Gpu,
    precision: Precision,
    compiled: Compiled,
    pub(crate) buffers: Buffers,
    bind_group: Option<wgpu::BindGroup>,
    table: Option<KnownTable>,
    uploads: Uploads,
    paces: HashMap<Permutation, Pace>,
    in_flight: VecDeque<Flight>,
    pub(crate) staging: Staging,
    clock: Option<Clock>,
    timings: Timings,
}

/// The buffers behind the bindings.
#[derive(Debug)]
pub(crate) struct Buffers {
    dispatch: wgpu::Buffer,
    tiles: Resident,
    frame: Resident,
    sources: Resident,
    orientations: Resident,
    pub sums: Resident,
    places: Resident,
    table: [Resident; 2],
}

/// The table of structure factors that was rendered last.
#[derive(Debug)]
struct KnownTable {
    table: StructureFactors,
    /// The largest amplitude.
    amplitude: f64,
    on_device: bool,
}

/// A dispatch that the device has not finished, as far as is known.
#[derive(Debug)]
struct Flight {
    submission: wgpu::SubmissionIndex,
    permutation: Permutation,
    terms: f64,
    since: Instant,
    /// Time that the submission itself took: some drivers do the work then.
    submitting: Duration,
}

impl Renderer {
    /// A renderer on `gpu`.
    ///
    /// # Errors
    /// [`GpuError::NoDoublePrecision`] where the adapter lacks it, [`GpuError::DeviceLost`].
    pub fn new(gpu: Gpu, precision: Precision) -> Result<Self, GpuError> {
        if precision == Precision::Double && !gpu.info.double_precision {
            return Err(GpuError::NoDoublePrecision { adapter: gpu.info.name.clone() });
        }
        let compiled = Compiled::new(&gpu);
        let buffers = Buffers {
            dispatch: gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: size_of::<Dispatch>() as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
            tiles: Resident::new(&gpu),
            frame: Resident::new(&gpu),
            sources: Resident::new(&gpu),
            orientations: Resident::new(&gpu),
            sums: Resident::new(&gpu),
            places: Resident::new(&gpu),
            table: [Resident::new(&gpu), Resident::new(&gpu)],
        };
        let clock = gpu.info.timestamps.then(|| Clock::new(&gpu));
        gpu.check()?;
        Ok(Renderer {
            gpu,
            precision,
            compiled,
            buffers,
            bind_group: None,
            table: None,
            uploads: Uploads::default(),
            paces: HashMap::new(),
            in_flight: VecDeque::new(),
            staging: Staging::default(),
            clock,
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
        self.uploads
    }

    /// Times of the image that was collected last.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Renders `plan`.
    ///
    /// # Errors
    /// What the device reports, and what it cannot do: see [`GpuError`].
    pub fn render(&mut self, plan: &Plan, control: &Control<'_>) -> Result<Image, GpuError> {
        let pending = self.submit(plan, control)?;
        self.collect(pending, control)
    }

    /// Photons of all pixels of `plan` in double precision, before they are rounded to an image's single
    /// precision; zero where the plan renders nothing.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn photons(&mut self, plan: &Plan, control: &Control<'_>) -> Result<Vec<f64>, GpuError> {
        let pending = self.submit(plan, control)?;
        self.collect_photons(pending, control)
    }

    /// Sends `plan` to the device and returns as soon as all its work is submitted. To render a sequence, submit
    /// the next plan before the one before is [collected](Self::collect): the device then never waits.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn submit(&mut self, plan: &Plan, control: &Control<'_>) -> Result<Pending, GpuError> {
        let span = tracing::info_span!("submit", backend = crate::NAME);
        let _entered = span.enter();
        self.gpu.check()?;
        let began = Instant::now();
        if let Some(clock) = &mut self.clock {
            clock.reset();
        }
        let encoded = self.encode(plan, &plan.region, false)?;
        let mut pending = Pending::new(&encoded);
        if !encoded.tiles.list.is_empty() {
            let pipelines = self.compiled.get(&self.gpu, encoded.permutation)?;
            self.upload(&encoded)?;
            pending.timings.upload = began.elapsed();
            for band in self.bands(&encoded)? {
                self.band(&encoded, &pipelines, band, control, &mut pending)?;
            }
            if let Some(clock) = &mut self.clock {
                pending.ticks = clock.stop(&self.gpu, &mut self.staging)?;
            }
        }
        // While the device works: the pixels whose result depends on those before them.
        for at in encoded.order_dependent_pixels() {
            let (slow, fast) = (at / plan.region.image_fast, at % plan.region.image_fast);
            if plan.region.renders(slow, fast) {
                pending.settled.push((at, pixel(plan, slow, fast, &mut NoProbe)));
            }
        }
        Ok(pending)
    }

    /// The image of a submitted plan, as soon as it is done.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn collect(&mut self, pending: Pending, control: &Control<'_>) -> Result<Image, GpuError> {
        let (fast, slow) = (pending.region.image_fast, pending.region.image_slow);
        let (pixels, timings) =
            pending.pixels(&self.gpu, &mut self.staging, control, |photons| photons as f32)?;
        self.timings = timings;
        Ok(Image::from_pixels(fast, pixels).unwrap_or_else(|| Image::new(fast, slow)))
    }

    /// As [`Self::collect`], in double precision.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn collect_photons(&mut self, pending: Pending, control: &Control<'_>) -> Result<Vec<f64>, GpuError> {
        let (photons, timings) = pending.pixels(&self.gpu, &mut self.staging, control, |photons| photons)?;
        self.timings = timings;
        Ok(photons)
    }

    /// The pixels of `plan` in `region` as the shaders read them.
    pub(crate) fn encode<'a>(
        &mut self,
        plan: &'a Plan,
        region: &Region,
        taps: bool,
    ) -> Result<Encoded<'a>, GpuError> {
        let table = &plan.structure_factors;
        let known = self.table.take().filter(|known| known.table.is_same_table(table));
        let known = known.unwrap_or_else(|| KnownTable {
            table: table.clone(),
            amplitude: largest(table),
            on_device: false,
        });
        let amplitude = known.amplitude;
        self.table = Some(known);
        let encoded = Encoded::new(plan, region, self.precision, taps, amplitude, self.gpu.limits.binding)?;
        let places = encoded.places_per_pixel() as u64;
        if places > u64::from(u32::MAX) {
            return Err(self.gpu.exceeded(
                "the sub-pixels and layers",
                places,
                u64::from(u32::MAX),
                "of them",
            ));
        }
        Ok(encoded)
    }

    /// Makes the device hold what does not change from band to band.
    pub(crate) fn upload(&mut self, encoded: &Encoded<'_>) -> Result<(), GpuError> {
        let (gpu, buffers, sent) = (&self.gpu, &mut self.buffers, &mut self.uploads);
        let tiles = bytemuck::cast_slice(&encoded.tiles.list).to_vec();
        let made = &mut sent.buffers;
        let mut grown = buffers.tiles.hold(gpu, tiles, "the tiles", &mut sent.tiles, made)?;
        grown |= buffers.frame.hold(gpu, encoded.frame.clone(), "the constants", &mut sent.frames, made)?;
        grown |=
            buffers.sources.hold(gpu, encoded.sources.clone(), "the sources", &mut sent.sources, made)?;
        grown |=
            buffers.places.hold(gpu, encoded.places.clone(), "rows and columns", &mut sent.places, made)?;
        if let Some(known) = self.table.as_mut().filter(|known| !known.on_device) {
            if let Some(contents) = TableBytes::new(&known.table, self.precision, encoded.units.f_cell) {
                if contents.entries > 2 * encoded.table_split {
                    let needed = contents.bytes.len() as u64;
                    let limit = 2 * gpu.limits.binding;
                    return Err(gpu.exceeded("the structure factors", needed, limit, "bytes in two buffers"));
                }
                let at = contents.bytes.len().min((encoded.table_split * encoded.real_size()) as usize);
                let (low, high) = contents.bytes.split_at(at);
                let [first, second] = &mut buffers.table;
                grown |= first.send(gpu, low, "the structure factors", made)?;
                if !high.is_empty() {
                    grown |= second.send(gpu, high, "the structure factors", made)?;
                }
                sent.tables += 1;
            }
            known.on_device = true;
        }
        if grown {
            self.bind_group = None;
        }
        Ok(())
    }

    /// The tiles in pieces whose sums fit into a buffer.
    fn bands(&self, encoded: &Encoded<'_>) -> Result<Vec<Range<usize>>, GpuError> {
        let binding = self.gpu.limits.binding.min(MOST_BAND);
        let sums = 2 * GROUP as u64 * encoded.real_size();
        let mut most = binding / sums;
        if encoded.permutation.placed {
            let places = GROUP as u64 * encoded.places_per_pixel() as u64 * encoded.placed_size();
            if places > binding {
                return Err(self.gpu.exceeded(
                    "the sub-pixels of a tile",
                    places,
                    binding,
                    "bytes in one buffer",
                ));
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
    ) -> Result<(), GpuError> {
        let began = Instant::now();
        let sums = band.len() * GROUP;
        self.prepare_band(encoded, &band, 2 * sums as u64 * encoded.real_size())?;
        let count = encoded.plan.orientations.count();
        let window = self.gpu.limits.binding.min(MOST_WINDOW) / encoded.orientation_size();
        let window = (window as usize).max(1);
        let limits = self.gpu.limits;
        let groups = (limits.groups as usize).saturating_mul(limits.groups as usize);
        pending.timings.upload += began.elapsed();
        for first in (0..count).step_by(window) {
            let began = Instant::now();
            let range = first..(first + window).min(count);
            self.hold_orientations(encoded, range.clone())?;
            pending.timings.upload += began.elapsed();
            let work = Work {
                tiles: band.clone(),
                places: encoded.places_per_pixel(),
                sources: encoded.plan.sources.len(),
                orientations: 0..range.len(),
            };
            let mut walk = Walk::new(work);
            loop {
                let pace = self.paces.entry(encoded.permutation).or_insert_with(|| Pace::new(limits.terms));
                let Some(part) = walk.next(pace.terms(), groups) else { break };
                let begins = first == 0 && part.begins(0);
                let (dispatch, groups) = part.dispatch(&band, begins, limits.groups);
                self.dispatch(
                    encoded.permutation,
                    &pipelines.render,
                    &dispatch,
                    groups,
                    part.terms,
                    pending,
                )?;
                let last_window = range.end == count;
                self.make_room(control)?;
                if last_window {
                    report(control, encoded, walk.tile());
                }
            }
        }
        self.finish(encoded, pipelines, &band, control, pending)?;
        let size = sums as u64 * encoded.real_size();
        let staging = self.staging.copy(&self.gpu, &self.buffers.sums.buffer, size)?;
        pending.bands.push(Band { tiles: band, staging });
        Ok(())
    }

    /// Submits what is done with a band's finished sums: the factors that are computed once.
    fn finish(
        &mut self,
        encoded: &Encoded<'_>,
        pipelines: &Pipelines,
        band: &Range<usize>,
        control: &Control<'_>,
        pending: &mut Pending,
    ) -> Result<(), GpuError> {
        let limits = self.gpu.limits;
        let terms = self.paces.get(&encoded.permutation).map_or(GROUP as f64, Pace::terms);
        let most = (limits.groups as usize).saturating_mul(limits.groups as usize);
        let each = ((terms / (GROUP as f64 * encoded.finishing_cost())) as usize).clamp(1, most);
        for first in band.clone().step_by(each) {
            let part = Part {
                tiles: first..(first + each).min(band.end),
                places: 0..0,
                sources: 0..0,
                orientations: 0..0,
                terms: 0.0,
            };
            let (dispatch, groups) = part.dispatch(band, false, limits.groups);
            self.dispatch(encoded.permutation, &pipelines.finish, &dispatch, groups, 0.0, pending)?;
            self.make_room(control)?;
        }
        Ok(())
    }

    /// Room for a band's sums, and its sub-pixels' places where the host knows them.
    pub(crate) fn prepare_band(
        &mut self,
        encoded: &Encoded<'_>,
        band: &Range<usize>,
        sums: u64,
    ) -> Result<(), GpuError> {
        let made = &mut self.uploads.buffers;
        let mut grown = self.buffers.sums.reserve(&self.gpu, sums, "the sums", made)?;
        if encoded.permutation.placed {
            let places = encoded.placed(band.clone());
            let sent = &mut self.uploads.places;
            grown |= self.buffers.places.hold(&self.gpu, places, "the sub-pixels' places", sent, made)?;
        }
        if grown {
            self.bind_group = None;
        }
        Ok(())
    }

    pub(crate) fn hold_orientations(
        &mut self,
        encoded: &Encoded<'_>,
        range: Range<usize>,
    ) -> Result<(), GpuError> {
        let bytes = encoded.orientations(range);
        let (sent, made) = (&mut self.uploads.orientations, &mut self.uploads.buffers);
        if self.buffers.orientations.hold(&self.gpu, bytes, "the orientations", sent, made)? {
            self.bind_group = None;
        }
        Ok(())
    }

    pub(crate) fn pipelines(&mut self, permutation: Permutation) -> Result<Pipelines, GpuError> {
        self.compiled.get(&self.gpu, permutation)
    }

    /// Submits one dispatch.
    pub(crate) fn dispatch(
        &mut self,
        permutation: Permutation,
        pipeline: &wgpu::ComputePipeline,
        dispatch: &Dispatch,
        groups: [u32; 2],
        terms: f64,
        pending: &mut Pending,
    ) -> Result<(), GpuError> {
        let bind_group = match self.bind_group.take() {
            Some(bind_group) => bind_group,
            None => self.buffers.bind_group(&self.gpu, &self.compiled.layout),
        };
        self.gpu.queue.write_buffer(&self.buffers.dispatch, 0, bytemuck::bytes_of(dispatch));
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let timestamp_writes = self.clock.as_mut().and_then(|clock| clock.writes(terms));
            let mut pass =
                encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes });
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &bind_group, &[]);
            pass.dispatch_workgroups(groups[0], groups[1], 1);
        }
        let since = Instant::now();
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let submitting = since.elapsed();
        self.bind_group = Some(bind_group);
        self.gpu.check()?;
        pending.timings.dispatches += 1;
        pending.timings.terms += terms;
        self.in_flight.push_back(Flight { submission, permutation, terms, since, submitting });
        Ok(())
    }

    /// Waits until the device has no more before it than it needs, and takes note of its speed.
    fn make_room(&mut self, control: &Control<'_>) -> Result<(), GpuError> {
        if control.cancelled() {
            return Err(GpuError::Cancelled);
        }
        while self.in_flight.len() > IN_FLIGHT {
            let Some(flight) = self.in_flight.pop_front() else { break };
            let asked = Instant::now();
            self.gpu.wait(&flight.submission, &|| control.cancelled())?;
            let done = Instant::now();
            // Where there was nothing to wait for, it was done at some time before.
            let noticeable = Duration::from_micros(200);
            let (exact, took) = if flight.submitting > noticeable && flight.submitting > done - asked {
                (true, flight.submitting)
            } else {
                (done - asked > noticeable, done - flight.since)
            };
            if flight.terms > 0.0
                && let Some(pace) = self.paces.get_mut(&flight.permutation)
            {
                pace.measured(flight.terms, took, exact);
            }
            if let Some(next) = self.in_flight.front_mut() {
                next.since = next.since.max(done);
            }
        }
        Ok(())
    }
}

impl Buffers {
    fn bind_group(&self, gpu: &Gpu, layout: &wgpu::BindGroupLayout) -> wgpu::BindGroup {
        let [low, high] = &self.table;
        let buffers: [&wgpu::Buffer; BINDINGS as usize] = [
            &self.dispatch,
            &self.tiles.buffer,
            &self.frame.buffer,
            &self.sources.buffer,
            &self.orientations.buffer,
            &self.sums.buffer,
            &self.places.buffer,
            &low.buffer,
            &high.buffer,
        ];
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries })
    }
}

/// Tells the caller how many rows are under way.
fn report(control: &Control<'_>, encoded: &Encoded<'_>, tile: usize) {
    let Some(progress) = control.progress else { return };
    let total = encoded.tiles.rows.len();
    let done = total * tile / encoded.tiles.list.len().max(1);
    progress(Progress { done, total });
}
