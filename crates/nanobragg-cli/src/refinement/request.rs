//! What is asked for.

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg_refine::Counting;

/// What a refinement is asked for.
pub struct Request {
    pub data: PathBuf,
    /// A list of images, in the place of one.
    pub list: Option<PathBuf>,
    /// First and last image of a stack, counted from 0.
    pub images: Option<[usize; 2]>,
    /// What images of a list have in common.
    pub shared: Vec<String>,
    pub free: Vec<String>,
    pub output: PathBuf,
    pub counting: Counting,
    pub box_scale: f64,
    pub most_trials: usize,
    /// Whether an earlier run goes on.
    pub resume: bool,
    /// The experiment file that flags are added to.
    pub experiment: Option<PathBuf>,
    /// The flags of the start.
    pub start: Vec<OsString>,
}
