//! Why a table of structure factors cannot be built.

use super::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub(crate) enum TableCause {
    /// The dense grid over the box does not fit.
    #[error(
        "a grid over h {} k {} l {} needs {} MB, the limit is {} MB; look for stray indices",
        span(min, max, 0), span(min, max, 1), span(min, max, 2), bytes.div_ceil(1_000_000), limit / 1_000_000
    )]
    TooLarge { min: [i32; 3], max: [i32; 3], bytes: u128, limit: u64 },
    /// A reflection lies outside the box that was announced.
    #[error("reflection {} {} {} lies outside the announced box", hkl[0], hkl[1], hkl[2])]
    Outside { hkl: [i32; 3] },
}

impl TableCause {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            TableCause::TooLarge { .. } => ErrorKind::TableTooLarge,
            TableCause::Outside { .. } => ErrorKind::ReflectionOutside,
        }
    }
}

fn span(min: &[i32; 3], max: &[i32; 3], axis: usize) -> String {
    format!("{}..{}", min[axis], max[axis])
}
