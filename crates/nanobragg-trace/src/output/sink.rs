//! Where layers write to, and what they have written.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanobragg::trace::Options;

use super::record::Target;

/// Numbers of lines of a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Single facts.
    pub facts: usize,
    /// Lines of the 4 × 4 × 4 neighborhood: 64 values, start, end and three axes, or none.
    pub tricubic: usize,
    /// Phi steps.
    pub steps: usize,
    /// Rotated real-space vectors.
    pub rot_stars: usize,
    /// Derivatives.
    pub slopes: usize,
}

impl Counts {
    /// Lines of the main log: all but the phi steps.
    pub fn main(&self) -> usize {
        self.facts + self.tricubic + self.rot_stars + self.slopes
    }

    /// The kinds of lines that a trace with `options` has to have and this one lacks. The neighborhood is not
    /// among them: it is absent where it would leave the table.
    pub fn missing(&self, options: Options) -> Vec<&'static str> {
        let kinds = [
            (self.facts == 0, "TRACE_PY"),
            (self.steps == 0, "TRACE_PY_PHI"),
            (options.rot_stars && self.rot_stars == 0, "TRACE_PY_ROTSTAR"),
        ];
        kinds.into_iter().filter_map(|(absent, kind)| absent.then_some(kind)).collect()
    }

    pub(super) fn add(&mut self, target: Target) {
        let count = match target {
            Target::Fact => &mut self.facts,
            Target::Tricubic => &mut self.tricubic,
            Target::Step => &mut self.steps,
            Target::RotStar => &mut self.rot_stars,
        };
        *count += 1;
    }
}

/// What a layer has written so far; it outlives the subscriber that owns the layer.
#[derive(Clone)]
pub struct Written {
    sink: Arc<Mutex<Sink>>,
}

/// The writers of a layer. After the first failure nothing is written any more.
struct Sink {
    writers: Vec<Box<dyn Write + Send>>,
    counts: Counts,
    failure: Option<io::Error>,
}

impl Written {
    pub(super) fn new(writers: Vec<Box<dyn Write + Send>>) -> Self {
        Written { sink: Arc::new(Mutex::new(Sink { writers, counts: Counts::default(), failure: None })) }
    }

    /// Lines written so far.
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// Flushes the writers and returns the number of lines.
    ///
    /// # Errors
    /// The first failure of a writer; what came after it was not written.
    pub fn finish(&self) -> io::Result<Counts> {
        let mut sink = self.lock();
        if let Some(failure) = sink.failure.take() {
            return Err(failure);
        }
        sink.writers.iter_mut().try_for_each(|writer| writer.flush())?;
        Ok(sink.counts)
    }

    /// Writes a line and its end to writer number `which`.
    pub(super) fn line(&self, which: usize, target: Target, line: &str) {
        let mut sink = self.lock();
        if sink.failure.is_some() {
            return;
        }
        let Some(writer) = sink.writers.get_mut(which) else { return };
        match writer.write_all(line.as_bytes()).and_then(|()| writer.write_all(b"\n")) {
            Ok(()) => sink.counts.add(target),
            Err(failure) => sink.failure = Some(failure),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Sink> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Written").field("counts", &self.counts()).finish_non_exhaustive()
    }
}
