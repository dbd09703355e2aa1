//! What an error means to the user: its line and its exit status.

pub use nanobragg_config::classic::status::FAILED;
use nanobragg_config::classic::status::{ABSENT, REFUSED, WRONG_INPUT};
use nanobragg_session::ErrorKind;
use nanobragg_sweep::ErrorKind as SweepErrorKind;

use crate::interrupt::{Interrupt, Interrupted};
use crate::usage::UsageError;

/// What a failed job means to the user: one that was canceled was interrupted.
pub fn explain(error: anyhow::Error, interrupt: &Interrupt) -> anyhow::Error {
    match job_kind(&error) {
        Some(ErrorKind::Canceled) => interrupt.error().into(),
        _ => error,
    }
}

/// The kind of an error of a job, or of a sweep's image.
fn job_kind(error: &anyhow::Error) -> Option<ErrorKind> {
    match sweep_kind(error) {
        Some(SweepErrorKind::Image(kind)) => Some(kind),
        _ => error.downcast_ref::<nanobragg_session::Error>().map(nanobragg_session::Error::kind),
    }
}

fn sweep_kind(error: &anyhow::Error) -> Option<SweepErrorKind> {
    error.downcast_ref::<nanobragg_sweep::Error>().map(nanobragg_sweep::Error::kind)
}

/// The line that says what is wrong, with the flag that mends it.
pub fn line(error: &anyhow::Error) -> String {
    // Each error says what caused it; the chain of causes would say it twice.
    match (job_kind(error), sweep_kind(error)) {
        (Some(ErrorKind::Adapter), _) => format!("-adapter: {error}"),
        (Some(ErrorKind::Limits), _) => format!("-gpu_limits {error}"),
        (Some(ErrorKind::NotBuilt), _) => format!("-device gpu: {error}"),
        (Some(ErrorKind::Photons), _) => format!("{error}; nothing is written without -allow_nonfinite"),
        (_, Some(SweepErrorKind::Names)) => format!("sweep: {error}"),
        (_, Some(SweepErrorKind::Exists)) => {
            format!(
                "{error}; use -resume to continue, -restart to start over, or -manifest FILE for another sweep"
            )
        }
        (_, Some(SweepErrorKind::Occupied)) => {
            format!("{error}; use -restart to replace such files, or give another name")
        }
        (_, Some(SweepErrorKind::Outside)) => format!("{error}; -trust_paths allows that"),
        (_, Some(SweepErrorKind::OtherSweep)) => {
            format!("{error}; use -restart to start over, or -manifest FILE to keep both")
        }
        _ => error.to_string(),
    }
}

/// The exit status.
pub fn status(error: &anyhow::Error) -> u8 {
    if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        return interrupted.status();
    }
    match job_kind(error) {
        Some(ErrorKind::Absent | ErrorKind::NotBuilt) => return ABSENT,
        Some(ErrorKind::Library(nanobragg::ErrorKind::Unsupported)) => return REFUSED,
        _ => {}
    }
    let of_input = |kind| {
        use ErrorKind::{Adapter, Library, Limits, Place};
        match kind {
            Library(kind) => !kind.code().starts_with("render."),
            kind => matches!(kind, Adapter | Limits | Place),
        }
    };
    let of_names = |kind| {
        use SweepErrorKind::{Exists, Input, Names, NoManifest, Occupied, OtherSweep, Outside, Overwrites};
        matches!(kind, Exists | Input | Names | NoManifest | Occupied | OtherSweep | Outside | Overwrites)
    };
    let wrong_input = error.is::<nanobragg_config::Error>()
        || error.is::<UsageError>()
        || job_kind(error).is_some_and(of_input)
        || sweep_kind(error).is_some_and(of_names);
    if wrong_input { WRONG_INPUT } else { FAILED }
}
