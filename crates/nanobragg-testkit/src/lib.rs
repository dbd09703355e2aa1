//! nanobragg-testkit
