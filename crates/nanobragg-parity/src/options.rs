//! What a bundle is to be made of.

use std::path::PathBuf;

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Cases by name.
    Cases(Vec<String>),
    /// Every case.
    All,
    /// The built-in experiment.
    Supervisor,
}

/// What a bundle is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What is compared.
    pub selection: Selection,
    /// Folder of the files that the built-in experiment needs.
    pub data: Option<PathBuf>,
    /// Pixels (slow, fast) to trace; without any those of recorded traces, or else the brightest.
    pub pixels: Vec<(usize, usize)>,
    /// A C program that is run with the same flags; without it the recorded results serve.
    pub c_program: Option<PathBuf>,
    /// A log that is compared with instead of the recorded one.
    pub trace: Option<PathBuf>,
    /// Another bundle, to say what moved since.
    pub against: Option<PathBuf>,
    /// Devices, of [`DEVICES`](crate::DEVICES).
    pub devices: Vec<String>,
    /// Number types: f64, f32.
    pub dtypes: Vec<String>,
    /// Preset of our side.
    pub quirks: String,
    /// Becomes part of the folder's name.
    pub label: Option<String>,
    /// Where the folder is made.
    pub out: PathBuf,
    /// More flags for our side.
    pub extra: Vec<String>,
}

impl Options {
    /// The recorded results of `selection` against the CPU in double precision, under the preset `reference`.
    pub fn new(selection: Selection) -> Options {
        Options {
            selection,
            data: None,
            pixels: Vec::new(),
            c_program: None,
            trace: None,
            against: None,
            devices: vec!["cpu".to_owned()],
            dtypes: vec!["f64".to_owned()],
            quirks: "reference".to_owned(),
            label: None,
            out: PathBuf::from("reports"),
            extra: Vec::new(),
        }
    }
}
