//! The memory of a program that runs.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::Duration;

/// Waits for the end of a program and gives the kibibytes that it had at most, as Linux counts them; `None` where the system does
/// not say.
///
/// # Errors
/// A program that cannot be waited for.
pub fn peak_kib(child: &mut Child) -> io::Result<(ExitStatus, Option<u64>)> {
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    loop {
        if let Some(ended) = child.try_wait()? {
            return Ok((ended, most));
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = most.max(peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok()));
        std::thread::sleep(Duration::from_millis(1));
    }
}
