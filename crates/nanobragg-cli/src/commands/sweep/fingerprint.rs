//! What the images of a sweep depend on, for finding out whether a manifest belongs to it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use nanobragg_config::Setup;
use nanobragg_config::classic::{Arity, ParsedArgs, Role, flag};
use nanobragg_io::IoError;
use sha2::{Digest as _, Sha256};

use crate::misuse::Misuse;

/// The flags that images depend on, as they were given.
pub fn flags(args: &ParsedArgs) -> Vec<String> {
    let rows = args.occurrences.iter().filter_map(|occurrence| Some((occurrence, flag(occurrence.flag)?)));
    let words = rows.filter(|(_, row)| !row.is(Role::NoPixels)).flat_map(|(occurrence, row)| {
        let values = (0..occurrence.values.len()).map(|at| match row.arity {
            Arity::Path => occurrence.values.path(at).display().to_string(),
            _ => occurrence.values.text(at).to_owned(),
        });
        row.names.first().map(|name| (*name).to_owned()).into_iter().chain(values).collect::<Vec<_>>()
    });
    words.collect()
}

/// The SHA-256 of every input file.
pub fn inputs(setup: &Setup) -> anyhow::Result<BTreeMap<String, String>> {
    let named = |path: &PathBuf| {
        check_regular(path)?;
        Ok((path.display().to_string(), digest(path)?))
    };
    setup.inputs.iter().map(named).collect()
}

/// Refuses what can be read only once, such as a pipe.
pub fn check_regular(path: &Path) -> Result<(), Misuse> {
    if path.exists() && !path.is_file() {
        let path = path.display();
        return Err(Misuse(format!("{path}: a sweep reads its inputs twice: give a regular file")));
    }
    Ok(())
}

fn digest(path: &Path) -> Result<String, IoError> {
    const BLOCK: usize = 1 << 16;
    let failed = |cause| IoError::read(path, cause);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(count) => hash.update(block.get(..count).unwrap_or_default()),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(failed(cause)),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
