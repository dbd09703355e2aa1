//! What can go wrong with a sweep.

use std::io;
use std::path::PathBuf;

/// Why a sweep did not end with its files. The text is one line.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Cause>);

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What an image can be refused for.
    Image(nanobragg_session::ErrorKind),
    /// A file could not be read or written.
    File,
    /// A file cannot hold the content that is wanted of it.
    Content,
    /// Names of files do not go together.
    Names,
    /// An output would replace an input or another output.
    Overwrites,
    /// A link leads an output out of the working directory.
    Outside,
    /// An input cannot be read twice.
    Input,
    /// There is a manifest already.
    Exists,
    /// A file is there already, and no manifest says that it is this sweep's.
    Occupied,
    /// Another run is writing the same files.
    Busy,
    /// The manifest is that of another sweep.
    OtherSweep,
    /// What is called a manifest is none.
    NoManifest,
    /// A thread cannot be started.
    Thread,
}

impl ErrorKind {
    /// A name that stays.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Image(kind) => kind.code(),
            ErrorKind::File => "sweep.file",
            ErrorKind::Content => "sweep.content",
            ErrorKind::Names => "sweep.names",
            ErrorKind::Overwrites => "sweep.overwrites",
            ErrorKind::Outside => "sweep.outside",
            ErrorKind::Input => "sweep.input",
            ErrorKind::Exists => "sweep.exists",
            ErrorKind::Occupied => "sweep.occupied",
            ErrorKind::Busy => "sweep.busy",
            ErrorKind::OtherSweep => "sweep.other",
            ErrorKind::NoManifest => "sweep.no-manifest",
            ErrorKind::Thread => "sweep.thread",
        }
    }
}

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match &*self.0 {
            Cause::Image(error) => ErrorKind::Image(error.kind()),
            Cause::File(error) if error.kind() == nanobragg_io::ErrorKind::Busy => ErrorKind::Busy,
            Cause::File(_) => ErrorKind::File,
            Cause::NoCounts(_) => ErrorKind::Content,
            Cause::SameKind { .. } | Cause::Digits { .. } => ErrorKind::Names,
            Cause::OverwritesInput(_)
            | Cause::SameOutput(_)
            | Cause::IsManifest(_)
            | Cause::NotRegular(_) => ErrorKind::Overwrites,
            Cause::Occupied(_) => ErrorKind::Occupied,
            Cause::Outside(_) => ErrorKind::Outside,
            Cause::ReadOnce(_) => ErrorKind::Input,
            Cause::Exists(_) => ErrorKind::Exists,
            Cause::NoManifest(_) => ErrorKind::NoManifest,
            Cause::OtherSweep { .. } | Cause::Changed(_) => ErrorKind::OtherSweep,
            Cause::Thread(_) | Cause::Threads(_) => ErrorKind::Thread,
        }
    }
}

/// What lies behind an [`Error`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    #[error(transparent)]
    Image(nanobragg_session::Error),
    #[error(transparent)]
    File(nanobragg_io::Error),
    #[error("{}: a stack holds counts", .0.display())]
    NoCounts(PathBuf),
    #[error("{} and {} have the same format", one.display(), other.display())]
    SameKind { one: PathBuf, other: PathBuf },
    #[error("a name has at most {most} # in a row, not {digits}")]
    Digits { most: usize, digits: usize },
    #[error("{} is an input and an output", .0.display())]
    OverwritesInput(PathBuf),
    #[error("{} is the name of two outputs", .0.display())]
    SameOutput(PathBuf),
    #[error("cannot write {}: it is no regular file", .0.display())]
    NotRegular(PathBuf),
    #[error("{} leads out of the working directory through a link", .0.display())]
    Outside(PathBuf),
    #[error("{}: a sweep reads its inputs twice; give a regular file", .0.display())]
    ReadOnce(PathBuf),
    #[error("{} exists", .0.display())]
    Exists(PathBuf),
    #[error("{} exists, and no manifest says that it is of this sweep", .0.display())]
    Occupied(PathBuf),
    #[error("{} is the manifest of a sweep, which no other file replaces", .0.display())]
    IsManifest(PathBuf),
    #[error("{}: its first line was changed", .0.display())]
    Changed(PathBuf),
    #[error("{}: not the manifest of a sweep", .0.display())]
    NoManifest(PathBuf),
    #[error("{}: another sweep: {difference}", path.display())]
    OtherSweep { path: PathBuf, difference: String },
    #[error("cannot start a thread for images: {0}")]
    Thread(io::Error),
    #[error("cannot start a thread for images: {0}")]
    Threads(rayon::ThreadPoolBuildError),
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error(Box::new(cause))
    }
}

impl From<nanobragg_session::Error> for Error {
    fn from(error: nanobragg_session::Error) -> Self {
        Cause::Image(error).into()
    }
}

impl From<nanobragg::Error> for Error {
    fn from(error: nanobragg::Error) -> Self {
        nanobragg_session::Error::from(error).into()
    }
}

impl From<nanobragg_io::Error> for Error {
    fn from(error: nanobragg_io::Error) -> Self {
        Cause::File(error).into()
    }
}
