//! Signatures: what commonly makes two traces part in just this way.

use nanobragg::model::Quirk;

use super::{Comparison, Quantity};
use crate::log::{Stage, Trace};

/// A likely cause of a divergence.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The quirk that the signature is of, if it is one's.
    pub quirk: Option<Quirk>,
    /// What is seen and what causes it, as the end of a sentence.
    pub text: String,
}

/// Everything a signature may look at.
struct Case<'a> {
    a: &'a Trace,
    b: &'a Trace,
    comparison: &'a Comparison,
    first: &'a Quantity,
}

type Signature = fn(&Case<'_>) -> Option<Cause>;

/// In the order of evaluation; those that match are all reported.
const SIGNATURES: [Signature; 16] = [
    another_pixel,
    vectors_as_given,
    pix0,
    another_wavelength,
    cell_c_star_z,
    another_cell,
    logged_reciprocal,
    phi_zero_carryover,
    another_orientation,
    another_lattice_factor,
    interpolation,
    sampling,
    accumulation,
    polarization_epsilon,
    first_value_factors,
    image_precision,
];

/// The causes whose signatures match, in the order of evaluation.
pub(super) fn causes(a: &Trace, b: &Trace, comparison: &Comparison) -> Vec<Cause> {
    let Some(first) = comparison.first_divergence() else { return Vec::new() };
    let case = Case { a, b, comparison, first };
    SIGNATURES.iter().filter_map(|signature| signature(&case)).collect()
}

fn cause(quirk: Quirk, text: &str) -> Option<Cause> {
    Some(Cause { quirk: Some(quirk), text: format!("{text}: {quirk}") })
}

fn other(text: &str) -> Option<Cause> {
    Some(Cause { quirk: None, text: text.to_owned() })
}

impl Case<'_> {
    /// Whether both traces have `key` and part there.
    fn diverges(&self, key: &str) -> bool {
        self.comparison
            .quantity(key)
            .is_some_and(|quantity| quantity.diverges() && quantity.rel_delta.is_some())
    }

    fn agrees(&self, key: &str) -> bool {
        self.comparison
            .quantity(key)
            .is_some_and(|quantity| !quantity.diverges() && quantity.rel_delta.is_some())
    }

    /// The numbers of `key` in A and B.
    fn both(&self, key: &str) -> Option<(&[f64], &[f64])> {
        self.a.get(key).zip(self.b.get(key))
    }

    /// The phi steps of both traces.
    fn common_tics(&self) -> impl Iterator<Item = u64> {
        self.a.tics().iter().copied().filter(|tic| self.b.tics().contains(tic))
    }
}

fn another_pixel(case: &Case<'_>) -> Option<Cause> {
    match (case.a.pixel(), case.b.pixel()) {
        (Some(a), Some(b)) if a != b => {
            other(&format!("A is of pixel {} {}, B of {} {}", a.0, a.1, b.0, b.1))
        }
        _ => None,
    }
}

/// One trace has direction vectors that are not of unit length, the other the same directions as unit vectors.
fn vectors_as_given(case: &Case<'_>) -> Option<Cause> {
    // Fifteen printed digits leave less than this open, and no one types a vector more exactly by chance.
    const UNIT: f64 = 1e-12;
    let lengths_differ = ["fdet_vec", "sdet_vec", "incident_vec"].iter().any(|key| {
        let Some((a, b)) = case.both(key) else { return false };
        let (off_a, off_b) = ((length(a) - 1.0).abs(), (length(b) - 1.0).abs());
        off_a.max(off_b) > UNIT && off_a.min(off_b) <= UNIT && angle(a, b) < 1e-6
    });
    let early = case.first.stage <= Stage::Scattering;
    if lengths_differ && early {
        return cause(Quirk::VectorsAsGiven, "one trace uses direction vectors that are not of unit length");
    }
    None
}

fn pix0(case: &Case<'_>) -> Option<Cause> {
    let moved = case.first.key == "pix0_vector_meters" && case.agrees("fdet_vec") && case.agrees("sdet_vec");
    // Unit vectors that differ in their last digits move the detector as well, but not by a visible amount.
    if moved && case.first.rel_delta.is_some_and(|rel| rel > 1e-5) {
        return cause(
            Quirk::Pix0Ignored,
            "the detector's axes agree and its origin does not, as when a given origin is recomputed from the \
             beam center, the pivot is another (convention_pivot_wins), or the point that places it \
             (unused_point_dropped)",
        );
    }
    None
}

fn another_wavelength(case: &Case<'_>) -> Option<Cause> {
    match case.first.key.as_str() {
        "lambda_meters" | "lambda_angstroms" => other("the wavelengths of the first sources differ"),
        _ => None,
    }
}

/// The cell's edges agree and its angles do not.
fn cell_c_star_z(case: &Case<'_>) -> Option<Cause> {
    let (edges, angles) = cell_agreement(case)?;
    let rotated = case.first.stage == Stage::Rotation;
    if rotated && edges && !angles {
        return cause(Quirk::CellCStarZ, "the cell's edges agree and its angles do not");
    }
    None
}

/// The cell's edges differ.
fn another_cell(case: &Case<'_>) -> Option<Cause> {
    let (edges, _) = cell_agreement(case)?;
    if case.first.stage == Stage::Rotation && !edges {
        return other("the cell's edges differ, as with another cell, or another wavelength for a matrix");
    }
    None
}

/// The reciprocal vectors part although the real-space ones agree, which leads to the same indices.
fn logged_reciprocal(case: &Case<'_>) -> Option<Cause> {
    let reciprocal = ["rot_a_star_A_inv", "rot_b_star_A_inv", "rot_c_star_A_inv"];
    if reciprocal.contains(&case.first.key.as_str())
        && case.agrees("rot_a_angstroms")
        && case.agrees("hkl_frac")
    {
        return other(
            "the real-space vectors and the indices agree, so only what is logged differs: one trace shows the \
             reciprocal vectors as they were set up, the other those of the rotated cell",
        );
    }
    None
}

/// Only the step at phi = 0 differs, or it repeats the last step in one trace and not in the other.
fn phi_zero_carryover(case: &Case<'_>) -> Option<Cause> {
    const QUIRK: Quirk = Quirk::PhiZeroCarryover;
    let tics: Vec<u64> = case.common_tics().collect();
    let step_diverges = |tic: &u64| {
        let keys = ["phi", "rotstar"].map(|kind| format!("{kind}[{tic}]."));
        let of_step = |quantity: &&Quantity| keys.iter().any(|key| quantity.key.starts_with(key.as_str()));
        case.comparison.quantities().iter().filter(of_step).any(Quantity::diverges)
    };
    let is_zero = |tic: &u64| case.a.scalar(&format!("phi[{tic}].phi_deg")).is_none_or(|phi| phi == 0.0);
    if let Some(zero) = tics.iter().find(|tic| is_zero(tic))
        && tics.len() > 1
    {
        let others_agree = tics.iter().filter(|tic| *tic != zero).all(|tic| !step_diverges(tic));
        if step_diverges(zero) && others_agree {
            return cause(
                QUIRK,
                &format!("of the {} phi steps only step {zero}, at phi = 0, differs", tics.len()),
            );
        }
    }
    let repeats = |trace: &Trace| {
        let (Some(first), Some(last)) = (trace.tics().first(), trace.tics().last()) else { return false };
        let k = |tic: u64| trace.scalar(&format!("phi[{tic}].k_frac"));
        let at_zero = trace.scalar(&format!("phi[{first}].phi_deg")) == Some(0.0);
        first != last && at_zero && k(*first).is_some() && k(*first) == k(*last)
    };
    match (repeats(case.a), repeats(case.b)) {
        (true, false) if !case.b.tics().is_empty() => {
            cause(QUIRK, "phi = 0 repeats the last phi step in A, not in B")
        }
        (false, true) if !case.a.tics().is_empty() => {
            cause(QUIRK, "phi = 0 repeats the last phi step in B, not in A")
        }
        (true, false) | (false, true) if turned_only(case) => {
            cause(QUIRK, "in one trace the lattice at phi = 0 is that of the last phi step")
        }
        (false, false) if turned_only(case) && tics.is_empty() => cause(
            QUIRK,
            "the lattice of the first phi step is turned and otherwise the same, as when phi = 0 keeps the step before",
        ),
        _ => None,
    }
}

/// Every phi step has the same cell in another orientation.
fn another_orientation(case: &Case<'_>) -> Option<Cause> {
    let listed = case.common_tics().next().is_some();
    if listed && turned_only(case) && phi_zero_carryover(case).is_none() {
        return other("the same cell in another orientation, as with another misset, phi, spindle or matrix");
    }
    None
}

/// The indices agree, and the lattice factors of the same indices do not.
fn another_lattice_factor(case: &Case<'_>) -> Option<Cause> {
    if case.first.stage == Stage::Lattice && case.first.key.contains("F_latt") && case.agrees("hkl_frac") {
        return other("the indices agree, so the numbers of cells, the crystal's shape or fudge differ");
    }
    None
}

/// The lattice of the first step is the same cell in another orientation.
fn turned_only(case: &Case<'_>) -> bool {
    LATTICE.iter().any(|key| case.diverges(key)) && cell_agreement(case) == Some((true, true))
}

const LATTICE: [&str; 3] = ["rot_a_angstroms", "rot_b_angstroms", "rot_c_angstroms"];

/// Whether the edges and the angles of the first step's cells agree.
fn cell_agreement(case: &Case<'_>) -> Option<(bool, bool)> {
    let [a, b, c] = LATTICE.map(|key| case.both(key));
    let (vectors_a, vectors_b) = ([a?.0, b?.0, c?.0], [a?.1, b?.1, c?.1]);
    let close = |x: f64, y: f64| (x - y).abs() < 1e-9;
    let same_edge = |axis: usize| close(length(vectors_a[axis]) / length(vectors_b[axis]), 1.0);
    let cosine = |v: [&[f64]; 3], i: usize, j: usize| {
        let dot: f64 = v[i].iter().zip(v[j]).map(|(x, y)| x * y).sum();
        dot / length(v[i]) / length(v[j])
    };
    let same_angle = |(i, j): (usize, usize)| close(cosine(vectors_a, i, j), cosine(vectors_b, i, j));
    Some(((0..3).all(same_edge), [(0, 1), (1, 2), (0, 2)].into_iter().all(same_angle)))
}

fn interpolation(case: &Case<'_>) -> Option<Cause> {
    let (key, first) = (case.first.key.as_str(), case.first);
    if !matches!(key, "F_cell" | "F_cell_nearest" | "F_cell_interpolated") {
        return None;
    }
    let other_method = |trace: &Trace, value: Option<&f64>| {
        let near =
            |name: &str| trace.scalar(name).zip(value).is_some_and(|(x, y)| (x - y).abs() <= 1e-9 * x.abs());
        near("F_cell_nearest") || near("F_cell_interpolated")
    };
    if other_method(case.a, first.b.first()) || other_method(case.b, first.a.first()) {
        return cause(
            Quirk::InterpolationLatch,
            "one trace interpolates the structure factor and the other does not",
        );
    }
    other("the indices agree, so the tables of structure factors differ")
}

fn sampling(case: &Case<'_>) -> Option<Cause> {
    let switches = ["oversample_thick", "oversample_polar", "oversample_omega"];
    if switches.iter().any(|key| case.diverges(key)) {
        return cause(
            Quirk::FirstValueFactors,
            "a factor enters once in one trace and term by term in the other",
        );
    }
    if case.diverges("steps") {
        return other("the numbers of sources, phi steps, mosaic domains or sub-pixels differ");
    }
    None
}

/// Lattice factors that differ by more of themselves, and agree within rounding, are those of a dim pixel.
const DIM: f64 = 1e-3;

fn accumulation(case: &Case<'_>) -> Option<Cause> {
    let listed = case.common_tics().next().is_some();
    if case.first.stage == Stage::Accumulation && case.first.rel_delta.is_some() && case.agrees("steps") {
        if let Some(([a], [b])) = case.both("F_latt")
            && (a - b).abs() > DIM * a.abs().max(b.abs())
        {
            return other(&format!(
                "the lattice factors, {a:e} and {b:e}, are too close to zero to be compared; a brighter pixel shows where the \
                 traces first differ"
            ));
        }
        let seen = if listed {
            "every phi step that both list agrees"
        } else {
            "the traces do not list their phi steps"
        };
        return other(&format!(
            "{seen}, so other terms differ (further sources, mosaic domains, sub-pixels or layers; the quirks \
             source_weights_ignored, running_sum_factors and water_scaled_twice change only the sum)"
        ));
    }
    None
}

fn polarization_epsilon(case: &Case<'_>) -> Option<Cause> {
    let polar = case.comparison.quantity("polar")?;
    let small = polar.rel_delta.is_some_and(|rel| rel != 0.0 && rel.abs() < 1e-9);
    let first = matches!(case.first.key.as_str(), "polar" | "I_before_scaling_post_polar");
    if first && small {
        return cause(
            Quirk::PolarizationEpsilon,
            "the polarization factor differs by less than 1e-9 of itself",
        );
    }
    None
}

fn first_value_factors(case: &Case<'_>) -> Option<Cause> {
    match case.first.key.as_str() {
        "capture_fraction" => cause(
            Quirk::LayerSpacing,
            "the capture fraction differs, as when the layers are spaced otherwise or another layer's fraction is \
             used (first_value_factors)",
        ),
        "omega_pixel" if case.agrees("omega_pixel_sr") => cause(
            Quirk::FirstValueFactors,
            "the first sub-pixel's solid angle agrees and the one that scales the pixel does not",
        ),
        _ => None,
    }
}

fn image_precision(case: &Case<'_>) -> Option<Cause> {
    let single = case.first.key == "floatimage_accumulated"
        && case.first.rel_delta.is_some_and(|rel| rel.abs() <= f64::from(f32::EPSILON));
    single.then(|| Cause {
        quirk: None,
        text: "one trace shows the pixel in single precision as it is stored, the other the double"
            .to_owned(),
    })
}

fn length(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Angle between two directions, radians, for small ones.
fn angle(a: &[f64], b: &[f64]) -> f64 {
    let (la, lb) = (length(a), length(b));
    a.iter().zip(b).map(|(a, b)| (a / la - b / lb).powi(2)).sum::<f64>().sqrt()
}
