//! Dispatches under way, and how fast the device is.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use nanobragg::backend::Control;

use crate::error::{Cause, Error};
use crate::gpu::Gpu;
use crate::permutation::Permutation;
use crate::schedule::Pace;
use crate::staging::Staging;
use crate::timing::{Clock, Ticks};

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

impl Flights {
    pub fn new(gpu: &Gpu) -> Self {
        Flights {
            gpu: gpu.clone(),
            in_flight: VecDeque::new(),
            paces: HashMap::new(),
            clock: gpu.info.timestamps.then(|| Clock::new(gpu)),
        }
    }

    /// Begins an image.
    pub fn start_clock(&mut self) {
        if let Some(clock) = &mut self.clock {
            clock.reset();
        }
    }

    /// Ends an image: the stamps of its dispatches go to the host.
    pub fn stop_clock(&mut self, staging: &Staging) -> Result<Option<Ticks>, Error> {
        self.clock.as_mut().map_or(Ok(None), |clock| clock.stop(&self.gpu, staging))
    }

    /// Terms that the next dispatch of a permutation may have.
    pub fn terms(&mut self, permutation: Permutation) -> f64 {
        let most = self.gpu.limits.terms;
        self.paces.entry(permutation).or_insert_with(|| Pace::new(most)).terms()
    }

    /// Submits one dispatch.
    pub fn submit(
        &mut self,
        permutation: Permutation,
        pipeline: &wgpu::ComputePipeline,
        bind_group: &wgpu::BindGroup,
        groups: [u32; 2],
        terms: f64,
    ) -> Result<(), Error> {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let timestamp_writes = self.clock.as_mut().and_then(|clock| clock.writes(terms));
            let mut pass =
                encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes });
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, bind_group, &[]);
            pass.dispatch_workgroups(groups[0], groups[1], 1);
        }
        let since = Instant::now();
        let submission = self.gpu.submit(encoder.finish());
        let submitting = since.elapsed();
        self.gpu.check()?;
        self.in_flight.push_back(Flight { submission, permutation, terms, since, submitting });
        Ok(())
    }

    /// Waits until the device has no more before it than it needs, and takes note of its speed.
    pub fn make_room(&mut self, control: &Control<'_>) -> Result<(), Error> {
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
