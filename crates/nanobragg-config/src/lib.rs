//! nanobragg-config

pub mod classic;
