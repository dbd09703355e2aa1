//! What can go wrong while evidence is made or checked.

use std::fmt;

/// What an operation of this crate gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why evidence could not be made or checked. `Display` is one line and complete.
pub struct Error {
    kind: ErrorKind,
    text: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something that was asked for is not there, or makes no sense.
    Request,
    /// A file or folder cannot be read or written.
    File,
    /// A program failed.
    Program,
    /// A device does not render what is compared, and says so.
    Refused,
    /// A bundle is not in the form of a bundle, or does not repeat.
    Bundle,
    /// A table of cases is not what it should be, or does not pass.
    Table,
    /// Images, traces or experiments are of no use for a comparison.
    Subject,
}

impl ErrorKind {
    /// A word that stays the same whatever the text.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::Request => "parity.request",
            ErrorKind::File => "parity.file",
            ErrorKind::Program => "parity.program",
            ErrorKind::Refused => "parity.refused",
            ErrorKind::Bundle => "parity.bundle",
            ErrorKind::Table => "parity.table",
            ErrorKind::Subject => "parity.subject",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Error { kind, text: text.into(), cause: None }
    }

    /// What it is about.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The code of its kind.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) if self.text.is_empty() => write!(f, "{cause}"),
            Some(cause) => write!(f, "{}: {cause}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn std::error::Error + 'static))
    }
}

/// The kind of an error of another crate.
pub(crate) trait Kind: std::error::Error + Send + Sync + 'static {
    /// The kind.
    fn kind(&self) -> ErrorKind;
}

macro_rules! kinds {
    ($($error:ty => $kind:ident,)+) => {
        $(
            impl Kind for $error {
                fn kind(&self) -> ErrorKind {
                    ErrorKind::$kind
                }
            }

            impl From<$error> for Error {
                fn from(cause: $error) -> Self {
                    Error { kind: ErrorKind::$kind, text: String::new(), cause: Some(Box::new(cause)) }
                }
            }
        )+
    };
}

kinds! {
    std::io::Error => File,
    serde_json::Error => Bundle,
    nanobragg_compare::Error => Subject,
    nanobragg_config::Error => Subject,
    nanobragg_trace::Error => Subject,
    nanobragg_testkit::TestError => Subject,
}

impl Kind for Error {
    fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// Says in front of an error what it is about.
pub(crate) trait Context<T> {
    /// `text` in front of the error.
    fn context(self, text: impl Into<String>) -> Result<T>;

    /// The same with a text that is made when it is needed.
    fn with_context(self, text: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Kind> Context<T> for Result<T, E> {
    fn context(self, text: impl Into<String>) -> Result<T> {
        self.with_context(|| text.into())
    }

    fn with_context(self, text: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|cause| Error { kind: cause.kind(), text: text(), cause: Some(Box::new(cause)) })
    }
}

/// Leaves the function with an error unless a condition holds.
macro_rules! require {
    ($condition:expr, $kind:ident, $($text:tt)+) => {
        if !$condition {
            return Err($crate::error::Error::new($crate::error::ErrorKind::$kind, format!($($text)+)));
        }
    };
}

/// An error as a result.
macro_rules! fail {
    ($kind:ident, $($text:tt)+) => {
        return Err($crate::error::Error::new($crate::error::ErrorKind::$kind, format!($($text)+)))
    };
}

pub(crate) use {fail, require};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_front_keeps_the_kind_and_the_whole_is_one_line() {
        let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let error = Err::<(), _>(missing()).context("a.json").context("the bundle").unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("parity.file", "the bundle: a.json: no such file")
        );
        assert!(std::error::Error::source(&error).is_some());
        assert_eq!(Error::from(missing()).to_string(), "no such file");
        let failed = || -> Result<()> { fail!(Program, "{} failed", "it") };
        assert_eq!(format!("{:?}", failed().unwrap_err()), "parity.program: it failed");
    }
}
