//! From keyword arguments to flags.

use std::ffi::OsString;

use nanobragg_config::classic::{self, Arity, Flag, Role};
use nanobragg_config::experiment_file::{flag_of, key, opposite, section};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PySet, PyString};

use crate::failure;

/// The keys of experiment files: name, table, spellings as flags, unit and meaning of each.
#[pyfunction]
pub fn keys() -> Vec<(String, String, Vec<&'static str>, &'static str, &'static str)> {
    let rows = classic::table().iter().filter(|flag| flag_of(&key(flag)) == Some(flag));
    rows.map(|flag| (key(flag), section(flag.group), flag.names.to_vec(), flag.unit.text(), flag.help))
        .collect()
}

/// The words of a command line that says what `keywords` say: keys of an experiment file, or names of flags.
#[pyfunction]
pub fn words(keywords: &Bound<'_, PyDict>) -> PyResult<Vec<OsString>> {
    let mut words = Vec::new();
    for (name, value) in keywords {
        let name: String = name.extract()?;
        push(&mut words, &name, &value)?;
    }
    Ok(words)
}

fn push(words: &mut Vec<OsString>, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let row = find(name).ok_or_else(|| unknown(name))?;
    if value.is_none() {
        return Ok(());
    }
    let spelled = |flag: &Flag| flag.names.first().map_or_else(OsString::new, OsString::from);
    if let Some(on) = switch(value)? {
        let flag = match (row.arity, on) {
            (Arity::Nothing | Arity::OptionalNumber | Arity::OptionalWord(_), true) => Some(row),
            (Arity::Nothing, false) => opposite(row),
            _ => {
                let text = format!("{name} needs a value, not {value}");
                return Err(PyTypeError::new_err(text));
            }
        };
        words.extend(flag.map(spelled));
        return Ok(());
    }
    if row.arity == Arity::Nothing {
        return Err(PyTypeError::new_err(format!("{name} has to be True or False, not {}", kind(value)?)));
    }
    let values = values(name, value)?;
    if row.is(Role::Several) {
        for value in values {
            check(row, name, std::slice::from_ref(&value))?;
            words.extend([spelled(row), value]);
        }
    } else {
        check(row, name, &values)?;
        words.push(spelled(row));
        words.extend(values);
    }
    Ok(())
}

/// What a switch says: a truth value of Python or of numpy.
fn switch(value: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
    if let Ok(switch) = value.cast::<PyBool>() {
        return Ok(Some(switch.is_true()));
    }
    if value.hasattr("dtype")? && value.hasattr("ndim")? && value.getattr("ndim")?.extract::<usize>()? == 0 {
        let dtype = value.getattr("dtype")?;
        // Data types of torch have no kind, only a name.
        let is_switch = match dtype.getattr("kind") {
            Ok(kind) => kind.extract::<String>().is_ok_and(|kind| kind == "b"),
            Err(_) => dtype.str()?.to_str()? == "torch.bool",
        };
        return Ok(if is_switch { Some(value.is_truthy()?) } else { None });
    }
    Ok(None)
}

/// Checks the values of a keyword: on a command line those that are too many would be stray words, of which the reader
/// only warns.
fn check(row: &'static Flag, name: &str, values: &[OsString]) -> PyResult<()> {
    classic::check_values(row, name, values).map_err(|error| failure::of_config(&error))
}

/// The flag that a keyword means: a key of an experiment file or a flag's name; one that Python keeps for itself has an
/// underscore behind it.
pub fn find(name: &str) -> Option<&'static Flag> {
    let bare = name.strip_suffix('_').unwrap_or(name);
    let spelled = format!("-{bare}");
    flag_of(bare).or_else(|| classic::table().iter().find(|flag| flag.names.contains(&spelled.as_str())))
}

/// A value as words: numbers in their shortest form, text as it stands, arrays and sequences item after item.
fn values(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<OsString>> {
    if let Some(word) = word(value)? {
        return Ok(vec![word]);
    }
    let wrong = || -> PyResult<PyErr> {
        let text =
            format!("{name} has to be a number, text, a path or a sequence of these, not {}", kind(value)?);
        Ok(PyTypeError::new_err(text))
    };
    // Bytes are numbers one by one, sets have no order, and of a dictionary the keys would be taken.
    let no_sequence = value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>()
        || value.is_instance_of::<PyDict>();
    let Some(items) = value.try_iter().ok().filter(|_| !no_sequence) else { return Err(wrong()?) };
    let mut words = Vec::new();
    for item in items {
        let item = item?;
        let Some(word) = word(&item)? else {
            let found = kind(&item)?;
            let text =
                format!("{name}: an item of a sequence has to be a number, text or a path, not {found}");
            return Err(PyTypeError::new_err(text));
        };
        words.push(word);
    }
    Ok(words)
}

/// A single value as a word.
fn word(value: &Bound<'_, PyAny>) -> PyResult<Option<OsString>> {
    if value.is_instance_of::<PyBool>() {
        return Ok(None);
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Some(text.to_str()?.into()));
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(Some(value.str()?.to_str()?.into()));
    }
    if value.is_instance_of::<PyFloat>() {
        return number(value.extract()?);
    }
    if value.hasattr("__fspath__")? {
        return Ok(Some(value.extract::<std::path::PathBuf>()?.into_os_string()));
    }
    // Numbers of numpy are no numbers of Python, and say what they are by these.
    if value.hasattr("ndim")? && value.getattr("ndim")?.extract::<usize>()? > 0 {
        return Ok(None);
    }
    // Arrays and tensors without dimensions have it whatever they hold, and refuse where that is no whole number.
    if let Ok(whole) = value.call_method0("__index__") {
        return Ok(Some(whole.str()?.to_str()?.into()));
    }
    if value.hasattr("__float__")? {
        return number(value.call_method0("__float__")?.extract()?);
    }
    Ok(None)
}

/// The shortest text that reads as the same number.
fn number(value: f64) -> PyResult<Option<OsString>> {
    Ok(Some(format!("{value:?}").into()))
}

fn kind(value: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(value.get_type().name()?.to_string())
}

fn unknown(name: &str) -> PyErr {
    let near = classic::nearest(&format!("-{name}"));
    let near =
        near.map_or_else(String::new, |near| format!("; did you mean {}?", near.trim_start_matches('-')));
    failure::exception("flag.unknown", &format!("unknown keyword {name:?}{near}"))
}
