//! What can be wrong with a command line.

/// A message stays one line whatever was typed.
pub(crate) use nanobragg_io::text::one_line as plain;

/// One thing that is wrong with a command line, as one line that names the flag as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FlagError {
    /// No flag is spelled so.
    #[error("unknown flag {}{}", plain(given), suggestion.map(|s| format!("; did you mean {s}?")).unwrap_or_default())]
    UnknownFlag {
        /// As typed.
        given: String,
        /// The flag whose spelling comes nearest, if one is near enough.
        suggestion: Option<&'static str>,
    },
    /// A value behind an equals sign, and one dash before the name.
    #[error(
        "unknown flag {}={}; write {} {} or -{}={}",
        plain(name),
        plain(value),
        plain(name),
        plain(value),
        plain(name),
        plain(value)
    )]
    OneDashValue {
        /// The name of a flag, with its dash.
        name: String,
        /// What follows the equals sign.
        value: String,
    },
    /// The first argument is neither a flag nor a command.
    #[error(
        "unknown command {given:?}; {}",
        meant.as_ref().map_or_else(|| "flags begin with a dash (see -help)".to_owned(), |meant| format!("did you mean {meant}?"))
    )]
    UnknownCommand {
        /// As typed.
        given: String,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// Fewer values than the flag needs.
    #[error("{} needs {needs}{}", plain(flag), found.as_deref().map(|f| format!(", but {} follows", plain(f))).unwrap_or_default())]
    MissingValue {
        /// The flag as typed.
        flag: String,
        /// What it needs: how many values, which, in what unit.
        needs: String,
        /// What stands in the value's place, if anything does.
        found: Option<String>,
    },
    /// Fewer values than the flag needs, and it is known that no more belong to it.
    #[error("{} needs {needs}, not {found}", plain(flag))]
    TooFewValues {
        /// The flag as typed.
        flag: String,
        /// What it needs.
        needs: String,
        /// How many values there are.
        found: usize,
    },
    /// More values than the flag takes.
    #[error("{} needs {needs}, not {found}", plain(flag))]
    TooManyValues {
        /// The flag as typed.
        flag: String,
        /// What it needs.
        needs: String,
        /// How many values there are.
        found: usize,
    },
    /// A value where the flag takes none, or takes more than one.
    #[error("{} cannot take =value: it needs {needs}", plain(flag))]
    UnexpectedValue {
        /// The flag as typed.
        flag: String,
        /// What it needs.
        needs: String,
    },
    /// The value is not a finite number.
    #[error("{} expects {expects}, not {value:?}", plain(flag))]
    NotANumber {
        /// The flag as typed.
        flag: String,
        /// The value as typed.
        value: String,
        /// What is expected.
        expects: String,
    },
    /// The value is not a whole number.
    #[error("{} expects a whole number, not {value:?}", plain(flag))]
    NotWhole {
        /// The flag as typed.
        flag: String,
        /// The value as typed.
        value: String,
    },
    /// The value is a number that the flag does not accept.
    #[error("{} must be {allowed}, not {}", plain(flag), plain(value))]
    OutOfRange {
        /// The flag as typed.
        flag: String,
        /// The value as typed.
        value: String,
        /// Which values are accepted.
        allowed: String,
    },
    /// The value is none of the words that the flag knows.
    #[error("{} must be {}, not {value:?}", plain(flag), alternatives(choices))]
    UnknownWord {
        /// The flag as typed.
        flag: String,
        /// The value as typed.
        value: String,
        /// The words it knows.
        choices: &'static [&'static str],
    },
    /// The value is not UTF-8 where it is not a path, or is written as `--name=value`.
    #[error("{} has a value that is not valid UTF-8: {value:?}", plain(flag))]
    NotUnicode {
        /// The flag as typed.
        flag: String,
        /// The value with replacement characters.
        value: String,
    },
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn alternatives(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
