//! Dispatches under way, and how fast the device is.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use nanobragg::backend::Control;

use crate::error::{Cause, Error};
use crate::gpu::{Gpu, Submission};
use crate::layout::Dispatch;
use crate::permutation::Permutation;
use crate::schedule::Pace;
use crate::staging::Staging;
use crate::timing::{Clock, Stamps};

/// Dispatches that the device may have before it: enough that it never waits for the host.
const IN_FLIGHT: usize = 2;

/// Time below which the host's clock says nothing.
const NOTICEABLE: Duration = Duration::from_micros(200);

/// Dispatches under way.
#[derive(Debug)]
pub(crate) struct Flights {
    gpu: Gpu,
    in_flight: VecDeque<Flight>,
    paces: HashMap<Permutation, Pace>,
    clock: Option<Clock>,
    open: Option<Open>,
}

/// A dispatch.
pub(crate) struct Dispatched<'a> {
    pub permutation: Permutation,
    pub pipeline: &'a wgpu::ComputePipeline,
    pub bind_group: &'a wgpu::BindGroup,
    pub dispatch: &'a Dispatch,
    pub groups: [u32; 2],
    pub terms: f64,
}

/// Commands that are not submitted yet: submissions are what a small image costs the host.
#[derive(Debug)]
struct Open {
    encoder: wgpu::CommandEncoder,
    permutation: Option<Permutation>,
    terms: f64,
}

/// A dispatch that the device has not finished, as far as is known.
#[derive(Debug)]
struct Flight {
    submission: Submission,
    permutation: Option<Permutation>,
    terms: f64,
    since: Instant,
    /// Time that the submission itself took: some drivers do the work then.
    submitting: Duration,
}

impl Open {
    fn new(gpu: &Gpu) -> Self {
        let encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        Open { encoder, permutation: None, terms: 0.0 }
    }
}

impl Flights {
    pub fn new(gpu: &Gpu) -> Self {
        Flights {
            gpu: gpu.clone(),
            in_flight: VecDeque::new(),
            paces: HashMap::new(),
            clock: gpu.info.timestamps.then(|| Clock::new(gpu)),
            open: None,
        }
    }

    /// Begins an image. What was recorded of one that was given up is forgotten.
    pub fn start(&mut self) {
        self.open = None;
        if let Some(clock) = &mut self.clock {
            clock.reset();
        }
    }

    /// Ends an image: records how the stamps of its dispatches go to the host.
    pub fn stop_clock(&mut self, staging: &Staging) -> Option<Stamps> {
        let open = self.open.get_or_insert_with(|| Open::new(&self.gpu));
        self.clock.as_mut()?.stop(&self.gpu, staging, &mut open.encoder)
    }

    /// What commands are recorded with.
    pub fn encoder(&mut self) -> &mut wgpu::CommandEncoder {
        &mut self.open.get_or_insert_with(|| Open::new(&self.gpu)).encoder
    }

    /// Submits what is recorded, if anything is: what is sent to the device next comes before all that is not submitted.
    pub fn flush(&mut self, control: &Control<'_>) -> Result<(), Error> {
        if self.open.is_some() { self.submit(control).map(drop) } else { Ok(()) }
    }

    /// Terms that the next dispatch of a permutation may have.
    pub fn terms(&mut self, permutation: Permutation) -> f64 {
        let most = self.gpu.limits.terms;
        self.paces.entry(permutation).or_insert_with(|| Pace::new(most)).terms()
    }

    /// Records a dispatch. One with terms begins a submission, so that each is as long as [its pace](Self::terms) allows.
    pub fn record(&mut self, work: &Dispatched<'_>, control: &Control<'_>) -> Result<(), Error> {
        if work.terms > 0.0 {
            self.flush(control)?;
        }
        let timestamp_writes = self.clock.as_mut().and_then(|clock| clock.writes(work.terms));
        let open = self.open.get_or_insert_with(|| Open::new(&self.gpu));
        open.permutation = Some(work.permutation);
        open.terms += work.terms;
        let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
        let mut pass = open.encoder.begin_compute_pass(&descriptor);
        pass.set_pipeline(work.pipeline);
        pass.set_bind_group(0, work.bind_group, &[]);
        pass.set_immediates(0, bytemuck::bytes_of(work.dispatch));
        pass.dispatch_workgroups(work.groups[0], work.groups[1], 1);
        Ok(())
    }

    /// Submits what is recorded, and waits until the device has no more before it than it needs.
    pub fn submit(&mut self, control: &Control<'_>) -> Result<Submission, Error> {
        let Open { encoder, permutation, terms, .. } =
            self.open.take().unwrap_or_else(|| Open::new(&self.gpu));
        let since = Instant::now();
        let submission = self.gpu.submit(encoder.finish());
        let submitting = since.elapsed();
        self.gpu.check()?;
        self.in_flight.push_back(Flight {
            submission: submission.clone(),
            permutation,
            terms,
            since,
            submitting,
        });
        self.make_room(control)?;
        Ok(submission)
    }

    /// Waits until the device has no more before it than it needs, and takes note of its speed.
    fn make_room(&mut self, control: &Control<'_>) -> Result<(), Error> {
        if control.canceled() {
            return Err(Cause::Canceled.into());
        }
        while self.in_flight.len() > IN_FLIGHT {
            let Some(flight) = self.in_flight.pop_front() else { break };
            let asked = Instant::now();
            self.gpu.wait(&flight.submission, &|| control.canceled())?;
            let done = Instant::now();
            // Where there was nothing to wait for, it was done at some time before.
            let (exact, took) = if flight.submitting > NOTICEABLE && flight.submitting > done - asked {
                (true, flight.submitting)
            } else {
                (done - asked > NOTICEABLE, done - flight.since)
            };
            if flight.terms > 0.0
                && let Some(pace) = flight.permutation.and_then(|own| self.paces.get_mut(&own))
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
