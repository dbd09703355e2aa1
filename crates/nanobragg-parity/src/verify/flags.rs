//! Flags from a bundle are those of somebody else: they may render, and name files of the bundle, and no more.

use std::ffi::OsString;
use std::path::{Component, Path};

use nanobragg_config::classic::{self, Arity, Role};

use crate::error::{Context as _, Result, require};
use crate::measure::RunSpec;
use crate::subject::words;

/// Refuses flags of a run that write files, read others than those of the bundle, or do not render.
///
/// # Errors
/// The first such flag.
pub(super) fn check(spec: &RunSpec, inputs: &Path) -> Result<()> {
    let mut flags = words(&inputs.join("args.txt"))?;
    flags.extend(spec.extra.iter().cloned());
    flags.extend(["-quirks".to_owned(), spec.quirks.clone()]);
    let parsed = classic::parse(flags.into_iter().map(OsString::from)).context("flags of the bundle")?;
    for occurrence in &parsed.occurrences {
        let Some(row) = classic::flag(occurrence.flag) else { continue };
        let (given, path) = (&occurrence.given, occurrence.values.path(0));
        require!(!row.is(Role::Prints), Bundle, "has the flag {given}, which does not render: it is not run");
        if row.arity == Arity::Path {
            let shown = path.display();
            require!(
                row.is(Role::InputFile),
                Bundle,
                "has the flag {given}, which writes {shown}: it is not run"
            );
            let here = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
            require!(here, Bundle, "reads {shown}, which is no file of the bundle: it is not run");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use crate::device::Backend;
    use crate::metrics::Other;

    fn found(flags: &str, extra: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("args.txt"), flags).unwrap();
        let spec = RunSpec {
            case: "a".to_owned(),
            backend: Backend::new("cpu", "f64"),
            quirks: "reference".to_owned(),
            extra: extra.iter().map(|&word| word.to_owned()).collect(),
            pixels: Vec::new(),
            other: Other::Recorded,
        };
        check(&spec, folder.path()).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn flags_that_write_or_reach_out_are_refused() {
        assert_eq!(found("-cell 70 80 90 90 90 90 -hkl a.hkl -mat ./A.mat -N 5", &["-seed", "3"]), "");
        for (flags, named) in [
            ("-N 5 -npyfile /tmp/escape.npy", "-npyfile, which writes /tmp/escape.npy"),
            ("-o a.npy", "-o, which writes a.npy"),
            ("-dump Fdump.bin", "-dump, which writes"),
            ("-hkl ../a.hkl", "reads ../a.hkl"),
            ("-mat /etc/passwd", "reads /etc/passwd"),
            ("-show", "-show, which does not render"),
        ] {
            assert!(found(flags, &[]).contains(named), "{flags}: {}", found(flags, &[]));
        }
        assert!(found("-N 5", &["-floatfile", "x"]).contains("-floatfile, which writes x"));
    }
}
