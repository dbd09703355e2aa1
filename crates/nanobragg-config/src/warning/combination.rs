//! Of flags together.

use std::fmt;
use std::path::PathBuf;

use nanobragg::codes;
use nanobragg_io::c_format::g;

use super::{Said, Subject};

/// What flags say against each other, or without another one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CombinationWarning {
    /// Two flags decide the same.
    Overruled {
        /// The one that counts.
        winner: Said,
        /// The one that does not.
        loser: Said,
        /// Whether the winner counts because it was given later.
        is_later: bool,
    },
    /// The range of a rotation is not that of its steps, which are rendered.
    Steps {
        /// The range.
        range: Said,
        /// The step.
        step: Said,
        /// The number of steps.
        steps: Said,
    },
    /// An exposure without a flux does not change the photons.
    ExposureAlone {
        /// The exposure.
        said: Said,
    },
    /// Directions of a divergence have no range: one is assumed.
    DirectionsAlone {
        /// How many were asked for.
        said: Said,
        /// The flag that gives a range.
        range: &'static str,
    },
    /// One sample is asked for across a range: two are rendered.
    OneStep {
        /// The number of samples.
        said: Said,
        /// The range.
        range: Said,
    },
    /// Mosaic domains have no spread: one is used.
    DomainsAlone {
        /// How many were asked for.
        domains: usize,
    },
    /// A mosaic spread has no number of domains.
    SpreadAlone {
        /// How many are used.
        domains: usize,
    },
    /// A flag of graphics processors has no effect, because the cores render.
    OnCores {
        /// The flag.
        said: Said,
    },
    /// A flag changes nothing, because something else is not asked for.
    FlagAlone {
        /// The flag.
        said: Said,
        /// What it needs, in flags.
        needs: &'static str,
    },
    /// The wavelength of a flag is none of those of a file, which are rendered.
    OtherWavelength {
        /// The flag.
        said: Said,
        /// The file.
        file: PathBuf,
        /// The shortest wavelength in it, Å.
        from: f64,
        /// The longest.
        to: f64,
    },
    /// An image that a flag names is not written: `-o` names another one of its format.
    NotWritten {
        /// The image.
        path: PathBuf,
    },
}

codes! { CombinationWarning:
    Overruled = "config.overruled-flag",
    Steps = "config.other-steps",
    ExposureAlone = "config.exposure-alone",
    DirectionsAlone = "config.directions-alone",
    OneStep = "config.one-step",
    DomainsAlone = "config.domains-alone",
    SpreadAlone = "config.spread-alone",
    OnCores = "config.gpu-flag-on-cores",
    FlagAlone = "config.flag-alone",
    OtherWavelength = "config.other-wavelength",
    NotWritten = "config.not-written",
}

impl CombinationWarning {
    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            CombinationWarning::Overruled { winner, loser, .. } => {
                Subject::of_flag(loser).assumed(winner.to_string())
            }
            CombinationWarning::Steps { range, step, steps } => {
                Subject::of_flag(range).assumed(format!("{step} {steps}"))
            }
            CombinationWarning::ExposureAlone { said }
            | CombinationWarning::OnCores { said }
            | CombinationWarning::FlagAlone { said, .. } => Subject::of_flag(said),
            CombinationWarning::OneStep { said, .. } => Subject::of_flag(said).assumed("2"),
            CombinationWarning::DirectionsAlone { said, .. } => Subject::of_flag(said).assumed("1000 mrad"),
            CombinationWarning::DomainsAlone { domains } => {
                Subject::default().found(domains.to_string()).assumed("1")
            }
            CombinationWarning::SpreadAlone { domains } => Subject::default().assumed(domains.to_string()),
            CombinationWarning::OtherWavelength { said, file, from, to } => {
                Subject { file: Some(file), ..Subject::of_flag(said) }.assumed(format!(
                    "{} to {}",
                    g(*from, 6),
                    g(*to, 6)
                ))
            }
            CombinationWarning::NotWritten { path } => Subject::of_file(path),
        }
    }
}

impl fmt::Display for CombinationWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CombinationWarning::Overruled { winner, loser, is_later } => {
                let why = if *is_later { ": the later one counts" } else { "" };
                write!(f, "{winner} wins over {loser}{why}")
            }
            CombinationWarning::Steps { range, step, steps } => {
                write!(f, "{range}, {step} and {steps} contradict each other: the steps are rendered")
            }
            CombinationWarning::ExposureAlone { said } => {
                write!(f, "{said} does not change the photons without -flux")
            }
            CombinationWarning::DirectionsAlone { said, range } => {
                write!(f, "{said} has no range: 1000 mrad is assumed; {range} gives one")
            }
            CombinationWarning::OneStep { said, range } => {
                write!(f, "{said} beside {range}: 2 are rendered, one at each end, as in the C program")
            }
            CombinationWarning::OnCores { said } => {
                write!(f, "{said} has no effect without -device gpu or auto")
            }
            CombinationWarning::FlagAlone { said, needs } => {
                write!(f, "{said} has no effect without {needs}")
            }
            CombinationWarning::DomainsAlone { domains } => write!(
                f,
                "{domains} mosaic domains without a spread: using one domain; -mosaic DEG sets the spread"
            ),
            CombinationWarning::SpreadAlone { domains } => write!(
                f,
                "mosaic spread without a number of domains: using {domains} domains; -mosaic_domains N sets their \
                 number"
            ),
            CombinationWarning::OtherWavelength { said, file, from, to } => write!(
                f,
                "{said}: {} has {} to {} Angstrom, which are rendered; headers and a matrix take the flag's",
                file.display(),
                g(*from, 6),
                g(*to, 6)
            ),
            CombinationWarning::NotWritten { path } => {
                write!(f, "{} is not written: -o names another image of that format", path.display())
            }
        }
    }
}
