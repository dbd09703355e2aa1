//! The shaders' text: one source for every permutation.
//!
//! A permutation is a set of constants and polynomials in front of the same files, which bear the names of the
//! modules of [`nanobragg::physics`]. What differs between single and double precision lies in two folders of
//! files with the same functions.

use std::fmt::Write;

use nanobragg::model::Shape;
use nanobragg::shapes::Coordinate;

use crate::Precision;
use crate::polynomial::{self, Polynomial};
use crate::slopes::SlopeSums;

/// How structure factors are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// One value for all.
    Uniform,
    /// Nearest index.
    Nearest,
    /// Tricubic.
    Tricubic,
}

/// What a shader is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permutation {
    /// Number type.
    pub precision: Precision,
    /// Shape of the crystal.
    pub shape: Shape,
    /// How structure factors are looked up.
    pub lookup: Lookup,
    /// Whether the host uploads every sub-pixel's place.
    pub placed: bool,
    /// Whether one pixel's values are written instead of an image.
    pub taps: bool,
    /// Whether the table takes two buffers.
    pub split: bool,
    /// Whether the last integers of turns are so large that they cannot be rounded by an addition (single precision).
    pub wide: bool,
    /// What is summed for derivatives, where it is no image.
    pub slopes: Option<SlopeSums>,
}

const SHARED: [&str; 8] = [
    include_str!("shader/layout.wgsl"),
    include_str!("shader/vector.wgsl"),
    include_str!("shader/polarization.wgsl"),
    include_str!("shader/absorption.wgsl"),
    include_str!("shader/background.wgsl"),
    include_str!("shader/f_cell.wgsl"),
    include_str!("shader/taps.wgsl"),
    include_str!("shader/pixel.wgsl"),
];

/// What derivatives add.
const SLOPES: [&str; 5] = [
    include_str!("shader/slopes/pixel.wgsl"),
    include_str!("shader/slopes/sources.wgsl"),
    include_str!("shader/slopes/f_cell.wgsl"),
    include_str!("shader/slopes/bent.wgsl"),
    include_str!("shader/slopes/table.wgsl"),
];

/// Files of a precision: those that every shape needs, and those of the coordinates.
struct Files {
    shared: [&'static str; 4],
    rows: &'static str,
    ball: &'static str,
    star: &'static str,
    /// Those of derivatives: for every shape, and for the coordinates.
    slopes: &'static str,
    row_slopes: [&'static str; 2],
    ball_slopes: [&'static str; 1],
    star_slopes: [&'static str; 2],
}

const SINGLE: Files = Files {
    shared: [
        include_str!("shader/single/arithmetic.wgsl"),
        include_str!("shader/single/geometry.wgsl"),
        include_str!("shader/single/scattering.wgsl"),
        include_str!("shader/single/lattice.wgsl"),
    ],
    rows: include_str!("shader/single/rows.wgsl"),
    ball: include_str!("shader/single/ball.wgsl"),
    star: include_str!("shader/single/star.wgsl"),
    slopes: include_str!("shader/slopes/single/lattice.wgsl"),
    row_slopes: [include_str!("shader/slopes/rows.wgsl"), include_str!("shader/slopes/single/rows.wgsl")],
    ball_slopes: [include_str!("shader/slopes/ball.wgsl")],
    star_slopes: [include_str!("shader/slopes/star.wgsl"), include_str!("shader/slopes/single/star.wgsl")],
};

const DOUBLE: Files = Files {
    shared: [
        include_str!("shader/double/arithmetic.wgsl"),
        include_str!("shader/double/geometry.wgsl"),
        include_str!("shader/double/scattering.wgsl"),
        include_str!("shader/double/lattice.wgsl"),
    ],
    rows: include_str!("shader/double/rows.wgsl"),
    ball: include_str!("shader/double/ball.wgsl"),
    star: include_str!("shader/double/star.wgsl"),
    slopes: include_str!("shader/slopes/double/lattice.wgsl"),
    row_slopes: [include_str!("shader/slopes/rows.wgsl"), include_str!("shader/slopes/double/rows.wgsl")],
    ball_slopes: [include_str!("shader/slopes/ball.wgsl")],
    star_slopes: [include_str!("shader/slopes/star.wgsl"), include_str!("shader/slopes/double/star.wgsl")],
};

impl Permutation {
    /// Every permutation.
    #[cfg(test)]
    pub fn all() -> impl Iterator<Item = Permutation> {
        let precisions = [Precision::Single, Precision::Double];
        let shapes = Shape::ALL.iter().copied();
        let lookups = [Lookup::Uniform, Lookup::Nearest, Lookup::Tricubic];
        let switches = [(false, false), (false, true), (true, false), (true, true)];
        precisions.into_iter().flat_map(move |precision| {
            shapes.clone().flat_map(move |shape| {
                lookups.into_iter().flat_map(move |lookup| {
                    switches.into_iter().map(move |(placed, taps)| Permutation {
                        precision,
                        shape,
                        lookup,
                        placed,
                        taps,
                        split: taps,
                        wide: placed,
                        slopes: None,
                    })
                })
            })
        })
    }

    /// One of a precision.
    pub fn example(precision: Precision) -> Permutation {
        Permutation {
            precision,
            shape: Shape::default(),
            lookup: Lookup::Nearest,
            placed: false,
            taps: false,
            split: false,
            wide: false,
            slopes: None,
        }
    }

    /// The whole WGSL text.
    pub fn source(&self) -> String {
        let files = match self.precision {
            Precision::Single => SINGLE,
            Precision::Double => DOUBLE,
        };
        let shape = self.shape.text();
        let coordinate = match shape.coordinate {
            Coordinate::Rows => files.rows,
            Coordinate::Ball { .. } => files.ball,
            Coordinate::Star { .. } => files.star,
        };
        let mut text = self.prelude();
        for file in SHARED.into_iter().chain(files.shared).chain([coordinate, shape.wgsl]) {
            text.push('\n');
            text.push_str(file);
        }
        if self.slopes.is_some() {
            let of_coordinate = match shape.coordinate {
                Coordinate::Rows => &files.row_slopes[..],
                Coordinate::Ball { .. } => &files.ball_slopes,
                Coordinate::Star { .. } => &files.star_slopes,
            };
            for file in SLOPES.iter().chain([&files.slopes]).chain(of_coordinate).chain([&shape.slopes]) {
                text.push('\n');
                text.push_str(file);
            }
        }
        text
    }

    /// The shader's entry points: what walks through terms, and what finishes their sums.
    pub fn entries(&self) -> [&'static str; 2] {
        if self.slopes.is_some() { ["differentiate", "finish_slopes"] } else { ["render", "finish"] }
    }

    fn prelude(&self) -> String {
        let mut text = format!(
            "alias real = {};\n\
             const UNIFORM = 0u;\nconst NEAREST = 1u;\nconst TRICUBIC = 2u;\nconst F_CELL = {};\n\
             const PLACED = {};\nconst TAPS = {};\nconst SPLIT = {};\nconst WIDE = {};\n",
            self.real(),
            match self.lookup {
                Lookup::Uniform => "UNIFORM",
                Lookup::Nearest => "NEAREST",
                Lookup::Tricubic => "TRICUBIC",
            },
            self.placed,
            self.taps,
            self.split,
            self.wide,
        );
        // What formulas write constants with.
        text.push_str("fn c(x: real) -> real {\n    return x;\n}\n");
        let shape = self.shape.text();
        let mut constants = vec![("PI", std::f64::consts::PI)];
        match shape.coordinate {
            Coordinate::Rows => {}
            Coordinate::Ball { peak } => constants.push(("PEAK", peak)),
            Coordinate::Star { radius_sqr, .. } => constants.push(("RADIUS_SQR", radius_sqr)),
        }
        let own = shape.single_constants.iter().filter(|_| self.precision == Precision::Single);
        let others = shape.constants.iter().filter(|(name, _)| !own.clone().any(|(own, _)| own == name));
        constants.extend(others.chain(own.clone()));
        for (name, value) in constants {
            let _ = writeln!(text, "const {name}: real = {};", self.literal(value));
        }
        if let Some(slopes) = &self.slopes {
            text.push_str(&slopes.constants());
        }
        let (polynomials, single) = match self.precision {
            Precision::Single => (polynomial::SINGLE, true),
            Precision::Double => (polynomial::DOUBLE, false),
        };
        let series = shape.series.iter().map(|series| Polynomial {
            name: series.name,
            coefficients: if single {
                series.coefficients.split_at(series.short).0
            } else {
                series.coefficients
            },
            form: polynomial::Form::Plain,
        });
        for polynomial in polynomials.into_iter().chain(series) {
            self.write_polynomial(&mut text, &polynomial);
        }
        text
    }

    fn write_polynomial(&self, text: &mut String, polynomial: &Polynomial) {
        let Polynomial { name, coefficients, form } = polynomial;
        let inner =
            coefficients.iter().rev().map(|&c| self.literal(c)).reduce(|sum, c| format!("({sum} * s + {c})"));
        let (argument, result) = match form {
            polynomial::Form::Odd => ("let s = x * x;", "x * "),
            polynomial::Form::Even => ("let s = x * x;", ""),
            polynomial::Form::Plain => ("let s = x;", ""),
        };
        let inner = inner.unwrap_or_default();
        let _ =
            writeln!(text, "fn {name}(x: real) -> real {{\n    {argument}\n    return {result}{inner};\n}}");
    }

    fn real(&self) -> &'static str {
        match self.precision {
            Precision::Single => "f32",
            Precision::Double => "f64",
        }
    }

    /// `x` as a literal with all its digits.
    fn literal(&self, x: f64) -> String {
        match self.precision {
            Precision::Single => format!("{:e}f", x as f32),
            Precision::Double => format!("{x:e}lf"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use naga::valid::{Capabilities, ValidationFlags, Validator};

    fn validated(permutation: &Permutation) -> Result<naga::Module, String> {
        let source = permutation.source();
        let module = naga::front::wgsl::parse_str(&source).map_err(|error| error.emit_to_string(&source))?;
        let capabilities = match permutation.precision {
            Precision::Single => Capabilities::IMMEDIATES,
            Precision::Double => Capabilities::IMMEDIATES | Capabilities::FLOAT64,
        };
        let mut validator = Validator::new(ValidationFlags::all(), capabilities);
        validator.validate(&module).map_err(|error| error.emit_to_string(&source))?;
        Ok(module)
    }

    #[test]
    fn every_permutation_is_valid_without_a_device() {
        let mut count = 0;
        for permutation in Permutation::all() {
            let module = validated(&permutation).unwrap_or_else(|error| panic!("{permutation:?}: {error}"));
            let entries: Vec<&str> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
            assert_eq!(entries, ["render", "finish"]);
            count += 1;
        }
        assert_eq!(count, 2 * Shape::ALL.len() * 3 * 4);
    }

    #[test]
    fn every_permutation_for_derivatives_is_valid_without_a_device() {
        for permutation in Permutation::all().filter(|permutation| !permutation.taps) {
            for sums in crate::slopes::tests::samples(permutation.shape) {
                let permutation = Permutation { slopes: Some(sums), ..permutation };
                let module =
                    validated(&permutation).unwrap_or_else(|error| panic!("{permutation:?}: {error}"));
                for entry in permutation.entries() {
                    assert!(module.entry_points.iter().any(|known| known.name == entry), "{entry}");
                }
            }
        }
    }

    #[test]
    fn a_shader_that_is_wrong_is_noticed() {
        let source = Permutation::example(Precision::Single).source();
        let wrong =
            source.replacen("return Fixed(a.high - b.high - borrow, a.low - b.low);", "return a.low;", 1);
        assert_ne!(wrong, source);
        let module = naga::front::wgsl::parse_str(&wrong);
        let valid = module.is_ok_and(|module| {
            Validator::new(ValidationFlags::all(), Capabilities::IMMEDIATES).validate(&module).is_ok()
        });
        assert!(!valid);
    }

    /// Names and offsets of a structure's members in a shader.
    fn members(module: &naga::Module, name: &str) -> Vec<(String, usize)> {
        let structure = module.types.iter().find(|(_, kind)| kind.name.as_deref() == Some(name));
        match structure.map(|(_, kind)| &kind.inner) {
            Some(naga::TypeInner::Struct { members, .. }) => members
                .iter()
                .map(|member| (member.name.clone().unwrap_or_default(), member.offset as usize))
                .collect(),
            _ => panic!("the shader has no structure {name}"),
        }
    }

    fn listed(fields: &[(&str, usize)]) -> Vec<(String, usize)> {
        fields.iter().map(|&(name, offset)| (name.to_owned(), offset)).collect()
    }

    #[test]
    fn rust_and_the_shaders_lay_structures_out_alike() {
        use crate::layout::{
            Dispatch, FrameDouble, FrameSingle, OrientationDouble, OrientationSingle, SourceDouble,
            SourceSingle,
        };
        let single = validated(&Permutation::example(Precision::Single)).unwrap();
        let double = validated(&Permutation::example(Precision::Double)).unwrap();
        for module in [&single, &double] {
            assert_eq!(members(module, "Dispatch"), listed(Dispatch::FIELDS));
        }
        assert_eq!(members(&single, "Frame"), listed(FrameSingle::FIELDS));
        assert_eq!(members(&double, "Frame"), listed(FrameDouble::FIELDS));
        assert_eq!(members(&single, "Source"), listed(SourceSingle::FIELDS));
        assert_eq!(members(&double, "Source"), listed(SourceDouble::FIELDS));
        // Orientations are arrays in Rust, of vectors or numbers that the shader names one by one.
        for (module, size, members_each) in
            [(&single, size_of::<OrientationSingle>(), 7), (&double, size_of::<OrientationDouble>(), 9)]
        {
            let named = members(module, "Orientation");
            let offsets: Vec<usize> = named.iter().map(|(_, offset)| *offset).collect();
            let stride = size / members_each;
            assert_eq!(offsets, (0..members_each).map(|member| member * stride).collect::<Vec<_>>());
        }
        assert_ne!(members(&single, "Frame"), listed(FrameDouble::FIELDS));
    }

    #[test]
    fn flags_have_the_same_bits_on_both_sides() {
        use crate::layout::flag;
        let source = Permutation::example(Precision::Single).source();
        for (name, bit) in [
            ("ABSORBING", flag::ABSORBING),
            ("POLARIZED", flag::POLARIZED),
            ("EPSILON", flag::EPSILON),
            ("POINT_PIXEL", flag::POINT_PIXEL),
            ("OMEGA_PER_TERM", flag::OMEGA_PER_TERM),
            ("POLAR_PER_TERM", flag::POLAR_PER_TERM),
            ("CAPTURE_PER_TERM", flag::CAPTURE_PER_TERM),
            ("WATER", flag::WATER),
            ("DMIN", flag::DMIN),
        ] {
            assert!(source.contains(&format!("const FLAG_{name} = {bit}u;")), "{name}");
        }
    }
}
