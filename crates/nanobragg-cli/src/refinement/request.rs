//! What is asked for.

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg::plan::Plan;
use nanobragg_config::classic::COMMANDS;
use nanobragg_refine::Counting;

use super::places::Asked;

/// The spread of the mosaic domains.
const MOSAIC: &str = "mosaic";

/// Whether a name, without its dash, is of a flag of refinements, which images share; sub-pixels are a matter of each start.
pub fn is_of_refinement(name: &str) -> bool {
    let own = COMMANDS.iter().filter(|known| known.name == "refine").flat_map(|known| known.flags);
    name != "oversample" && own.into_iter().any(|flag| flag.name.strip_prefix('-') == Some(name))
}

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
    /// Whether these are [`Request::DEFAULT`], as nothing else was asked for.
    pub is_default: bool,
    pub output: PathBuf,
    pub counting: Counting,
    /// The reflections that are refined against.
    pub reflections: Asked,
    pub box_scale: f64,
    /// Standard deviations of what is known beforehand, by name, each in its unit; `None` where nothing is known.
    pub restraints: Vec<(String, Option<f64>)>,
    /// Whether structure factors are refined that all images have in common.
    pub amplitudes: bool,
    /// Whether Friedel mates have structure factors of their own.
    pub anomalous: bool,
    pub most_trials: usize,
    /// Whether an earlier run goes on.
    pub resume: bool,
    /// The experiment file that flags are added to.
    pub experiment: Option<PathBuf>,
    /// The flags of the start.
    pub start: Vec<OsString>,
}

impl Request {
    /// What is free where nothing else is asked for.
    pub const DEFAULT: [&str; 5] = ["misset", "cell", "N", "scale", MOSAIC];

    /// The free parameters of an image that starts from `plan`: of the default those that its crystal has.
    pub fn free(&self, plan: &Plan) -> Vec<&str> {
        let has = |name: &&str| !self.is_default || *name != MOSAIC || plan.orientations.domains.len() > 1;
        self.free.iter().map(String::as_str).filter(has).collect()
    }

    /// Whether images are refined together after each has been by itself.
    pub fn is_joint(&self) -> bool {
        self.amplitudes || !self.shared.is_empty()
    }

    /// What changes a result beside the flags of its start, as flags: of each a text, also where it was not given.
    pub fn settings(&self) -> Vec<String> {
        let Counting { gain, saturation, readout_noise, .. } = self.counting;
        let word = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
        let restraints = self.restraints.iter().map(|(name, sigma)| format!("{name}={}", word(*sigma)));
        let restraints = restraints.collect::<Vec<_>>().join(",");
        vec![
            format!("-gain {gain}"),
            format!("-saturation {}", word(saturation)),
            format!("-readout_noise {readout_noise}"),
            format!("-box_scale {}", self.box_scale),
            self.reflections.setting(),
            if restraints.is_empty() { "no -prior".to_owned() } else { format!("-prior {restraints}") },
        ]
    }
}
