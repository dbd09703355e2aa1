//! nanobragg-trace
