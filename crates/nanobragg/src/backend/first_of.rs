//! The first of several backends that can.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{
    Backend, Capabilities, Control, Differentiate, Frame, Pending, Products, Ticket, Unsupported, Want, Watch,
};
use crate::error::Error;
use crate::plan::Plan;
use crate::sensitivity::{Block, Layout, PixelSet};

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
/// out of memory on the way is passed over as well. Made of backends that [differentiate](FirstOf::differentiating), it
/// differentiates, too.
pub struct FirstOf<B: ?Sized = dyn Backend> {
    capabilities: Capabilities,
    backends: Vec<Arc<B>>,
    notice: Option<Notice>,
    /// Number of the backend that rendered last.
    last: Arc<AtomicUsize>,
}

impl<B: ?Sized> Clone for FirstOf<B> {
    fn clone(&self) -> Self {
        FirstOf {
            capabilities: self.capabilities.clone(),
            backends: self.backends.clone(),
            notice: self.notice.clone(),
            last: Arc::clone(&self.last),
        }
    }
}

impl FirstOf<dyn Backend> {
    /// Asks `backends` in this order.
    pub fn new(backends: Vec<Box<dyn Backend>>) -> Self {
        FirstOf::of(backends)
    }
}

impl FirstOf<dyn Differentiate> {
    /// Asks `backends` in this order, for images and for derivatives.
    pub fn differentiating(backends: Vec<Box<dyn Differentiate>>) -> Self {
        FirstOf::of(backends)
    }
}

impl<B: Backend + ?Sized + 'static> FirstOf<B> {
    fn of(backends: Vec<Box<B>>) -> Self {
        let backends: Vec<Arc<B>> = backends.into_iter().map(Arc::from).collect();
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
    pub fn choose(&self, plan: &Plan, want: &Want) -> (Option<&B>, Vec<Refusal>) {
        self.first(|backend| backend.supports(plan, want))
    }

    /// The first backend that `asked` finds nothing against, and those before it.
    fn first(&self, asked: impl Fn(&B) -> Result<(), Unsupported>) -> (Option<&B>, Vec<Refusal>) {
        let mut refusals = Vec::new();
        for (at, backend) in self.backends.iter().enumerate() {
            match asked(backend) {
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
        mut attempt: impl FnMut(&B) -> Result<R, Error>,
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
                        self.tell(&self.refusal(at, reason.clone()));
                        last = Some(error);
                    }
                    None => return Err(error),
                },
            }
        }
        Err(last.unwrap_or_else(|| Error::refused(self.name(), Unsupported::NoBackend)))
    }

    fn tell(&self, refusal: &Refusal) {
        if let Some(notice) = &self.notice {
            notice(refusal);
        }
    }
}

/// What the one asked last says, where all refuse.
fn refused(refusals: Vec<Refusal>) -> Unsupported {
    refusals.into_iter().next_back().map_or(Unsupported::NoBackend, |refusal| refusal.reason)
}

impl<B: Backend + ?Sized + 'static> Backend for FirstOf<B> {
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
            (None, refusals) => Err(refused(refusals)),
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
        let attempt = |backend: &B| backend.submit(Arc::clone(&plan), want.clone(), watch.clone());
        let (at, ticket) = self.try_from(0, attempt)?;
        Ok(Ticket::new(Attempt { all: self.clone(), at, ticket, plan, want, watch }))
    }

    fn recycle(&self, frame: Frame) {
        if let Some(backend) = self.backends.get(self.last.load(Ordering::Relaxed)) {
            backend.recycle(frame);
        }
    }
}

impl Differentiate for FirstOf<dyn Differentiate> {
    fn differentiates(&self, plan: &Plan, layout: &Layout) -> Result<(), Unsupported> {
        match self.first(|backend| backend.differentiates(plan, layout)) {
            (Some(_), _) => Ok(()),
            (None, refusals) => Err(refused(refusals)),
        }
    }

    /// One that fails on the way is not passed over: whoever takes the blocks has some of them already.
    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), Error> {
        let (chosen, refusals) = self.first(|backend| backend.differentiates(plan, layout));
        refusals.iter().for_each(|refusal| self.tell(refusal));
        match chosen {
            Some(backend) => backend.sensitivities(plan, layout, pixels, control, each),
            None => Err(Error::refused(self.name(), refused(refusals))),
        }
    }
}

/// A frame on its way, and those who are asked if it does not come.
struct Attempt<B: ?Sized> {
    all: FirstOf<B>,
    at: usize,
    ticket: Ticket,
    plan: Arc<Plan>,
    want: Want,
    watch: Watch,
}

impl<B: Backend + ?Sized + 'static> Pending for Attempt<B> {
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
        all.tell(&all.refusal(at, reason.clone()));
        if at + 1 >= all.backends.len() {
            return Err(error);
        }
        let control = watch.control();
        let (_, frame) = all.try_from(at + 1, |backend| backend.frame(&plan, &want, &control))?;
        Ok(frame)
    }
}
