//! What every backend owes its callers, tested with whatever plans.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nanobragg::ErrorKind;
use nanobragg::backend::{Backend, Control, Precision, Scalar, Unsupported, Want, Watch};
use nanobragg::image::Image;
use nanobragg::plan::Plan;

/// How many plans a backend rendered and refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Obeyed {
    /// Frames that agree with the definition.
    pub rendered: usize,
    /// Plans that it says it does not support.
    pub refused: usize,
}

/// Frames that are on their way at once.
const AT_ONCE: usize = 5;
/// Longest time that a small frame may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether `backend` keeps the contract of [`Backend`] for `plans`: what it supports agrees with the definition (as
/// `agrees` says of its image and the definition's), in whatever order frames are collected; what it does not support
/// it refuses for the reason it gave; it renders the same bits into memory that is there; it can be polled, watched and
/// stopped.
///
/// # Errors
/// Which plan, and what is wrong.
pub fn obeys(
    backend: &dyn Backend,
    plans: &[(String, Arc<Plan>)],
    agrees: impl Fn(&Plan, &Image, &Image) -> bool,
) -> Result<Obeyed, String> {
    let mut obeyed = Obeyed::default();
    for batch in plans.chunks(AT_ONCE) {
        let mut under_way = Vec::new();
        for (name, plan) in batch {
            let submitted = backend.submit(Arc::clone(plan), Want::default(), Watch::default());
            match (backend.supports(plan, &Want::default()), submitted) {
                (Ok(()), Ok(ticket)) => under_way.push((name, plan, ticket)),
                (Err(reason), Err(error))
                    if error.unsupported().map(Unsupported::code) == Some(reason.code()) =>
                {
                    obeyed.refused += 1;
                }
                (supported, submitted) => {
                    return Err(format!("{name}: supports says {supported:?}, submit {submitted:?}"));
                }
            }
        }
        // The last one first.
        for (name, plan, ticket) in under_way.into_iter().rev() {
            let frame = backend.collect(ticket).map_err(|error| format!("{name}: {error}"))?;
            let expected = Scalar
                .frame(plan, &Want::default(), &Watch::default().control())
                .map_err(|error| format!("{name}: {error}"))?;
            let image = frame.into_image();
            if !agrees(plan, &image, &expected.into_image()) {
                return Err(format!("{name}: not the definition's image"));
            }
            renders_into_memory(backend, plan, &image).map_err(|problem| format!("{name}: {problem}"))?;
            obeyed.rendered += 1;
        }
    }
    let supported = plans.iter().find(|(_, plan)| backend.supports(plan, &Want::default()).is_ok());
    if let Some((name, plan)) = supported {
        can_be_polled_and_watched(backend, plan).map_err(|problem| format!("{name}: {problem}"))?;
        can_be_stopped(backend, plan).map_err(|problem| format!("{name}: {problem}"))?;
        refuses_other_precisions(backend, plan).map_err(|problem| format!("{name}: {problem}"))?;
    }
    Ok(obeyed)
}

/// What is in the memory before is not seen, and memory of another size is refused.
fn renders_into_memory(backend: &dyn Backend, plan: &Plan, expected: &Image) -> Result<(), String> {
    let control = Control::default();
    let mut pixels = vec![f32::NAN; expected.pixels().len()];
    backend.render_into(plan, &mut pixels, &control).map_err(|error| error.to_string())?;
    if pixels.iter().zip(expected.pixels()).any(|(pixel, expected)| pixel.to_bits() != expected.to_bits()) {
        return Err("another image in memory that was there".to_owned());
    }
    pixels.push(0.0);
    match backend.render_into(plan, &mut pixels, &control) {
        Err(error) if error.kind() == ErrorKind::OutOfRange => Ok(()),
        other => Err(format!("a pixel too many gives {other:?}")),
    }
}

fn can_be_polled_and_watched(backend: &dyn Backend, plan: &Arc<Plan>) -> Result<(), String> {
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let progress = move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let watch = Watch { progress: Some(Arc::new(progress)), cancel: None };
    let submitted = backend.submit(Arc::clone(plan), Want::default(), watch);
    let mut ticket = submitted.map_err(|error| error.to_string())?;
    let began = Instant::now();
    while !ticket.poll() {
        if began.elapsed() > PATIENCE {
            return Err("polled in vain".to_owned());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    backend.collect(ticket).map_err(|error| error.to_string())?;
    if told.load(Ordering::Relaxed) == 0 { Err("no progress was told".to_owned()) } else { Ok(()) }
}

fn can_be_stopped(backend: &dyn Backend, plan: &Arc<Plan>) -> Result<(), String> {
    let watch = Watch { progress: None, cancel: Some(Arc::new(AtomicBool::new(true))) };
    let submitted = backend.submit(Arc::clone(plan), Want::default(), watch);
    match submitted.and_then(|ticket| backend.collect(ticket)) {
        Err(error) if error.kind() == ErrorKind::Canceled => Ok(()),
        other => Err(format!("a raised flag gives {:?}", other.map(|_| "a frame"))),
    }
}

fn refuses_other_precisions(backend: &dyn Backend, plan: &Arc<Plan>) -> Result<(), String> {
    for precision in Precision::ALL {
        if backend.capabilities().precisions.contains(&precision) {
            continue;
        }
        let want = Want::default().with_precision(precision);
        let Err(error) = backend.submit(Arc::clone(plan), want, Watch::default()) else {
            return Err(format!("{} is rendered and not among its precisions", precision.name()));
        };
        if error.unsupported() != Some(&Unsupported::NoPrecision(precision)) {
            return Err(format!("{} is refused as {error}", precision.name()));
        }
    }
    Ok(())
}
