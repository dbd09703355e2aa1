//! What can go wrong with a job.

use std::path::{Path, PathBuf};

/// Why a job did not end with its files. The text is one line.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Cause>);

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The library cannot plan or render the experiment.
    Library(nanobragg::ErrorKind),
    /// The observer, or its flag, asked for the end.
    Canceled,
    /// A file cannot lie where it is wanted.
    Place,
    /// A format cannot hold the content that is wanted of it.
    Content,
    /// There is not enough memory for the images and their files.
    Memory,
    /// Photons of an image are not finite, or negative.
    Photons,
    /// A file could not be written, or read back.
    File,
    /// The graphics processor cannot be used.
    Device,
    /// There is no such graphics processor.
    Adapter,
    /// There is no graphics processor, or it lacks the precision that is wanted.
    Absent,
    /// The limits of a graphics processor are not understood.
    Limits,
    /// Graphics processors are not built in.
    NotBuilt,
}

impl ErrorKind {
    /// A name that stays.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Library(kind) => kind.code(),
            ErrorKind::Canceled => "job.canceled",
            ErrorKind::Place => "output.place",
            ErrorKind::Content => "output.content",
            ErrorKind::Photons => "image.photons",
            ErrorKind::Memory => "job.memory",
            ErrorKind::File => "output.file",
            ErrorKind::Device => "device.failed",
            ErrorKind::Adapter => "device.no-adapter",
            ErrorKind::Absent => "device.absent",
            ErrorKind::Limits => "device.limits",
            ErrorKind::NotBuilt => "device.not-built",
        }
    }
}

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Cause::Library(ref error) => match error.kind() {
                nanobragg::ErrorKind::Canceled => ErrorKind::Canceled,
                kind => ErrorKind::Library(kind),
            },
            Cause::Canceled => ErrorKind::Canceled,
            Cause::NoFolder { .. } | Cause::IsFolder(_) => ErrorKind::Place,
            Cause::Content(_) | Cause::NoDoubles(_) => ErrorKind::Content,
            Cause::Memory { .. } => ErrorKind::Memory,
            Cause::Photons { .. } => ErrorKind::Photons,
            Cause::File(_) => ErrorKind::File,
            #[cfg(feature = "gpu")]
            Cause::Gpu(ref error) => match error.kind() {
                nanobragg_wgpu::ErrorKind::NoSuchAdapter => ErrorKind::Adapter,
                kind if kind.is_absence() => ErrorKind::Absent,
                _ => ErrorKind::Device,
            },
            #[cfg(feature = "gpu")]
            Cause::Limits { .. } => ErrorKind::Limits,
            #[cfg(not(feature = "gpu"))]
            Cause::NotBuilt => ErrorKind::NotBuilt,
        }
    }

    /// The end that an observer asked for.
    pub(crate) fn canceled() -> Self {
        Cause::Canceled.into()
    }
}

/// Why nothing can be written into what is no folder.
fn missing(folder: &Path) -> String {
    match folder.exists() {
        true => format!("{} is not a folder", folder.display()),
        false => format!("there is no folder {}", folder.display()),
    }
}

/// What lies behind an [`Error`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    #[error(transparent)]
    Library(nanobragg::Error),
    #[error(transparent)]
    File(nanobragg_io::Error),
    #[error("the job was canceled")]
    Canceled,
    #[error("cannot write {}: {}", path.display(), missing(folder))]
    NoFolder { path: PathBuf, folder: PathBuf },
    #[error("{}: this format cannot hold the requested content", .0.display())]
    Content(PathBuf),
    #[error("{}: the image was rendered without its doubles", .0.display())]
    NoDoubles(PathBuf),
    #[error(
        "not enough memory: {images} image{} of {fast} x {slow} pixels and {} files need {bytes} bytes",
        if *images == 1 { "" } else { "s" },
        if *images == 1 { "its" } else { "their" }
    )]
    Memory { images: usize, fast: usize, slow: usize, bytes: u128 },
    #[error(
        "{pixels} pixel{} photons that are not finite or below zero; the first, at fast {fast} slow {slow}, has {value}",
        if *pixels == 1 { " has" } else { "s have" }
    )]
    Photons { pixels: usize, value: f32, fast: usize, slow: usize },
    #[error("cannot write {}: it is a folder", .0.display())]
    IsFolder(PathBuf),
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(nanobragg_wgpu::Error),
    #[cfg(feature = "gpu")]
    #[error("{list}: {reason}")]
    Limits { list: String, reason: nanobragg_wgpu::LimitsError },
    #[cfg(not(feature = "gpu"))]
    #[error("this program was built without graphics processors; render on the cpu")]
    NotBuilt,
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error(Box::new(cause))
    }
}

impl From<nanobragg::Error> for Error {
    fn from(error: nanobragg::Error) -> Self {
        Cause::Library(error).into()
    }
}

impl From<nanobragg_io::Error> for Error {
    fn from(error: nanobragg_io::Error) -> Self {
        Cause::File(error).into()
    }
}

#[cfg(feature = "gpu")]
impl From<nanobragg_wgpu::Error> for Error {
    fn from(error: nanobragg_wgpu::Error) -> Self {
        Cause::Gpu(error).into()
    }
}
