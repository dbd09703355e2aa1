//! Experiment files: the flags as keys of a TOML document.
//!
//! A key is a flag's name with its unit behind it, and stands in the table of the flag's group: `-distance 100` is
//! `distance_mm = 100` in `[detector]`. Reading makes the same [`ParsedArgs`](crate::classic::ParsedArgs) as a
//! command line, so that nothing is defined twice: limits, precedence and messages are those of the flags.

mod keys;
mod page;
mod read;
mod schema;
mod write;

pub use keys::{flag_of, key, opposite, section};
pub use page::page;
pub use read::{parse, read};
pub use schema::schema;
pub use write::write;
