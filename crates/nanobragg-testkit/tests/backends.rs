//! The backends of the library keep the contract of the trait.
#![allow(clippy::unwrap_used, reason = "clippy.toml allows it in test functions, not in what they call")]

use std::sync::{Arc, Mutex};

use nanobragg::backend::{
    Backend, Capabilities, Control, Cpu, Differentiate, FirstOf, Frame, Scalar, Ticket, Unsupported, Want,
    Watch,
};
use nanobragg::gradient::{Derivatives, Parameter};
use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg::sensitivity::{Block, Layout, PixelSet};
use nanobragg::{Error, ErrorKind};
use nanobragg_testkit::tolerance::{CPU_IMAGE, SAME_BITS, Tolerance};
use nanobragg_testkit::{cases, compare, obeys};

fn plans() -> Vec<(String, Arc<Plan>)> {
    let cases = cases().unwrap();
    let plan = |preset: &'static str| {
        move |case: &nanobragg_testkit::Case| {
            let plan = case.plan(&["-quirks", preset]).unwrap();
            (format!("{} {preset}", case.name), Arc::new(plan))
        }
    };
    let some = cases.iter().step_by(4);
    some.clone().map(plan("reference")).chain(some.map(plan("exact"))).collect()
}

fn within(tolerance: Tolerance) -> impl Fn(&Plan, &Image, &Image) -> bool {
    move |_, found, expected| compare(found.pixels(), expected.pixels(), found.fast(), tolerance).passes()
}

#[test]
fn scalar_and_cpu_render_whatever_there_is() {
    let plans = plans();
    for (backend, tolerance) in
        [(&Scalar as &dyn Backend, SAME_BITS), (&Cpu::with_threads(2).unwrap(), CPU_IMAGE)]
    {
        let obeyed = obeys(backend, &plans, within(tolerance)).unwrap();
        assert_eq!((obeyed.rendered, obeyed.refused), (plans.len(), 0), "{}", backend.name());
    }
}

#[test]
fn a_backend_that_gives_another_image_is_noticed() {
    let all_wrong = obeys(&Cpu::default(), &plans()[..2], |_, _, _| false).unwrap_err();
    assert!(all_wrong.contains("not the definition's image"), "{all_wrong}");
    let liar = Picky { says: false };
    let refused = obeys(&liar, &plans()[..2], within(SAME_BITS)).unwrap_err();
    assert!(refused.contains("supports says"), "{refused}");
}

/// The definition, but for what depends on the order of terms. `says`: whether it tells when it is asked.
struct Picky {
    says: bool,
}

impl Picky {
    fn lacks(plan: &Plan) -> Option<Unsupported> {
        (plan.region.image_fast % 2 == 0).then_some(Unsupported::RunningSumFactors)
    }
}

impl Backend for Picky {
    fn capabilities(&self) -> &Capabilities {
        static CAPABILITIES: std::sync::LazyLock<Capabilities> =
            std::sync::LazyLock::new(|| Capabilities { name: "picky", ..Scalar.capabilities().clone() });
        &CAPABILITIES
    }

    fn evaluation(&self, plan: &Plan) -> String {
        Scalar.evaluation(plan)
    }

    fn supports(&self, plan: &Plan, _: &Want) -> Result<(), Unsupported> {
        Picky::lacks(plan).filter(|_| self.says).map_or(Ok(()), Err)
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        match Picky::lacks(plan) {
            Some(reason) => Err(Error::refused("picky", reason)),
            None => Scalar.frame(plan, want, control),
        }
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        match Picky::lacks(&plan) {
            Some(reason) => Err(Error::refused("picky", reason)),
            None => Scalar.submit(plan, want, watch),
        }
    }
}

#[test]
fn the_first_that_can_renders_and_those_passed_over_are_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    for says in [true, false] {
        let notes = Arc::clone(&notes);
        let first = FirstOf::new(vec![Box::new(Picky { says }), Box::new(Cpu::default())])
            .with_notice(move |refusal| notes.lock().unwrap().push(refusal.clone()));
        let mut plan = plans()[0].1.as_ref().clone();
        plan.region.image_fast = plan.region.image_fast.next_multiple_of(2);
        let image = first.render(&plan, &Control::default()).unwrap();
        assert_eq!(image, Cpu::default().render(&plan, &Control::default()).unwrap());
        let plan = Arc::new(plan);
        let ticket = first.submit(Arc::clone(&plan), Want::default(), Watch::default()).unwrap();
        assert_eq!(first.collect(ticket).unwrap().into_image(), image);
        for refusal in told.lock().unwrap().drain(..) {
            assert_eq!((refusal.backend, refusal.next), ("picky", Some("cpu")));
            assert_eq!(refusal.reason.code(), "unsupported.running-sum-factors");
        }
        let described = first.describe(&plan);
        assert_eq!(described.starts_with("cpu: "), says, "{described}");
    }
    let plan = &plans()[0].1;
    let nobody = FirstOf::new(Vec::new());
    assert_eq!(nobody.supports(plan, &Want::default()), Err(Unsupported::NoBackend));
    let error = nobody.render(plan, &Control::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn first_of_keeps_the_contract_of_those_it_asks() {
    let first = FirstOf::new(vec![Box::new(Picky { says: true }), Box::new(Scalar)]);
    let plans = plans();
    assert_eq!(obeys(&first, &plans, within(SAME_BITS)).unwrap().rendered, plans.len());
    let picky = obeys(&Picky { says: true }, &plans, within(SAME_BITS)).unwrap();
    assert!(picky.refused > 0, "{picky:?}");
}

/// It has no derivatives but that by the scale.
impl Differentiate for Picky {
    fn differentiates(&self, _: &Plan, layout: &Layout) -> Result<(), Unsupported> {
        if layout.rows() > 0 { Err(Unsupported::NoDerivatives("anything")) } else { Ok(()) }
    }

    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), Error> {
        self.differentiates(plan, layout).map_err(|reason| Error::refused(self.name(), reason))?;
        Cpu::with_threads(1)?.sensitivities(plan, layout, pixels, control, each)
    }
}

#[test]
fn the_first_that_can_differentiates() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    let picky = || Box::new(Picky { says: true });
    let first = FirstOf::differentiating(vec![picky(), Box::new(Cpu::default())])
        .with_notice(move |refusal| notes.lock().unwrap().push(refusal.clone()));
    let (_, plan) = &plans()[0];
    let control = Control::default();
    for (name, refusals) in [("scale", 0), ("distance", 1)] {
        let parameters = Parameter::named_in(name, plan).unwrap();
        let derivatives = Derivatives::new(plan, &parameters).unwrap();
        let found = derivatives.columns(&first, &control).unwrap();
        let expected = derivatives.columns(&Cpu::default(), &control).unwrap();
        assert_eq!((found.photons, found.columns), (expected.photons, expected.columns), "{name}");
        let refused: Vec<_> = told.lock().unwrap().drain(..).collect();
        assert_eq!(refused.len(), refusals, "{name}");
        assert!(refused.iter().all(|refusal| (refusal.backend, refusal.next) == ("picky", Some("cpu"))));
    }
    let parameters = Parameter::named_in("distance", plan).unwrap();
    let alone = FirstOf::differentiating(vec![picky()]);
    let error = Derivatives::new(plan, &parameters).unwrap().columns(&alone, &control).err().unwrap();
    assert_eq!(error.unsupported(), Some(&Unsupported::NoDerivatives("anything")));
}
