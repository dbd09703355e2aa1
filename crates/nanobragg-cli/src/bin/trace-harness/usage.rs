//! A command line that cannot be followed.

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{0}; trace-harness --help shows the usage")]
pub struct UsageError(pub String);
