//! The page about experiment files.

use super::keys::{flags, key, section};
use crate::classic::{Arity, Flag, Group, canonical, code, escape, meaning, remark};

const INTRODUCTION: &str = "\
# Experiment files

`nanobragg run experiment.toml` renders an experiment file. Flags may follow and override it:
`nanobragg run experiment.toml -N 20 -o big.img`. `nanobragg FLAG... -show toml` prints the experiment file for these
flags. This page is generated from the table of flags, and so is
[schema/experiment.schema.json](schema/experiment.schema.json), which editors use to complete and check keys.

```toml
[crystal]
cell_angstrom_deg = [70, 80, 90, 90, 90, 90]
N = 5

[structure_factors]
default_F_electrons = 100

[beam]
lambda_angstrom = 1.0

[detector]
distance_mm = 100
detpixels = 512

[output]
output = \"image.img\"
```

- A key is a flag's name with its unit, in the table of the flag's group; the page of [flags](CLI.md) explains its
  meaning. Flags with several values take an array: `misset_deg = [10, 20, 30]`. A word in place of the
  numbers stands in quotation marks: `misset_deg = \"random\"`.
- A switch is `true`. `false` means the flag with `no` before its name if there is one (`interpolate = false` is
  `-nointerpolate`), and otherwise the same as leaving it out.
- Keys take effect in the order of the file, as flags do: `N = 5`, then `Na = 7`.
- Input files are looked for in the folder of the experiment file; output files go into the working directory. Outputs
  elsewhere, such as `/tmp/a.npy`, `../a.npy` or links that lead there, are errors unless the command line has `-trust_paths`, so that a file from
  someone else cannot write there.
- An error names line and column, and the key that was probably meant: `experiment.toml:12:1: unknown key distnce_mm in
  [detector]; did you mean distance_mm? ...`
";

/// The page as markdown.
#[must_use]
pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    for group in Group::ALL {
        text.push_str(&format!("\n## `[{}]`\n\n", section(group)));
        text.push_str("| key | value | default | flag | meaning |\n| --- | --- | --- | --- | --- |\n");
        for flag in flags(group) {
            let mut help = meaning(flag);
            if let Some(remark) = remark(flag) {
                help.push_str(&format!(" ({remark})"));
            }
            let cells = [
                code(&key(flag)),
                escape(&kind(flag)),
                escape(flag.default.text()),
                code(canonical(flag)),
                escape(&help),
            ];
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    text
}

/// What stands behind the key.
fn kind(flag: &Flag) -> String {
    let word = flag.example_word().map_or_else(String::new, |word| format!(" or \"{word}\""));
    match flag.arity {
        Arity::Nothing => "true or false".to_owned(),
        Arity::Numbers { most: 1, .. } | Arity::OptionalNumber => format!("number{word}"),
        Arity::Numbers { least, most, .. } if least == most => format!("{most} numbers{word}"),
        Arity::Numbers { least, most, .. } => format!("{least} to {most} numbers{word}"),
        Arity::Integers { count: 1, .. } => format!("whole number{word}"),
        Arity::Integers { count, .. } => format!("{count} whole numbers{word}"),
        Arity::Word(_) | Arity::OptionalWord(_) => "word".to_owned(),
        Arity::Path => "file".to_owned(),
        Arity::Text => "text".to_owned(),
    }
}
