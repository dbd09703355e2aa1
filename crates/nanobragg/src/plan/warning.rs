//! What a user should know about a plan.

use std::fmt;

use crate::codes;
use crate::format::short;
use crate::model::Quirk;
use crate::units::to_deg;

/// What was assumed, changed or left out while an experiment was planned.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use nanobragg::model::{Experiment, UnitCell};
/// use nanobragg::plan::Warning;
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.crystal = experiment.crystal.with_cells(50, 50, 50)?;
/// experiment.rendering.oversample = NonZeroU32::new(1);
/// let plan = experiment.plan()?;
/// assert!(matches!(plan.resolved.warnings[..], [Warning::Undersampled { used: 1, needed: 14.0, .. }]));
/// assert_eq!(plan.resolved.warnings[0].code(), "plan.undersampled");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// A quirk changes the image. (Of the preset `reference`, which is all quirks, nothing is said.)
    QuirkActs {
        /// The quirk.
        quirk: Quirk,
        /// The angles α, β, γ of the lattice in degrees, where the quirk made them others than those given.
        angles_deg: Option<[f64; 3]>,
    },
    /// Sub-pixels are too few to resolve the crystal's fringes.
    Undersampled {
        /// Sub-pixels along an edge.
        used: usize,
        /// How many would resolve the fringes.
        needed: f64,
        /// The crystal's longest edge in meters.
        longest_edge: f64,
    },
    /// Phi steps are so wide that reflections are stepped over or counted as too much.
    FewPhiSteps {
        /// How many are used.
        used: usize,
        /// How many hold the error below 2 %.
        needed: usize,
        /// Angle between steps in radians.
        width: f64,
        /// Root mean square of the relative error of a reflection's photons, where it is greatest in the region.
        error: f64,
    },
    /// Mosaic domains are so few that they are seen one by one.
    FewDomains {
        /// How many are used.
        used: usize,
        /// How many hold the error below 5 %.
        needed: usize,
        /// Root mean square of the relative error of a reflection's photons, or a fourth of the unevenness of its spot,
        /// where it is greatest in the region.
        error: f64,
    },
    /// Wavelengths are so far apart that each has spots of its own.
    FewWavelengths {
        /// How many are used.
        used: usize,
        /// How many would run into each other.
        needed: usize,
    },
    /// Directions of incidence are so far apart that each has spots of its own.
    FewDirections {
        /// How many are used, horizontally and vertically.
        used: [usize; 2],
        /// How many would run into each other.
        needed: [usize; 2],
    },
    /// Sources of a list are so far apart that each has spots of its own.
    FewSources {
        /// How many have a weight.
        used: usize,
        /// The distance of neighbors, the median, in breadths of a spot.
        apart: f64,
    },
    /// The beam is smaller than the sample, of which it lights a part.
    SampleClipped {
        /// Direction across the beam.
        axis: SampleAxis,
        /// Size of the sample in meters.
        size: f64,
        /// Size of the beam in meters.
        beam: f64,
    },
    /// The B factor is negative, so that spots grow with their resolution.
    Sharpened {
        /// The B factor in m².
        b_factor: f64,
    },
    /// No pixel of the image lies in the region of interest.
    EmptyRegion,
    /// The detector's normal is not of length one: it is taken from fast axis × slow axis.
    NormalRegenerated,
    /// Axes of the detector are not at right angles.
    ObliqueAxes {
        /// Which angle it is, with its unit.
        what: &'static str,
        /// The angle in degrees.
        angle_deg: f64,
    },
    /// The detector's normal points at the crystal, which makes photons negative.
    HitFromBehind {
        /// Distance from the crystal to the detector's plane along the normal, in meters.
        close_distance: f64,
    },
    /// The sensor has no attenuation depth: its thickness serves for it.
    AttenuationAssumed {
        /// The thickness in meters.
        thickness: f64,
    },
}

/// A direction of the sample across the beam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleAxis {
    /// Along b.
    High,
    /// Along c.
    Wide,
}

codes! { Warning:
    QuirkActs = "plan.quirk-acts",
    Undersampled = "plan.undersampled",
    FewPhiSteps = "plan.few-phi-steps",
    FewDomains = "plan.few-domains",
    FewWavelengths = "plan.few-wavelengths",
    FewDirections = "plan.few-directions",
    FewSources = "plan.few-sources",
    SampleClipped = "plan.sample-clipped",
    Sharpened = "plan.sharpened",
    EmptyRegion = "plan.empty-region",
    NormalRegenerated = "plan.normal-regenerated",
    ObliqueAxes = "plan.oblique-axes",
    HitFromBehind = "plan.hit-from-behind",
    AttenuationAssumed = "plan.attenuation-assumed",
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::QuirkActs { quirk, angles_deg } => {
                let description = quirk.description();
                write!(f, "quirk {quirk} acts on this image: {}", description.trim_end_matches('.'))?;
                match angles_deg.map(|angles| angles.map(|x| short((x * 1e3).round() / 1e3))) {
                    Some([alpha, beta, gamma]) => write!(f, " (the angles are {alpha} {beta} {gamma} deg)"),
                    None => Ok(()),
                }
            }
            Warning::Undersampled { used, needed, longest_edge } => write!(
                f,
                "undersampled: the spots of a {} A crystal need {needed} sub-pixels along an edge, not {used}",
                short((longest_edge * 1e10).round())
            ),
            Warning::FewPhiSteps { used, needed, width, error } => write!(
                f,
                "{used} phi steps of {} deg are too few: intensities are off by {} %; {needed} are enough",
                short(round(to_deg(*width))),
                percent(*error)
            ),
            Warning::FewDomains { used, needed, error } => write!(
                f,
                "{used} mosaic domains are too few: intensities are off by {} %; {needed} are enough",
                percent(*error)
            ),
            Warning::FewWavelengths { used, needed } => {
                write!(f, "{used} wavelengths are too few: each has separate spots; with {needed} they merge")
            }
            Warning::FewDirections { used: [h, v], needed: [most_h, most_v] } => write!(
                f,
                "{h} x {v} directions of incidence are too few: each has separate spots; with {most_h} x {most_v} they merge"
            ),
            Warning::FewSources { used, apart } => write!(
                f,
                "the {used} sources lie {} spot widths apart (median): each has separate spots",
                short((apart * 10.0).round() / 10.0)
            ),
            Warning::SampleClipped { axis, size, beam } => {
                let which = match axis {
                    SampleAxis::High => "high",
                    SampleAxis::Wide => "wide",
                };
                let (size, beam) = (short(size * 1e6), short(beam * 1e6));
                write!(f, "the sample, {size} um {which}, is clipped by the beam, {beam} um")
            }
            Warning::Sharpened { b_factor } => {
                write!(
                    f,
                    "a B factor of {} A^2 makes spots grow with their resolution",
                    short(b_factor * 1e20)
                )
            }
            Warning::EmptyRegion => f.write_str("the region of interest holds no pixel of the image"),
            Warning::NormalRegenerated => {
                f.write_str("the detector normal is computed as fast axis x slow axis")
            }
            Warning::ObliqueAxes { what, angle_deg } => {
                write!(f, "{what} is {}, not 90: there is no such detector", short(round(*angle_deg)))
            }
            Warning::HitFromBehind { close_distance } => write!(
                f,
                "the detector is hit from behind, its plane {} mm along its normal: photons are negative",
                short(close_distance * 1e3)
            ),
            Warning::AttenuationAssumed { thickness } => write!(
                f,
                "the sensor has no attenuation depth: using its thickness, {} um",
                short(thickness * 1e6)
            ),
        }
    }
}

/// An angle as far as it is worth reading.
fn round(angle: f64) -> f64 {
    (angle * 1e6).round() / 1e6
}

/// A relative error in whole percent, at least one.
fn percent(error: f64) -> f64 {
    (error * 100.0).round().max(1.0)
}
