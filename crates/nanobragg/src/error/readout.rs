//! What can be wrong with a readout.

/// Stages that do not follow one another.
#[derive(Debug, thiserror::Error)]
#[error("readout: the stage {after} cannot follow {before}")]
pub(crate) struct ReadoutCause {
    /// The stage that is there.
    pub before: &'static str,
    /// The stage that comes after it.
    pub after: &'static str,
}
