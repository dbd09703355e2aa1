//! Errors of the libraries as exceptions.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The exception of an error with this code: `nanobragg._errors` has the classes.
pub fn exception(code: &str, text: &str) -> PyErr {
    Python::attach(|py| {
        let made = py
            .import("nanobragg._errors")
            .and_then(|errors| errors.getattr("exception")?.call1((code, text)))
            .map(PyErr::from_value);
        made.unwrap_or_else(|_| PyRuntimeError::new_err(text.to_owned()))
    })
}

/// The exception of a description that is wrong.
pub fn of_config(error: &nanobragg_config::Error) -> PyErr {
    exception(error.kind().code(), &error.to_string())
}

/// The exception of a job that failed.
pub fn of_session(error: &nanobragg_session::Error) -> PyErr {
    exception(error.kind().code(), &error.to_string())
}

/// The exception of an experiment that cannot be planned or rendered.
pub fn of_library(error: &nanobragg::Error) -> PyErr {
    exception(error.kind().code(), &error.to_string())
}
