//! The first of several backends that can.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Backend, Capabilities, Control, Frame, Pending, Products, Ticket, Unsupported, Want, Watch};
use crate::error::Error;
use crate::plan::Plan;

/// What a caller is told of a backend that was passed over.
type Notice = Arc<dyn Fn(&Refusal) + Send + Sync>;

/// A backend that was passed over.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Its name.
    pub backend: &'static str,
    /// Why.
    pub reason: Unsupported,
    /// The next one, which is asked instead.
    pub next: Option<&'static str>,
}

/// Renders with the first of its backends that supports what is wanted, in the order they were given. One that runs
/// out of memory on the way is passed over as well.
#[derive(Clone)]
pub struct FirstOf {
    capabilities: Capabilities,
    backends: Vec<Arc<dyn Backend>>,
    notice: Option<Notice>,
    /// Number of the backend that rendered last.
    last: Arc<AtomicUsize>,
}

impl FirstOf {
    /// Asks `backends` in this order.
    pub fn new(backends: Vec<Box<dyn Backend>>) -> Self {
        let backends: Vec<Arc<dyn Backend>> = backends.into_iter().map(Arc::from).collect();
        let all = || backends.iter().map(|backend| backend.capabilities());
        let mut precisions = Vec::new();
        for precision in all().flat_map(|each| &each.precisions) {
            if !precisions.contains(precision) {
                precisions.push(*precision);
            }
        }
        let most = all().map(|each| each.table_bytes.unwrap_or(u64::MAX)).max();
        let capabilities = Capabilities {
            name: "auto",
            precisions,
            products: all().fold(Products::default(), |sum, each| sum.or(each.products)),
            order: all().any(|each| each.order),
            table_bytes: most.filter(|&most| most < u64::MAX),
        };
        FirstOf { capabilities, backends, notice: None, last: Arc::default() }
    }

    /// The same, which tells `notice` of every backend that it passes over for a frame.
    pub fn with_notice(mut self, notice: impl Fn(&Refusal) + Send + Sync + 'static) -> Self {
        self.notice = Some(Arc::new(notice));
        self
    }

    /// The backend that supports what is wanted of `plan`, and those before it that do not.
    pub fn choose(&self, plan: &Plan, want: &Want) -> (Option<&dyn Backend>, Vec<Refusal>) {
        let mut refusals = Vec::new();
        for (at, backend) in self.backends.iter().enumerate() {
            match backend.supports(plan, want) {
                Ok(()) => return (Some(backend.as_ref()), refusals),
                Err(reason) => refusals.push(self.refusal(at, reason)),
            }
        }
        (None, refusals)
    }

    fn refusal(&self, at: usize, reason: Unsupported) -> Refusal {
        let name = |at: usize| self.backends.get(at).map(|backend| backend.name());
        Refusal { backend: name(at).unwrap_or(self.name()), reason, next: name(at + 1) }
    }

    /// What `attempt` gives with the first backend from number `from` on that does not refuse it, with its number.
    fn try_from<R>(
        &self,
        from: usize,
        mut attempt: impl FnMut(&dyn Backend) -> Result<R, Error>,
    ) -> Result<(usize, R), Error> {
        let mut last = None;
        for (at, backend) in self.backends.iter().enumerate().skip(from) {
            // It refuses for the reasons that it gives when it is asked first, so that asking would be work done twice.
            match attempt(backend.as_ref()) {
                Ok(result) => {
                    self.last.store(at, Ordering::Relaxed);
                    return Ok((at, result));
                }
                Err(error) => match error.unsupported() {
                    Some(reason) => {
                        self.tell(at, reason.clone());
                        last = Some(error);
                    }
                    None => return Err(error),
                },
            }
        }
        Err(last.unwrap_or_else(|| Error::refused(self.name(), Unsupported::NoBackend)))
    }

    fn tell(&self, at: usize, reason: Unsupported) {
        if let Some(notice) = &self.notice {
            notice(&self.refusal(at, reason));
        }
    }
}

impl Backend for FirstOf {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn evaluation(&self, plan: &Plan) -> String {
        self.choose(plan, &Want::default()).0.map_or_else(String::new, |backend| backend.evaluation(plan))
    }

    fn describe(&self, plan: &Plan) -> String {
        let chosen = self.choose(plan, &Want::default()).0;
        chosen.map_or_else(|| self.name().to_owned(), |backend| backend.describe(plan))
    }

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        match self.choose(plan, want) {
            (Some(_), _) => Ok(()),
            (None, refusals) => {
                let last = refusals.into_iter().next_back();
                Err(last.map_or(Unsupported::NoBackend, |refusal| refusal.reason))
            }
        }
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        let (_, frame) = self.try_from(0, |backend| backend.frame(plan, want, control))?;
        Ok(frame)
    }

    fn render_into(&self, plan: &Plan, pixels: &mut [f32], control: &Control<'_>) -> Result<(), Error> {
        self.try_from(0, |backend| backend.render_into(plan, pixels, control))?;
        Ok(())
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        let attempt = |backend: &dyn Backend| backend.submit(Arc::clone(&plan), want.clone(), watch.clone());
        let (at, ticket) = self.try_from(0, attempt)?;
        Ok(Ticket::new(Attempt { all: self.clone(), at, ticket, plan, want, watch }))
    }

    fn recycle(&self, frame: Frame) {
        if let Some(backend) = self.backends.get(self.last.load(Ordering::Relaxed)) {
            backend.recycle(frame);
        }
    }
}

/// A frame on its way, and those who are asked if it does not come.
struct Attempt {
    all: FirstOf,
    at: usize,
    ticket: Ticket,
    plan: Arc<Plan>,
    want: Want,
    watch: Watch,
}

impl Pending for Attempt {
    fn is_finished(&mut self) -> bool {
        self.ticket.poll()
    }

    fn collect(self: Box<Self>) -> Result<Frame, Error> {
        let Attempt { all, at, ticket, plan, want, watch } = *self;
        let error = match ticket.collect() {
            Ok(frame) => return Ok(frame),
            Err(error) => error,
        };
        let Some(reason) = error.unsupported() else { return Err(error) };
        all.tell(at, reason.clone());
        if at + 1 >= all.backends.len() {
            return Err(error);
        }
        let control = watch.control();
        let (_, frame) = all.try_from(at + 1, |backend| backend.frame(&plan, &want, &control))?;
        Ok(frame)
    }
}
