//! `nanobragg._native`: what the Python package asks of the libraries.
//!
//! Python sources, in `python/nanobragg`, have the interface that users see. Here are the two things that they hold: a
//! `Setup`, an experiment that is resolved, and a `Renderer`, which renders it.

mod arrays;
mod device;
mod failure;
mod gradient;
mod keywords;
mod picture;
mod pool;
mod renderer;
mod series;
mod setup;
mod trace;
mod wait;

use pyo3::pymodule;

/// The native half of the package.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::gradient::{
        columns, device_warnings, normal, parameters, pull_back, pull_back_amplitudes, rows,
    };
    #[pymodule_export]
    use crate::keywords::{keys, words};
    #[pymodule_export]
    use crate::picture::png;
    #[pymodule_export]
    use crate::renderer::Renderer;
    #[pymodule_export]
    use crate::series::Series;
    #[pymodule_export]
    use crate::setup::Setup;

    /// The version of the package.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
