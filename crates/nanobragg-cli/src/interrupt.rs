//! SIGINT, SIGTERM and SIGHUP: the render is stopped, files in the making vanish, and the exit status says why.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a shell adds to the number of a signal in an exit status.
const STATUS_OF_SIGNALS: i32 = 128;

/// Whether a signal has asked the program to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Catches the signals from here on. The first one is noted; a second one ends the program at once.
    pub fn catch() -> Self {
        let interrupt = Interrupt::default();
        for signal in caught() {
            let number = usize::try_from(signal).unwrap_or_default();
            let status = STATUS_OF_SIGNALS + signal;
            // In this order, so that the first signal does not find its own flag raised. Where the system
            // refuses, the signal ends the program as it would have done anyway.
            let caught = flag::register_conditional_shutdown(signal, status, interrupt.raised.clone())
                .and_then(|_| flag::register_usize(signal, interrupt.signal.clone(), number))
                .and_then(|_| flag::register(signal, interrupt.raised.clone()));
            drop(caught);
        }
        interrupt
    }

    /// The flag that stops a render.
    pub fn flag(&self) -> &AtomicBool {
        &self.raised
    }

    /// Whether a signal has come.
    pub fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// The error that says which signal has come.
    pub fn error(&self) -> Interrupted {
        let signal = i32::try_from(self.signal.load(Ordering::Relaxed)).unwrap_or(SIGINT);
        Interrupted { signal }
    }
}

/// The signals that end a run, with a word to say.
#[cfg(unix)]
fn caught() -> Vec<i32> {
    use signal_hook::consts::SIGHUP;
    let signals = [SIGINT, SIGTERM, SIGHUP];
    // Under nohup a terminal that closes is to be ignored.
    signals.into_iter().filter(|signal| *signal != SIGHUP || !is_ignored(SIGHUP)).collect()
}

#[cfg(not(unix))]
fn caught() -> Vec<i32> {
    vec![SIGINT, SIGTERM]
}

/// Whether the program was started with `signal` ignored; taken for true where the system does not tell.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (signal - 1) & 1 == 1)
}

/// A signal has ended the program.
#[derive(Debug)]
pub struct Interrupted {
    signal: i32,
}

impl Interrupted {
    /// The exit status that says so: 129 for SIGHUP, 130 for SIGINT, 143 for SIGTERM.
    pub fn status(&self) -> u8 {
        u8::try_from(STATUS_OF_SIGNALS + self.signal).unwrap_or(u8::MAX)
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.signal {
            SIGTERM => "SIGTERM",
            SIGINT => "SIGINT",
            _ => "SIGHUP",
        };
        write!(f, "interrupted by {name}")
    }
}

impl std::error::Error for Interrupted {}
