//! The shapes of crystals, hence of their spots: a file a shape, and the registry.
//!
//! A shape is a few formulas of one of three coordinates of the offset δ from the nearest node ([`Coordinate`]), and
//! the coordinate does the precision. Everything that depends on the shape goes through `Shape::visit`, which the
//! registry writes: there is no other place that tells shapes apart.
//!
//! To add a shape: its file, with its formulas, and its name below.

pub(crate) mod coordinate;
pub(crate) mod overlap;

pub use coordinate::{LatticeFactor, Metric, Star};

use crate::formula::{StarWords, Words};

/// Declares the files of the shapes and writes the enumeration, its names and its dispatch.
macro_rules! shapes {
    ($($(#[$about:meta])* $file:ident $name:ident,)*) => {
        $(mod $file;)*

        /// The shape of the crystal.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case", deny_unknown_fields))]
        pub enum Shape {
            $($(#[$about])* $name,)*
        }

        impl Shape {
            /// Every shape.
            pub const ALL: &'static [Shape] = &[$(Shape::$name,)*];

            /// Name as users write it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Shape::$name => stringify!($file),)*
                }
            }

            /// A few words for a report.
            pub fn title(self) -> &'static str {
                match self {
                    $(Shape::$name => <$file::$name as Definition>::TITLE,)*
                }
            }

            /// Calls the visitor's method for the shape's coordinate.
            #[inline(always)]
            pub(crate) fn visit<V: Visit>(self, visitor: V) -> V::Output {
                match self {
                    $(Shape::$name => <$file::$name as Definition>::visit(visitor),)*
                }
            }
        }
    };
}

shapes! {
    /// Parallelepiped: interference fringes between the spots.
    #[default]
    square Square,
    /// Ellipsoid.
    round Round,
    /// Gaussian spots.
    gauss Gauss,
    /// Spots of constant intensity inside a radius, nothing outside.
    tophat Tophat,
    /// Gaussian spots that are round in reciprocal space, whatever the cell and the crystal.
    gauss_star GaussStar,
    /// Top-hat spots that are round in reciprocal space, whatever the cell and the crystal.
    tophat_star TophatStar,
    /// Gaussian spots under the quirk `gauss_units`.
    gauss_counted GaussCounted,
    /// Top-hat spots under the quirk `gauss_units`.
    tophat_counted TophatCounted,
    /// Ellipsoid under the quirk `ball_cancellation`.
    round_closed RoundClosed,
}

impl Shape {
    /// What the shape is with the quirk `gauss_units`.
    pub(crate) fn with_gauss_units(self) -> Shape {
        match self {
            Shape::Gauss => Shape::GaussCounted,
            Shape::Tophat => Shape::TophatCounted,
            other => other,
        }
    }

    /// What the shape is with the quirk `ball_cancellation`.
    pub(crate) fn with_ball_cancellation(self) -> Shape {
        match self {
            Shape::Round => Shape::RoundClosed,
            other => other,
        }
    }
}

/// What a shape is a function of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coordinate {
    /// δ and N δ less its whole part, axis by axis.
    Rows,
    /// y = √(fudge Σ (N δ)²), with its distance from a whole number.
    Ball {
        /// F_latt over the number of cells, at a node.
        peak: f64,
    },
    /// A squared distance from the node, times fudge.
    Star {
        /// How the distance is measured.
        metric: Metric,
        /// A spot's squared radius in it.
        radius_sqr: f64,
    },
}

impl Shape {
    /// The shape's coordinate.
    pub fn coordinate(self) -> Coordinate {
        self.visit(Describe).coordinate
    }

    /// Whether spots have no edge.
    pub fn is_smooth(self) -> bool {
        self.visit(Smooth)
    }

    /// The shape in WGSL.
    pub fn text(self) -> Text {
        self.visit(Describe)
    }
}

/// A shape as WGSL: functions of its coordinate, and what they know by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Text {
    /// What the functions take.
    pub coordinate: Coordinate,
    /// The functions: of [`Coordinate::Rows`] `row` and `product`, of [`Coordinate::Ball`] `profile`, of
    /// [`Coordinate::Star`] `profile` and `square`.
    pub wgsl: &'static str,
    /// Their derivatives: of [`Coordinate::Rows`] `by_offset` and `by_cells`, of [`Coordinate::Ball`] `slope`; a smooth
    /// [`Coordinate::Star`] is an exponential.
    pub slopes: &'static str,
    /// Constants.
    pub constants: &'static [(&'static str, f64)],
    /// Those that are others in single precision.
    pub single_constants: &'static [(&'static str, f64)],
    /// Polynomials.
    pub series: &'static [Series],
}

/// A polynomial that belongs to one shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series {
    /// Name of its function.
    pub name: &'static str,
    /// Coefficients, the least power's first.
    pub coefficients: &'static [f64],
    /// How many of them are enough in single precision.
    pub short: usize,
}

/// What every shape says of itself.
pub(crate) trait Definition {
    /// A few words for a report.
    const TITLE: &'static str;
    /// Constants that its formulas know by name.
    const CONSTANTS: &'static [(&'static str, f64)] = &[];
    /// Those of them that are others in single precision.
    const SINGLE_CONSTANTS: &'static [(&'static str, f64)] = &[];
    /// Polynomials that its formulas call.
    const SERIES: &'static [Series] = &[];

    /// Calls the visitor's method for the shape's coordinate.
    fn visit<V: Visit>(visitor: V) -> V::Output;
}

/// How a shape of [`Coordinate::Rows`] changes.
pub(crate) trait RowSlopes {
    /// The formulas in WGSL.
    const WGSL: &'static str;

    /// What [`RowFormulas::product`] multiplies of each row, by N δ less its whole part.
    fn fringe<R: Words>(rest: R) -> R;

    /// What it divides by, by δ and the unit.
    fn spot<R: Words>(offset: R, unit: R) -> R;

    /// The derivative of the row by δ, by δ, N δ less its whole part, N δ, N, the row's value and the inverse of its spot; up to the sign of
    /// the value.
    fn by_offset<R: Words>(offset: R, rest: R, phase: R, cells: R, value: R, inverse: R) -> R;

    /// The derivative by N, likewise.
    fn by_cells<R: Words>(offset: R, rest: R, inverse: R) -> R;
}

/// A shape of [`Coordinate::Rows`] next to a node.
pub(crate) trait NearNode {
    /// The factor of a row with its sign where |N δ| ≤ 1/2, by δ, N δ and N, in operations that do not cancel in dual numbers
    /// either.
    fn near<R: Words>(offset: R, phase: R, cells: R) -> R;
}

/// A shape of [`Coordinate::Rows`].
pub(crate) trait RowFormulas: Definition + RowSlopes + NearNode + Send + Sync + 'static {
    /// The formulas in WGSL.
    const WGSL: &'static str;

    /// The factor of a row up to its sign, by δ and N δ less its whole part; its maximum is N / `unit`.
    fn row<R: Words>(offset: R, rest: R, unit: R) -> R;

    /// The product over three rows up to its sign: the kernel.
    fn product<R: Words>(
        h: R,
        k: R,
        l: R,
        rest_h: R,
        rest_k: R,
        rest_l: R,
        unit_h: R,
        unit_k: R,
        unit_l: R,
    ) -> R;
}

/// The formulas of a shape of [`Coordinate::Ball`].
pub(crate) trait BallFormulas {
    /// The formulas in WGSL.
    const WGSL: &'static str;

    /// F_latt relative to its maximum up to its sign, by y ≥ 0 and y less the next whole number.
    fn profile<R: Words>(y: R, rest: R) -> R;
}

/// How a shape of [`Coordinate::Ball`] changes.
pub(crate) trait BallSlopes {
    /// The formulas in WGSL.
    const WGSL: &'static str;

    /// The derivative of [`BallFormulas::profile`], which is `value` there, by x = π y, over x; up to the sign of the value. By y and
    /// y less the next whole number.
    fn slope<R: Words>(y: R, rest: R, value: R) -> R;
}

/// A shape of [`Coordinate::Ball`].
pub(crate) trait OnBall: Definition + BallFormulas + BallSlopes + Send + Sync + 'static {
    /// F_latt over the number of cells, at a node.
    const PEAK: f64;
    /// Up to this y the profile is [`near`](Self::near).
    const NEAR: f64;

    /// The profile by y².
    fn near<R: Words>(square: R) -> R;
}

/// The formulas of shapes of [`Coordinate::Star`].
pub(crate) trait StarFormulas: Send + Sync + 'static {
    /// The formulas in WGSL.
    const WGSL: &'static str;

    /// F_latt over the number of cells.
    fn profile<R: StarWords>(at: R::Star) -> R;

    /// Its square: the kernel.
    fn square<R: StarWords>(at: R::Star) -> R;
}

/// A profile of shapes of [`Coordinate::Star`]: formulas, and what is known of them.
pub(crate) trait Profile: StarFormulas {
    /// Whether the profile has a slope. A step has none, and gains nothing from single precision. One that has is exp(-d) of the
    /// squared distance d, in squared radii.
    const SMOOTH: bool;
    /// From this distance on, in squared radii, the square is zero.
    const REACH: f64;
}

/// A shape of [`Coordinate::Star`].
pub(crate) trait OnStar: Definition {
    /// Its profile, which shapes that differ in metric and radius share.
    type Profile: Profile;
    /// How the distance is measured.
    const METRIC: Metric;
    /// A spot's squared radius in it.
    const RADIUS_SQR: f64;
}

/// Something that does for every coordinate what it does for a shape.
pub(crate) trait Visit {
    /// What comes of it.
    type Output;

    /// For a shape of rows.
    fn rows<S: RowFormulas>(self) -> Self::Output;

    /// For a shape of a ball.
    fn ball<S: OnBall>(self) -> Self::Output;

    /// For a shape of a distance.
    fn star<S: OnStar>(self) -> Self::Output;
}

struct Smooth;

impl Visit for Smooth {
    type Output = bool;

    fn rows<S: RowFormulas>(self) -> bool {
        true
    }

    fn ball<S: OnBall>(self) -> bool {
        true
    }

    fn star<S: OnStar>(self) -> bool {
        S::Profile::SMOOTH
    }
}

struct Describe;

impl Visit for Describe {
    type Output = Text;

    fn rows<S: RowFormulas>(self) -> Text {
        Text {
            coordinate: Coordinate::Rows,
            wgsl: <S as RowFormulas>::WGSL,
            slopes: <S as RowSlopes>::WGSL,
            constants: S::CONSTANTS,
            single_constants: S::SINGLE_CONSTANTS,
            series: S::SERIES,
        }
    }

    fn ball<S: OnBall>(self) -> Text {
        Text {
            coordinate: Coordinate::Ball { peak: S::PEAK },
            wgsl: <S as BallFormulas>::WGSL,
            slopes: <S as BallSlopes>::WGSL,
            constants: S::CONSTANTS,
            single_constants: S::SINGLE_CONSTANTS,
            series: S::SERIES,
        }
    }

    fn star<S: OnStar>(self) -> Text {
        let coordinate = Coordinate::Star { metric: S::METRIC, radius_sqr: S::RADIUS_SQR };
        Text {
            coordinate,
            wgsl: S::Profile::WGSL,
            slopes: "",
            constants: S::CONSTANTS,
            single_constants: S::SINGLE_CONSTANTS,
            series: S::SERIES,
        }
    }
}
