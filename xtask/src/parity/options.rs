//! What the command line asks for.

use anyhow::ensure;
use lexopt::prelude::{Long, Short, Value, ValueExt as _};
use nanobragg_parity::{DEVICES, Options, Selection};

pub const HELP: &str = "\
usage: cargo xtask parity (--case NAME ... | --all | --config supervisor) [OPTIONS] [-- FLAGS...]

Runs nanobragg and trace-harness on recorded cases, compares images and traces with the other side's, and files
all of it in a new folder that proves or disproves that the two agree.

  --case NAME ...        cases of fixtures/cases; --all takes every one
  --config supervisor    the experiment of that name; needs A.mat and scaled.hkl, see --data
  --data DIR             folder of those two files
  --pixel S F            a pixel to trace, slow and fast; may be repeated. Without it those of recorded traces,
                         or else the brightest one
  --c-bin PATH           run this C program with the same flags; without it the recorded results serve
  --trace FILE           compare the trace with this log instead of the recorded one
  --against DIR          another bundle: say what moved since
  --device D             cpu (default), reference or gpu; may be repeated
  --dtype T              f64 (default) or f32; may be repeated
  --quirks PRESET        reference (default), spec, exact or port
  --label TEXT           becomes part of the folder's name
  --out DIR              where the folder is made (default reports)
  -- FLAGS...            more flags for our side only, to see a difference found

exit status: 0 agrees; 1 differs; 2 blocked, or wrong arguments";

/// The options; none where the help is asked for.
pub fn parse(arguments: &[String]) -> anyhow::Result<Option<Options>> {
    let split = arguments.iter().position(|argument| argument == "--");
    let (own, extra) = match split {
        Some(at) => (&arguments[..at], arguments[at + 1..].to_vec()),
        None => (arguments, Vec::new()),
    };
    let mut selection = None;
    let (devices, dtypes) = (Vec::new(), Vec::new());
    let mut options = Options { devices, dtypes, extra, ..Options::new(Selection::All) };
    let mut cases = Vec::new();
    let mut parser = lexopt::Parser::from_args(own);
    let mut in_cases = false;
    while let Some(argument) = parser.next()? {
        let more_cases = std::mem::take(&mut in_cases);
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("case") => {
                cases.push(parser.value()?.string()?);
                in_cases = true;
            }
            Value(name) if more_cases => {
                cases.push(name.string()?);
                in_cases = true;
            }
            Long("all") => selection = Some(Selection::All),
            Long("config") => {
                let name = parser.value()?.string()?;
                ensure!(name == "supervisor", "--config {name}: expected supervisor");
                selection = Some(Selection::Supervisor);
            }
            Long("data") => options.data = Some(parser.value()?.into()),
            Long("pixel") => options.pixels.push((parser.value()?.parse()?, parser.value()?.parse()?)),
            Long("c-bin") => options.c_program = Some(parser.value()?.into()),
            Long("trace") => options.trace = Some(parser.value()?.into()),
            Long("against") => options.against = Some(parser.value()?.into()),
            Long("device") => options.devices.push(device(&parser.value()?.string()?)?),
            Long("dtype") => options.dtypes.push(dtype(&parser.value()?.string()?)?),
            Long("quirks") => options.quirks = parser.value()?.string()?,
            Long("label") => options.label = Some(label(&parser.value()?.string()?)?),
            Long("out") => options.out = parser.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(cases.is_empty() || selection.is_none(), "--case, --all and --config exclude each other");
    options.selection = match (cases.is_empty(), selection) {
        (false, _) => Selection::Cases(cases),
        (true, Some(selection)) => selection,
        (true, None) => anyhow::bail!("{HELP}"),
    };
    ensure!(
        options.trace.is_none() || options.pixels.len() == 1,
        "--trace is the log of one pixel: say which with one --pixel S F"
    );
    for (list, default) in [(&mut options.devices, "cpu"), (&mut options.dtypes, "f64")] {
        if list.is_empty() {
            list.push(default.to_owned());
        }
    }
    Ok(Some(options))
}

fn device(name: &str) -> anyhow::Result<String> {
    ensure!(DEVICES.contains(&name), "--device {name}: expected cpu, reference or gpu");
    Ok(name.to_owned())
}

fn dtype(name: &str) -> anyhow::Result<String> {
    match name {
        "f64" | "float64" => Ok("f64".to_owned()),
        "f32" | "float32" => Ok("f32".to_owned()),
        other => anyhow::bail!("--dtype {other}: expected f64 or f32"),
    }
}

/// A label becomes part of a path: letters, digits, `-` and `_`.
fn label(text: &str) -> anyhow::Result<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ensure!(
        !text.is_empty() && text.len() <= 60 && text.chars().all(fits),
        "--label {text:?}: expected up to 60 letters, digits, - and _"
    );
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> anyhow::Result<Option<Options>> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        super::parse(&words)
    }

    #[test]
    fn cases_devices_pixels_and_further_flags_are_read() {
        let line = "--case cubic tilted --case mask --device cpu --device gpu --dtype float32 --pixel 3 4 \
                    --quirks spec --label a-1 -- -cell 1 2";
        let options = parse(line).unwrap().unwrap();
        let cases = ["cubic", "tilted", "mask"].map(str::to_owned).to_vec();
        assert_eq!(options.selection, Selection::Cases(cases));
        assert_eq!((options.devices, options.dtypes), (vec!["cpu".into(), "gpu".into()], vec!["f32".into()]));
        assert_eq!((options.pixels, options.extra.len()), (vec![(3, 4)], 3));
        let options = parse("--all").unwrap().unwrap();
        assert_eq!((options.selection, options.devices), (Selection::All, vec!["cpu".to_owned()]));
        assert_eq!(parse("--help").unwrap(), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "",
            "cubic",
            "--case",
            "--all --case cubic",
            "--config other",
            "--all --dtype f16",
            "--all --device gpus",
            "--all --device auto",
            "--all --label a/b",
            "--all --label ../x",
            "--all --pixel 1",
            "--all --pixel a b",
            "--all --trace x.log",
            "--all --frob",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
