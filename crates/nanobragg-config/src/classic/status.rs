//! What the program's exit status says.

/// Something that was asked for could not be rendered or written.
pub const FAILED: u8 = 1;
/// A flag or an input file is wrong.
pub const WRONG_INPUT: u8 = 2;
/// This machine, or this build, lacks the device that was asked for.
pub const ABSENT: u8 = 3;
/// The device that was asked for does not render this experiment.
pub const REFUSED: u8 = 4;

/// Each status with its meaning, as users read it.
pub(super) const STATUSES: &[(&str, &str)] = &[
    ("0", "every requested file is written"),
    ("1", "something could not be rendered or written"),
    ("2", "a flag or an input file is wrong; nothing was rendered"),
    ("3", "this machine, or this build, lacks the requested device"),
    ("4", "the requested device cannot render this experiment"),
    ("129, 130, 143", "stopped by SIGHUP (a closed terminal), Ctrl-C (SIGINT), SIGTERM"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_listed_under_its_number() {
        for status in [FAILED, WRONG_INPUT, ABSENT, REFUSED] {
            assert!(STATUSES.iter().any(|(number, _)| *number == status.to_string()), "{status}");
        }
    }
}
