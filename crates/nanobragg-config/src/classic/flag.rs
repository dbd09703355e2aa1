//! What a row of the flag table says.

use std::fmt;

use super::given::Given;
use super::role::{Conflicts, Pivots, Role, Roles};
use super::unit::Unit;
use crate::draft::Draft;
use crate::flag_id::FlagId;

/// What a flag does to the draft.
pub(crate) type Apply = fn(&mut Draft, &Given<'_>);

/// One row of the table: a flag, how it is spelled, what follows it, what it means and what it does.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// The program's own name for it.
    pub id: FlagId,
    /// Exact spellings, each with its one dash; the first is the canonical one.
    pub names: &'static [&'static str],
    /// Beginnings: an argument that starts with one of these is this flag, unless it is another's exact name.
    pub prefixes: &'static [&'static str],
    /// What follows it.
    pub arity: Arity,
    /// The section of the help that it stands in.
    pub group: Group,
    /// Placeholder of the values, as shown in the help: `MM`, `X Y Z`, empty when nothing follows.
    pub values: &'static str,
    /// Which numbers say something, where the arity accepts others: those the C program takes for "not given".
    pub sense: Limits,
    /// From where to where each number in turn is likely to lie, the last one also for those after it; empty where
    /// nothing is unlikely. What lies outside may have been meant in another unit.
    pub likely: &'static [(f64, f64)],
    /// Unit of the values.
    pub unit: Unit,
    /// What holds without the flag.
    pub default: Fallback,
    /// One line of meaning.
    pub help: &'static str,
    /// Whether it does anything.
    pub effect: Effect,
    /// The flags without one of which it says nothing; empty where it needs none.
    pub needs: &'static [FlagId],
    /// The flags that decide the same.
    pub conflicts: Conflicts,
    /// What it has in common with others.
    pub roles: Roles,
    /// The quantities of the resolved experiment that it decides.
    pub shows: &'static [&'static str],
    /// The pivot that it decides.
    pub(crate) pivots: Option<Pivots>,
    /// What it does to the draft, for a flag with [`Effect::Used`].
    pub(crate) apply: Apply,
}

/// There is one row a flag.
impl PartialEq for Flag {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Flag {
    /// Whether it has this role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.has(role)
    }

    /// A word that may stand instead of its numbers, if there is one; the placeholder shows it last.
    #[must_use]
    pub fn example_word(&self) -> Option<&'static str> {
        match self.arity {
            Arity::Numbers { word: Some(rule), .. } | Arity::Integers { word: Some(rule), .. } => {
                self.values.rsplit(['|', ' ']).next().filter(|word| rule.allows(word))
            }
            _ => None,
        }
    }
}

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Arity {
    /// Nothing.
    Nothing,
    /// Numbers; fewer than `most` when the next flag comes first.
    Numbers {
        /// The fewest that will do.
        least: usize,
        /// The most that are taken.
        most: usize,
        /// Limits of each in turn; the last one also holds for those after it.
        limits: &'static [Limits],
        /// A word that may stand instead of all of them.
        word: Option<WordRule>,
    },
    /// Exactly so many whole numbers.
    Integers {
        /// How many.
        count: usize,
        /// The smallest that is accepted.
        least: i64,
        /// The largest that is accepted.
        most: i64,
        /// A word that may stand instead of all of them.
        word: Option<WordRule>,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// The path of a file.
    Path,
    /// A name: any text.
    Text,
    /// A number, or nothing.
    OptionalNumber,
    /// One of these words, or nothing.
    OptionalWord(&'static [&'static str]),
}

impl Arity {
    /// Whether exactly one value follows, so that `--name=value` can be written.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(
            self,
            Arity::Numbers { least: 1, most: 1, .. }
                | Arity::Integers { count: 1, .. }
                | Arity::Word(_)
                | Arity::Path
                | Arity::Text
        )
    }
}

/// A word that may stand where numbers are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordRule {
    /// Any word that begins so.
    StartsWith(&'static str),
    /// Any word that has this in it.
    Contains(&'static str),
}

impl WordRule {
    /// Whether this word will do.
    #[must_use]
    pub fn allows(self, word: &str) -> bool {
        match self {
            WordRule::StartsWith(part) => word.starts_with(part),
            WordRule::Contains(part) => word.contains(part),
        }
    }
}

/// Which numbers a flag accepts, as far as that does not depend on other flags.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limits {
    /// Every finite number.
    Any,
    /// Greater than 0.
    Positive,
    /// 0 or greater.
    NonNegative,
    /// From the first to the second, both included.
    Between(f64, f64),
    /// From the first to the second, both excluded.
    Inside(f64, f64),
}

impl Limits {
    /// Whether the number is accepted.
    #[must_use]
    pub fn allows(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Limits::Any => true,
                Limits::Positive => value > 0.0,
                Limits::NonNegative => value >= 0.0,
                Limits::Between(low, high) => (low..=high).contains(&value),
                Limits::Inside(low, high) => low < value && value < high,
            }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limits::Any => write!(f, "finite"),
            Limits::Positive => write!(f, "greater than 0"),
            Limits::NonNegative => write!(f, "0 or greater"),
            Limits::Between(low, high) => write!(f, "from {low} to {high}"),
            Limits::Inside(low, high) => write!(f, "between {low} and {high}"),
        }
    }
}

/// What holds without a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fallback {
    /// Nothing that is worth saying.
    Unsaid,
    /// What these words say; it follows from other flags, or stands in the model.
    Prose(&'static str),
    /// The flag with these values.
    Values(&'static str),
    /// The flag itself, which takes no values; the words say so.
    On(&'static str),
}

impl Fallback {
    /// As the help says it; empty when there is nothing to say.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Fallback::Unsaid => "",
            Fallback::Prose(text) | Fallback::Values(text) | Fallback::On(text) => text,
        }
    }
}

/// Whether a flag does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It does what its help says, to the experiment or to what is done with it.
    Used,
    /// So does it, but before the other flags are looked at, or outside of the experiment.
    Elsewhere,
    /// The reference reads it and makes no use of it; so does this program.
    Inert,
    /// Documentation of the reference shows it, but its code never looks for it.
    Unread {
        /// The flag that does what this one seems to promise.
        instead: Option<&'static str>,
    },
}

/// The sections of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Unit cell, orientation, size, shape and mosaicity.
    Crystal,
    /// Where the structure factors come from.
    StructureFactors,
    /// Spectrum, divergence, polarization and intensity.
    Beam,
    /// Geometry and sensor.
    Detector,
    /// Rotation, sub-pixels and what part of the image is computed.
    Sampling,
    /// What scatters apart from the crystal.
    Background,
    /// Files to write.
    Output,
    /// The image with photon noise.
    Noise,
    /// What is printed along the way.
    Diagnostics,
    /// The program as such.
    Program,
}

impl Group {
    /// All of them in the order of the help.
    pub const ALL: [Group; 10] = [
        Group::Crystal,
        Group::StructureFactors,
        Group::Beam,
        Group::Detector,
        Group::Sampling,
        Group::Background,
        Group::Output,
        Group::Noise,
        Group::Diagnostics,
        Group::Program,
    ];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Group::Crystal => "Crystal",
            Group::StructureFactors => "Structure factors",
            Group::Beam => "Beam",
            Group::Detector => "Detector",
            Group::Sampling => "Sampling",
            Group::Background => "Background",
            Group::Output => "Output",
            Group::Noise => "Noise",
            Group::Diagnostics => "Diagnostics",
            Group::Program => "Program",
        }
    }
}
