//! The classic flags: the command line of the reference program, accepted unchanged.
//!
//! There is one table, one row a flag: how it is spelled, what follows it, what holds without it, what it does and
//! what it has in common with others. The parser, the help text, the manual page, the markdown page, the shell
//! completions and the keys of experiment files are all made from it, so that none of them can disagree with another.
//!
//! Parsed values stay in the units that the user writes (mm, degrees, percent, ...); a flag's effect converts them by
//! the [`Unit`] of its row. What flags of the C program do to each other apart from their order is decided here as
//! well, and nowhere else.
//!
//! ```
//! use nanobragg_config::classic::{FlagId, parse};
//!
//! let args = ["-distance", "100", "--pixel=0.1", "-misset", "random"];
//! let parsed = parse(args.map(Into::into))?;
//! assert_eq!(parsed.number(FlagId::Distance), Some(100.0));
//! assert_eq!(parsed.last(FlagId::Misset).map(|o| o.values.text(0)), Some("random"));
//! # Ok::<(), nanobragg_config::Error>(())
//! ```

mod apply;
mod beam;
mod cell;
mod commands;
mod completions;
mod crystal;
mod detector;
mod flag;
mod given;
mod help;
mod lookup;
mod man;
mod markdown;
mod parse;
mod precedence;
mod read;
mod role;
mod rotation;
mod sensor;
mod shell;
pub mod status;
mod steps;
mod table;
mod unit;
mod values;
mod wrap;

pub(crate) use crate::flag_error::FlagError;
pub(crate) use crate::flag_error::plain;
pub(crate) use apply::{apply, apply_defaults};
pub(crate) use beam::beam;
pub(crate) use cell::cell;
pub use commands::{COMMANDS, Command, CommandFlag};
pub use completions::completions;
pub(crate) use crystal::{crystal, interpolation};
pub(crate) use detector::placement;
pub use flag::{Arity, Effect, Fallback, Flag, Group, Limits, WordRule};
pub use help::help_text;
pub(crate) use help::{canonical, meaning, remark, synopsis};
pub use lookup::{find, nearest};
pub use man::man_page;
pub use markdown::markdown;
pub(crate) use markdown::{code, escape};
pub use parse::{Occurrence, ParsedArgs, check_values, parse};
pub(crate) use precedence::{pivot, preset, quirks};
pub use role::{Conflicts, Role, Roles};
pub(crate) use rotation::rotation;
pub(crate) use sensor::sensor;
pub use shell::Shell;
pub use table::{flag, table};
pub use unit::Unit;
pub use values::Values;

pub use crate::flag_id::FlagId;

/// The name of the program in usage lines, the manual page and completions.
const PROGRAM: &str = "nanobragg";

/// One paragraph about the command line as a whole.
const INTRODUCTION: &str = "Computes the X-ray diffraction image of a nanocrystal. Flags may come in any \
    order; when one is repeated, its last value counts. Each may be written with one dash or two, and a flag \
    with one value also as --name=value. A longer word with the name of a flag of nanoBragg.c in it, such as \
    -matrix for -mat, is read as that flag, with a warning.";

/// A command line that runs as it stands, with no input files.
const EXAMPLE: &str =
    "nanobragg -cell 70 80 90 90 90 90 -default_F 100 -N 5 -lambda 1.0 -distance 100 -detpixels 512";
