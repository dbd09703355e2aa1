//! Symmetry operators, and what they make of a set of unique reflections.

use super::Reflection;
use crate::error::{Error, SymmetryCause};

/// Translations are counted in 24ths of a cell edge: every fraction of a space group is one.
pub(super) const PARTS: i32 = 24;
/// The largest crystallographic point group, m-3m.
const MOST_ROTATIONS: usize = 48;
/// Operators of the largest space group setting, face-centered m-3m.
const MOST_OPERATORS: usize = 192;
/// Equivalent amplitudes whose relative difference is below this agree: files carry four digits or more.
const AGREEMENT: f64 = 1e-3;

/// x' = R x + t in fractional coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymmetryOperator {
    /// R, rows first.
    pub rotation: [[i32; 3]; 3],
    /// t in 24ths of the cell edges, from 0 to 23.
    pub translation: [i32; 3],
}

/// How far the metric of a cell is from the symmetry of `operators`: the largest difference of an entry that their
/// rotations make, relative to the squares of the edges. Rows of `cell` are the vectors.
///
/// # Errors
/// Operators that make no group.
pub fn misfit(cell: &[[f64; 3]; 3], operators: &[SymmetryOperator]) -> Result<f64, Error> {
    let dot = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let metric = |i: usize, j: usize| dot(&cell[i], &cell[j]);
    let mut worst = 0.0_f64;
    for SymmetryOperator { rotation, .. } in group(operators)? {
        for i in 0..3 {
            for j in 0..3 {
                // Coordinates go with R, so the metric goes with R^T G R.
                let turned: f64 = (0..9)
                    .map(|n| f64::from(rotation[n / 3][i] * rotation[n % 3][j]) * metric(n / 3, n % 3))
                    .sum();
                let scale = (metric(i, i) * metric(j, j)).sqrt();
                worst = worst.max((turned - metric(i, j)).abs() / scale);
            }
        }
    }
    Ok(worst)
}

impl SymmetryOperator {
    /// The operator that changes nothing.
    pub const IDENTITY: SymmetryOperator =
        SymmetryOperator { rotation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], translation: [0; 3] };

    /// Reads a triplet such as `-y,x-y,z+1/3`, in upper or lower case, with or without blanks.
    ///
    /// # Errors
    /// [`NotAnOperator`](crate::ErrorKind::NotAnOperator) for anything else, and for a matrix whose determinant is not ±1.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::from(SymmetryCause::NotAnOperator(text.chars().take(60).collect()));
        let mut parts = text.split(',');
        let mut operator = SymmetryOperator { rotation: [[0; 3]; 3], translation: [0; 3] };
        for axis in 0..3 {
            let part = parts.next().ok_or_else(wrong)?;
            let (row, translation) = component(part).ok_or_else(wrong)?;
            (operator.rotation[axis], operator.translation[axis]) = (row, translation);
        }
        let sound = parts.next().is_none() && determinant(&operator.rotation).abs() == 1;
        if sound { Ok(operator) } else { Err(wrong()) }
    }

    /// It as text: `-y,x,z+1/4`.
    pub fn triplet(&self) -> String {
        let component = |axis: usize| {
            let mut text = String::new();
            for (factor, name) in self.rotation[axis].iter().zip(["x", "y", "z"]) {
                match factor {
                    0 => {}
                    1 if text.is_empty() => text.push_str(name),
                    1 => text.push_str(&format!("+{name}")),
                    -1 => text.push_str(&format!("-{name}")),
                    other => text.push_str(&format!("{other:+}{name}")),
                }
            }
            let part = self.translation[axis];
            if part != 0 {
                let common = (1..=PARTS).rev().find(|n| PARTS % n == 0 && part % n == 0).unwrap_or(1);
                text.push_str(&format!("+{}/{}", part / common, PARTS / common));
            }
            text
        };
        [0, 1, 2].map(component).join(",")
    }

    /// `self` after `other`.
    fn after(&self, other: &SymmetryOperator) -> SymmetryOperator {
        let rotation = product(&self.rotation, &other.rotation);
        let translation = [0, 1, 2].map(|row| {
            let moved: i32 = (0..3).map(|k| self.rotation[row][k] * other.translation[k]).sum();
            (moved + self.translation[row]).rem_euclid(PARTS)
        });
        SymmetryOperator { rotation, translation }
    }

    /// Whether a reflection at `hkl` is canceled by this operator's translation.
    fn cancels(&self, hkl: [i32; 3]) -> bool {
        let shift: i64 = (0..3).map(|k| i64::from(hkl[k]) * i64::from(self.translation[k])).sum();
        shift % i64::from(PARTS) != 0 && image(hkl, &self.rotation) == hkl
    }
}

/// All operators that products of `generators` give, the identity first, in a fixed order.
///
/// # Errors
/// [`TooManyOperators`](crate::ErrorKind::TooManyOperators), [`NoGroup`](crate::ErrorKind::NoGroup).
pub fn group(generators: &[SymmetryOperator]) -> Result<Vec<SymmetryOperator>, Error> {
    let mut all = vec![SymmetryOperator::IDENTITY];
    let mut done = 0;
    while let Some(&current) = all.get(done) {
        done += 1;
        for generator in generators {
            let next = generator.after(&current);
            if next.rotation.as_flattened().iter().any(|entry| entry.abs() > 2) {
                return Err(SymmetryCause::NoGroup.into());
            }
            if !all.contains(&next) {
                if all.len() == MOST_OPERATORS {
                    return Err(SymmetryCause::TooMany { limit: MOST_OPERATORS }.into());
                }
                all.push(next);
            }
        }
    }
    Ok(all)
}

/// Which reflections have the same amplitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Equivalents {
    /// What takes an index to its equivalents: each matrix once, Friedel's included.
    rotations: Vec<[[i32; 3]; 3]>,
}

impl Equivalents {
    /// Those of the group of `operators`; with `friedel`, h and -h are equivalent too.
    ///
    /// ```
    /// use nanobragg::model::symmetry::{Equivalents, SymmetryOperator};
    ///
    /// let equivalents = Equivalents::new(&[SymmetryOperator::parse("-x,y,-z")?], true)?;
    /// assert_eq!(equivalents.representative([-1, 2, -3]), [1, 2, 3]);
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    ///
    /// # Errors
    /// Operators that make no group.
    pub fn new(operators: &[SymmetryOperator], friedel: bool) -> Result<Self, Error> {
        let mut rotations: Vec<_> = group(operators)?.iter().map(|operator| operator.rotation).collect();
        if friedel {
            let inverted: Vec<_> =
                rotations.iter().map(|rotation| rotation.map(|row| row.map(|x| -x))).collect();
            rotations.extend(inverted);
        }
        rotations.sort_unstable();
        rotations.dedup();
        Ok(Equivalents { rotations })
    }

    /// The greatest of the equivalents of `hkl`: the same for all of them.
    pub fn representative(&self, hkl: [i32; 3]) -> [i32; 3] {
        canonical(hkl, &self.rotations)
    }
}

/// Reflections of a whole sphere, as orbits of equivalent ones.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// One reflection of each orbit, with the mean of what was given for its members.
    orbits: Vec<Reflection>,
    /// What takes an index to its equivalents: each matrix once, Friedel's included.
    rotations: Vec<[[i32; 3]; 3]>,
    /// Orbits for which amplitudes were given that differ by more than 0.1 %.
    pub disagreeing: u64,
    /// The one whose amplitudes differ most, relative to the larger.
    pub worst: Option<Disagreement>,
    /// Friedel pairs whose members were both given and differ by more than 0.1 %. Where there are any, each index has
    /// its own amplitude.
    pub friedel_pairs: u64,
    /// Orbits of an amplitude other than 0 that the operators' translations forbid.
    pub forbidden: u64,
}

/// Different amplitudes of equivalent reflections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disagreement {
    /// One of the reflections, as it was given.
    pub hkl: [i32; 3],
    /// The smallest amplitude.
    pub low: f64,
    /// The largest amplitude.
    pub high: f64,
}

impl Disagreement {
    /// The difference relative to the larger of the two.
    pub fn relative(&self) -> f64 {
        (self.high - self.low) / self.low.abs().max(self.high.abs())
    }
}

impl Expansion {
    /// Sorts `reflections` into orbits of the group of `operators`. With `friedel`, h and -h are equivalent
    /// too, unless both are given for some h with different amplitudes: two measurements of two things. Amplitudes of
    /// equivalent reflections are averaged; a mate that is not given is taken for equal.
    ///
    /// ```
    /// use nanobragg::model::{Reflection, symmetry::{Expansion, SymmetryOperator}};
    ///
    /// let twofold = SymmetryOperator::parse("-x,y,-z")?;
    /// let unique = [Reflection { hkl: [1, 2, 3], f: 10.0 }];
    /// let all: Vec<_> = Expansion::new(&unique, &[twofold], true)?.reflections().map(|r| r.hkl).collect();
    /// assert_eq!(all, [[-1, -2, -3], [-1, 2, -3], [1, -2, 3], [1, 2, 3]]);
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    ///
    /// # Errors
    /// Operators that make no group.
    pub fn new(
        reflections: &[Reflection],
        operators: &[SymmetryOperator],
        friedel: bool,
    ) -> Result<Self, Error> {
        let operators = group(operators)?;
        let proper: Vec<_> = operators.iter().map(|operator| operator.rotation).collect();
        let mut rotations = proper.clone();
        if friedel {
            rotations.extend(proper.iter().map(|rotation| rotation.map(|row| row.map(|x| -x))));
            let apart = Self::of(reflections, &operators, proper.clone())?;
            let friedel_pairs = apart.differing_pairs();
            if friedel_pairs > 0 {
                return Ok(Expansion { friedel_pairs, ..apart.with_mates() });
            }
        }
        Self::of(reflections, &operators, rotations)
    }

    /// Orbits of the rotations that are given.
    fn of(
        reflections: &[Reflection],
        operators: &[SymmetryOperator],
        mut rotations: Vec<[[i32; 3]; 3]>,
    ) -> Result<Self, Error> {
        rotations.sort_unstable();
        rotations.dedup();
        if rotations.len() > 2 * MOST_ROTATIONS {
            return Err(SymmetryCause::NoGroup.into());
        }
        let mut given: Vec<_> =
            reflections.iter().map(|r| (canonical(r.hkl, &rotations), r.hkl, r.f)).collect();
        // The sort is stable, so sums run in the order of the file.
        given.sort_by_key(|(orbit, ..)| *orbit);
        let mut expansion = Expansion {
            orbits: Vec::new(),
            rotations,
            disagreeing: 0,
            worst: None,
            friedel_pairs: 0,
            forbidden: 0,
        };
        for members in given.chunk_by(|(a, ..), (b, ..)| a == b) {
            let Some(&(orbit, hkl, first)) = members.first() else { continue };
            let amplitudes = || members.iter().map(|(.., f)| *f);
            let (low, high) = amplitudes().fold((first, first), |(low, high), f| (low.min(f), high.max(f)));
            let mean = amplitudes().sum::<f64>() / members.len() as f64;
            // A mean of equals need not have their bits.
            let f = if low == high { first } else { mean };
            if high - low > AGREEMENT * low.abs().max(high.abs()) {
                expansion.disagreeing += 1;
                let found = Disagreement { hkl, low, high };
                if expansion.worst.is_none_or(|worst| found.relative() > worst.relative()) {
                    expansion.worst = Some(found);
                }
            }
            let forbidden = f != 0.0 && operators.iter().any(|operator| operator.cancels(orbit));
            expansion.forbidden += u64::from(forbidden);
            expansion.orbits.push(Reflection { hkl: orbit, f });
        }
        Ok(expansion)
    }

    /// Orbits and those of their mates that differ, each pair counted once.
    fn differing_pairs(&self) -> u64 {
        let differs = |orbit: &&Reflection| {
            let mate = canonical(orbit.hkl.map(|index| -index), &self.rotations);
            let other = self.orbits.binary_search_by_key(&mate, |other| other.hkl).ok();
            let other = other.and_then(|at| self.orbits.get(at)).filter(|other| other.hkl > orbit.hkl);
            other
                .is_some_and(|other| (other.f - orbit.f).abs() > AGREEMENT * other.f.abs().max(orbit.f.abs()))
        };
        self.orbits.iter().filter(differs).count() as u64
    }

    /// The same with the orbits of mates that were not given.
    fn with_mates(mut self) -> Self {
        let mates = self.orbits.iter().map(|orbit| {
            let hkl = canonical(orbit.hkl.map(|index| -index), &self.rotations);
            Reflection { hkl, f: orbit.f }
        });
        let lacking =
            |mate: &Reflection| self.orbits.binary_search_by_key(&mate.hkl, |orbit| orbit.hkl).is_err();
        let more: Vec<_> = mates.filter(lacking).collect();
        self.orbits.extend(more);
        self.orbits.sort_by_key(|orbit| orbit.hkl);
        self
    }

    /// Number of unique reflections.
    pub fn unique(&self) -> usize {
        self.orbits.len()
    }

    /// All reflections, each once, orbit by orbit.
    pub fn reflections(&self) -> impl Iterator<Item = Reflection> + '_ {
        self.orbits.iter().flat_map(|orbit| {
            let mut images: Vec<_> =
                self.rotations.iter().map(|rotation| image(orbit.hkl, rotation)).collect();
            images.sort_unstable();
            images.dedup();
            images.into_iter().map(|hkl| Reflection { hkl, f: orbit.f })
        })
    }
}

/// The largest of the equivalents of `hkl`.
fn canonical(hkl: [i32; 3], rotations: &[[[i32; 3]; 3]]) -> [i32; 3] {
    rotations.iter().map(|rotation| image(hkl, rotation)).max().unwrap_or(hkl)
}

/// h R: the reflection that has the amplitude of `hkl`. Indices beyond 32 bits stay at the limit, where no table
/// holds them.
fn image(hkl: [i32; 3], rotation: &[[i32; 3]; 3]) -> [i32; 3] {
    [0, 1, 2].map(|column| {
        let sum: i64 = (0..3).map(|row| i64::from(hkl[row]) * i64::from(rotation[row][column])).sum();
        sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
    })
}

fn product(a: &[[i32; 3]; 3], b: &[[i32; 3]; 3]) -> [[i32; 3]; 3] {
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum()))
}

fn determinant(m: &[[i32; 3]; 3]) -> i32 {
    let minor = |p: usize, q: usize| m[1][p] * m[2][q] - m[1][q] * m[2][p];
    m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
}

/// One component of a triplet: the row of the matrix, and the translation in 24ths.
fn component(text: &str) -> Option<([i32; 3], i32)> {
    let mut row = [0_i32; 3];
    let mut shift = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut first = true;
    while !rest.is_empty() {
        let sign = match rest.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ if first => 0,
            _ => return None,
        };
        if sign != 0 {
            rest = rest.get(1..)?.trim_start();
        }
        let sign = if sign == 0 { 1 } else { sign };
        first = false;
        let axis =
            rest.bytes().next().and_then(|byte| b"xyz".iter().position(|c| *c == byte.to_ascii_lowercase()));
        if let Some(axis) = axis {
            row[axis] += sign;
            rest = rest.get(1..)?.trim_start();
            if row[axis].abs() > 1 {
                return None;
            }
        } else {
            let end =
                rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '/')).unwrap_or(rest.len());
            let (number, after) = rest.split_at_checked(end)?;
            shift += f64::from(sign) * fraction(number)?;
            rest = after.trim_start();
        }
    }
    let parts = shift * f64::from(PARTS);
    // Decimals such as 0.333 are taken for thirds.
    let near = parts.abs() < 1e4 && (parts - parts.round()).abs() < 0.05;
    near.then(|| (row, (parts.round() as i32).rem_euclid(PARTS)))
}

/// `1/2` or `0.5`.
fn fraction(text: &str) -> Option<f64> {
    match text.split_once('/') {
        Some((above, below)) => {
            let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
            (below > 0.0).then(|| above / below)
        }
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn operators(texts: &[&str]) -> Vec<SymmetryOperator> {
        texts.iter().map(|text| SymmetryOperator::parse(text).unwrap()).collect()
    }

    #[test]
    fn triplets_in_all_spellings() {
        let expected =
            SymmetryOperator { rotation: [[0, -1, 0], [1, -1, 0], [0, 0, 1]], translation: [0, 12, 8] };
        for text in ["-y,x-y+1/2,z+1/3", " -Y, 1/2+X-Y ,1/3 + Z", "-y,+x-y+0.5,z+.3333", "-y,x-y-1/2,z-2/3"] {
            assert_eq!(SymmetryOperator::parse(text).unwrap(), expected, "{text}");
        }
        assert_eq!(expected.triplet(), "-y,x-y+1/2,z+1/3");
        assert_eq!(SymmetryOperator::IDENTITY.triplet(), "x,y,z");
        let quarter = SymmetryOperator { translation: [18, 0, 4], ..SymmetryOperator::IDENTITY };
        assert_eq!(quarter.triplet(), "x+3/4,y,z+1/6");
    }

    #[test]
    fn what_is_no_operator() {
        for text in
            ["", "x,y", "x,y,z,x", "x,y,x", "x,y,2z", "x,y,z+1/7", "x,y,z+1/0", "x y z", "x,y,z+", "x,y,é"]
        {
            assert!(SymmetryOperator::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn groups_have_their_orders() {
        for (generators, order) in [
            (&[][..], 1),
            (&["-x,-y,z+1/2", "-x+1/2,y+1/2,-z"][..], 4),
            (&["x-y,x,z+1/2", "-x,-y,-z"][..], 12),
            (
                &["z,x,y", "-x,-y,z", "-x,y,-z", "y,x,-z", "-x,-y,-z", "x,y+1/2,z+1/2", "x+1/2,y,z+1/2"][..],
                192,
            ),
        ] {
            assert_eq!(group(&operators(generators)).unwrap().len(), order, "{generators:?}");
        }
        let shear = operators(&["x+y,y,z"]);
        assert_eq!(group(&shear).unwrap_err().kind(), crate::ErrorKind::NoGroup);
    }

    #[test]
    fn every_equivalent_has_the_amplitude_of_its_orbit() {
        let p6122 = operators(&["x-y,x,z+1/6", "y,x,-z+1/3"]);
        let unique = [Reflection { hkl: [2, 1, 3], f: 5.0 }, Reflection { hkl: [0, 0, 6], f: 7.0 }];
        let expansion = Expansion::new(&unique, &p6122, true).unwrap();
        let all: Vec<_> = expansion.reflections().collect();
        assert_eq!((all.len(), expansion.unique(), expansion.forbidden), (26, 2, 0));
        for operator in group(&p6122).unwrap() {
            for hkl in [image([2, 1, 3], &operator.rotation), image([-2, -1, -3], &operator.rotation)] {
                assert!(all.contains(&Reflection { hkl, f: 5.0 }), "{hkl:?}");
            }
        }
        let anomalous = Expansion::new(&unique, &p6122, false).unwrap();
        assert_eq!(anomalous.reflections().count(), 14);
    }

    #[test]
    fn disagreement_and_forbidden_reflections_are_counted() {
        let screw = operators(&["-x,y+1/2,-z"]);
        let given = |f| {
            let given = [([1, 2, 3], 10.0), ([-1, 2, -3], f), ([0, 3, 0], 1.0), ([0, 2, 0], 1.0)];
            Expansion::new(&given.map(|(hkl, f)| Reflection { hkl, f }), &screw, true).unwrap()
        };
        let (same, other) = (given(10.0), given(12.0));
        assert_eq!((same.disagreeing, same.forbidden), (0, 1));
        assert_eq!((other.disagreeing, other.forbidden), (1, 1));
        let mean = other.reflections().find(|r| r.hkl == [1, -2, 3]).unwrap().f;
        assert_eq!(mean, 11.0);
    }

    #[test]
    fn friedel_mates_that_differ_are_kept_apart() {
        let twofold = operators(&["-x,y,-z"]);
        let expand = |given: &[([i32; 3], f64)]| {
            let given: Vec<_> = given.iter().map(|&(hkl, f)| Reflection { hkl, f }).collect();
            Expansion::new(&given, &twofold, true).unwrap()
        };
        // -1 -2 -3 is the mate of 1 2 3; 2 0 1 is its own mate's equivalent; the mate of 0 1 1 is not given.
        let apart = expand(&[([1, 2, 3], 10.0), ([-1, -2, -3], 5.0), ([2, 0, 1], 3.0), ([0, 1, 1], 7.0)]);
        assert_eq!((apart.friedel_pairs, apart.disagreeing), (1, 0));
        let f = |hkl| apart.reflections().find(|r| r.hkl == hkl).map(|r| r.f);
        assert_eq!([f([-1, 2, -3]), f([1, -2, 3]), f([-2, 0, -1])], [Some(10.0), Some(5.0), Some(3.0)]);
        assert_eq!([f([0, 1, -1]), f([0, -1, 1])], [Some(7.0); 2]);
        let same = expand(&[([1, 2, 3], 10.0), ([-1, -2, -3], 10.001)]);
        assert_eq!((same.friedel_pairs, same.unique()), (0, 1));
    }

    #[test]
    fn the_worst_disagreement_is_kept() {
        let twofold = operators(&["-x,y,-z"]);
        let given = [([1, 2, 3], 10.0), ([-1, 2, -3], 9.0), ([0, 1, 1], 100.0), ([0, 1, -1], 60.0)];
        let expansion = Expansion::new(&given.map(|(hkl, f)| Reflection { hkl, f }), &twofold, true).unwrap();
        let worst = expansion.worst.unwrap();
        assert_eq!((worst.hkl, worst.low, worst.high, worst.relative()), ([0, 1, 1], 60.0, 100.0, 0.4));
    }

    #[test]
    fn cells_that_cannot_have_a_symmetry_do_not_fit() {
        let orthogonal = |a: f64, b: f64, c: f64| [[a, 0.0, 0.0], [0.0, b, 0.0], [0.0, 0.0, c]];
        let cubic = operators(&["z,x,y", "-x,-y,z"]);
        let fit = |cell, operators: &[SymmetryOperator]| misfit(&cell, operators).unwrap();
        assert!(fit(orthogonal(70.0, 80.0, 90.0), &cubic) > 0.2);
        assert!(fit(orthogonal(70.0, 70.0, 70.0), &cubic) < 1e-12);
        assert!(fit(orthogonal(70.0, 80.0, 90.0), &operators(&["-x,y+1/2,-z"])) < 1e-12);
        let hexagonal = [[50.0, 0.0, 0.0], [-25.0, 25.0 * 3_f64.sqrt(), 0.0], [0.0, 0.0, 60.0]];
        assert!(fit(hexagonal, &operators(&["x-y,x,z+1/6"])) < 1e-12);
        assert!(fit(orthogonal(50.0, 50.0, 60.0), &operators(&["x-y,x,z+1/6"])) > 0.4);
    }

    proptest! {
        #[test]
        fn an_expanded_set_expands_to_itself(
            indices in prop::collection::vec((-9..9i32, -9..9i32, -9..9i32, 1.0..9.0f64), 1..40),
        ) {
            let r32 = operators(&["-y,x-y,z", "y,x,-z", "x+2/3,y+1/3,z+1/3"]);
            let given: Vec<_> = indices.iter().map(|&(h, k, l, f)| Reflection { hkl: [h, k, l], f }).collect();
            let once: Vec<_> = Expansion::new(&given, &r32, true).unwrap().reflections().collect();
            let again = Expansion::new(&once, &r32, true).unwrap();
            prop_assert_eq!(again.disagreeing, 0);
            prop_assert_eq!(once, again.reflections().collect::<Vec<_>>());
        }
    }
}
