//! Every known difference between the reference program and the physics, by name.
//!
//! A [`Quirk`] is one behavior of the reference program (or of its PyTorch port) that a physicist would not
//! write down. [`Quirks`] is the set that an experiment is evaluated with; the [`Preset`]s are the sets that
//! make sense as a whole. `docs/PARITY.md` shows each with a minimal command and both results.

use std::fmt;

macro_rules! quirks {
    ($($(#[doc = $doc:expr])+ $variant:ident = $name:literal, [$($preset:ident)*];)+) => {
        /// One named behavior of the reference program or its port that differs from the physics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case", deny_unknown_fields))]
        pub enum Quirk { $($(#[doc = $doc])+ $variant,)+ }

        impl Quirk {
            /// All quirks, in the order of the documentation.
            pub const ALL: &'static [Quirk] = &[$(Quirk::$variant,)+];

            /// The name used in flags, logs and documentation.
            pub const fn name(self) -> &'static str {
                match self { $(Quirk::$variant => $name,)+ }
            }

            /// What the quirk does, as prose.
            pub fn description(self) -> String {
                match self { $(Quirk::$variant => [$($doc),+].map(str::trim).join(" "),)+ }
            }

            /// Whether `preset` has this quirk.
            pub const fn is_in(self, preset: Preset) -> bool {
                match self { $(Quirk::$variant => {
                    let presets: &[Preset] = &[$(Preset::$preset,)*];
                    let mut i = 0;
                    while i < presets.len() {
                        if presets[i] as u8 == preset as u8 { return true; }
                        i += 1;
                    }
                    false
                })+ }
            }
        }
    };
}

quirks! {
    /// At phi = 0 exactly no rotation is applied, so that the cell vectors of the phi step evaluated before
    /// stay: for the first step those of the previous pixel's last one, and for the very first pixel the
    /// unrotated lattice.
    PhiZeroCarryover = "phi_zero_carryover", [Reference];
    /// The pivot of a named detector convention cannot be overridden, neither by asking for another nor by a
    /// near point or a two-theta angle.
    ConventionPivotWins = "convention_pivot_wins", [Reference];
    /// A given vector to the first pixel only selects the custom convention; its value is recomputed from
    /// the beam center.
    Pix0Ignored = "pix0_ignored", [Reference Spec Port];
    /// Solid angle and polarization are computed at the pixel's first sub-pixel, layer and source and used
    /// for all; the capture fraction is that of the last layer's first sub-pixel.
    FirstValueFactors = "first_value_factors", [Reference Spec Port];
    /// A factor that is computed for every sub-pixel multiplies the accumulated sum after each term instead
    /// of the term.
    RunningSumFactors = "running_sum_factors", [Reference Spec Port];
    /// The weights of a source file are not used.
    SourceWeightsIgnored = "source_weights_ignored", [Reference Spec Port];
    /// With a sensor thickness and a count of layers the spacing is thickness / (count - 1).
    LayerSpacing = "layer_spacing", [Reference Spec Port];
    /// The first neighborhood that leaves the table, in scan order, switches interpolation off for the rest
    /// of the image.
    InterpolationLatch = "interpolation_latch", [Reference Spec Port];
    /// Interpolation is chosen by itself from the cell counts given, before a crystal size sets them.
    InterpolationBeforeSize = "interpolation_before_size", [Reference Spec Port];
    /// A random orientation is drawn on a spherical cap of 90 radians instead of uniformly over rotations.
    MissetRandomCap = "misset_random_cap", [Reference Spec Port];
    /// The z component of c* of a cell given by lengths and angles divides by the direct cell's edges where
    /// the reciprocal ones belong.
    CellCStarZ = "cell_c_star_z", [Reference Spec Port];
    /// BEAM_CENTER_X and _Y of an image header carry the convention's own beam center, which readers take
    /// for ADXV's.
    SmvBeamCenter = "smv_beam_center", [Reference];
    /// Keys of an image header are found wherever their letters occur, also inside longer keys and in values.
    HeaderSubstrings = "header_substrings", [Reference];
    /// TWOTHETA of an image header is read and dropped.
    TwothetaHeader = "twotheta_header", [Reference Spec Port];
    /// The water background is multiplied by the square of the classical electron radius and the fluence
    /// twice and divided by the number of steps.
    WaterScaledTwice = "water_scaled_twice", [Reference Spec Port];
    /// Polarization for every sub-pixel brings back the polarization that was switched off.
    NopolarOverruled = "nopolar_overruled", [Reference];
    /// Absorption for every sub-pixel of a sensor without thickness captures nothing, so that every term sets
    /// the sum to zero.
    OversampleThickAlone = "oversample_thick_alone", [Reference];
    /// The two-theta axis is taken for the two-theta angle as well: its first number becomes the angle.
    TwothetaAxisSetsAngle = "twotheta_axis_sets_angle", [Reference];
    /// The two-theta axis is used with the length it was given.
    TwothetaAxisLength = "twotheta_axis_length", [Reference Port];
    /// Gaussian and top-hat spots are as wide in 1/Å as the inverse of the number of cells, so that the photons of a
    /// reflection do not grow with the crystal.
    GaussUnits = "gauss_units", [Reference Spec Port];
    /// Each phi step is sampled where it starts instead of in its middle, so that spots come half a step early.
    PhiAtStepStart = "phi_at_step_start", [Reference Spec Port];
    /// A sensor layer is taken at its front face and seen at the angle of the sensor's front, instead of at the
    /// mean depth of what it captures.
    LayerFrontFace = "layer_front_face", [Reference Spec Port];
    /// Mosaic domains are turned after the spindle, so that their misorientation stays fixed in the laboratory
    /// while the crystal turns; and they are drawn one by one, so that their mean is not the crystal's orientation.
    MosaicAfterSpindle = "mosaic_after_spindle", [Reference Spec Port];
    /// Of the two points that can place a detector, beam center and near point, the one that the pivot does not go by
    /// is dropped where it alone is given.
    UnusedPointDropped = "unused_point_dropped", [Reference Spec Port];
    /// A step without a range stands for two steps, whatever number of them is asked for, and for the whole range; one step
    /// with neither lies half of a whole unit off the center.
    StepOverridesCount = "step_overrides_count", [Reference Spec Port];
    /// Custom vectors are neither unitized nor is the detector normal regenerated, and the beam vector
    /// enters the scattering vector as given.
    VectorsAsGiven = "vectors_as_given", [Port];
    /// The polarization factor normalizes its directions by their norm + 1e-10.
    PolarizationEpsilon = "polarization_epsilon", [Port];
    /// Photon noise is one stream of random numbers for the image, in scan order, and the logarithm of the gamma
    /// function that its rejection needs is in single precision.
    PoissonSinglePrecision = "poisson_single_precision", [Reference Spec Port];
    /// The transform of a solid ellipsoid, 3 (sin x - x cos x) / x³, is evaluated as it stands next to a node as well, where its
    /// digits cancel.
    BallCancellation = "ball_cancellation", [Reference Spec Port];
}

/// A set of quirks that makes sense as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Parity with the C program.
    Reference,
    /// The published specification of the PyTorch port: each phi step starts fresh.
    Spec,
    /// What a physicist would write down.
    #[default]
    Exact,
    /// The PyTorch port itself, to reproduce its logs.
    Port,
}

impl Preset {
    /// All presets.
    pub const ALL: &'static [Preset] = &[Preset::Reference, Preset::Spec, Preset::Exact, Preset::Port];

    /// The name used in flags and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Preset::Reference => "reference",
            Preset::Spec => "spec",
            Preset::Exact => "exact",
            Preset::Port => "port",
        }
    }

    /// The preset called `name`.
    pub fn from_name(name: &str) -> Option<Preset> {
        Preset::ALL.iter().copied().find(|preset| preset.name() == name)
    }
}

/// The quirks that an experiment is evaluated with.
///
/// ```
/// use nanobragg::model::{Preset, Quirk, Quirks};
///
/// let quirks = Quirks::from(Preset::Spec).with(Quirk::PhiZeroCarryover);
/// assert!(quirks.has(Quirk::PhiZeroCarryover) && !Quirks::from(Preset::Exact).has(Quirk::LayerSpacing));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quirks {
    set: u64,
}

impl Quirks {
    /// No quirk: the preset `exact`.
    pub const NONE: Quirks = Quirks { set: 0 };

    /// Whether `quirk` is in the set.
    pub const fn has(self, quirk: Quirk) -> bool {
        self.set & (1u64 << quirk as u32) != 0
    }

    /// The set with `quirk`.
    pub const fn with(self, quirk: Quirk) -> Quirks {
        Quirks { set: self.set | (1u64 << quirk as u32) }
    }

    /// The set without `quirk`.
    pub const fn without(self, quirk: Quirk) -> Quirks {
        Quirks { set: self.set & !(1u64 << quirk as u32) }
    }

    /// The quirks of the set.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL.iter().copied().filter(move |&quirk| self.has(quirk))
    }

    /// The preset that equals the set, if any does.
    pub fn preset(self) -> Option<Preset> {
        Preset::ALL.iter().copied().find(|&preset| Quirks::from(preset) == self)
    }
}

impl From<Preset> for Quirks {
    fn from(preset: Preset) -> Self {
        let in_preset = Quirk::ALL.iter().filter(|quirk| quirk.is_in(preset));
        in_preset.fold(Quirks::NONE, |set, &quirk| set.with(quirk))
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Preset::default().into()
    }
}

impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Quirk::name)).finish()
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_has_no_quirk_and_is_the_default() {
        assert_eq!(Quirks::default(), Quirks::from(Preset::Exact));
        assert_eq!(Quirks::from(Preset::Exact).iter().count(), 0);
    }

    #[test]
    fn names_are_unique_and_presets_are_distinct() {
        let names: std::collections::HashSet<_> = Quirk::ALL.iter().map(|quirk| quirk.name()).collect();
        assert_eq!(names.len(), Quirk::ALL.len());
        for &preset in Preset::ALL {
            assert_eq!(Quirks::from(preset).preset(), Some(preset));
            assert_eq!(Preset::from_name(preset.name()), Some(preset));
        }
    }

    #[test]
    fn a_quirk_is_added_and_removed() {
        let spec = Quirks::from(Preset::Spec);
        let with = spec.with(Quirk::PhiZeroCarryover);
        assert_ne!(spec, with);
        assert_eq!(with.without(Quirk::PhiZeroCarryover), spec);
        assert_eq!(with.preset(), None);
    }
}
