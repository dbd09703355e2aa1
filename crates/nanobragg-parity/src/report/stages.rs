//! The stages of the evaluation, and where two traces part among them.

use maud::{Markup, html};
use nanobragg_trace::{Comparison, Quantity, Stage};

const STAGES: [Stage; 8] = [
    Stage::Geometry,
    Stage::Scattering,
    Stage::Rotation,
    Stage::Lattice,
    Stage::StructureFactor,
    Stage::Accumulation,
    Stage::Scaling,
    Stage::Gradient,
];

/// What a stage does, for a reader who has not seen the code.
pub fn explanation(stage: Stage) -> &'static str {
    match stage {
        Stage::Geometry => {
            "Geometry places the detector and the pixel: origin, axes, distance, solid angle. What is wrong here \
             moves every spot."
        }
        Stage::Scattering => {
            "Scattering forms the vector (d - i) / λ from the directions of the diffracted and the incident beam and \
             the wavelength."
        }
        Stage::Rotation => {
            "Rotation turns the cell about the spindle and into each mosaic domain. What is wrong here changes the \
             indices that the pixel sees."
        }
        Stage::Lattice => {
            "Lattice projects the scattering vector onto the cell: fractional indices, and the factor sin(N π h) / \
             sin(π h) of the finite crystal along each axis."
        }
        Stage::StructureFactor => {
            "Structure factor looks up, or interpolates, F of the unit cell at the pixel's indices."
        }
        Stage::Accumulation => {
            "Accumulation sums F² F_latt² over sources, phi steps, mosaic domains and sub-pixels. Each term may agree \
             while their number or their weights do not."
        }
        Stage::Scaling => {
            "Scaling turns the sum into photons: r_e², fluence, number of steps, capture in the sensor, polarization, \
             solid angle."
        }
        Stage::Gradient => {
            "Gradient is how the pixel's photons change with each parameter. Where everything before agrees, it is the \
             derivatives that differ."
        }
    }
}

/// The stages in a row, each with what was compared in it.
pub fn pipeline(comparison: &Comparison) -> Markup {
    let first = comparison.first_divergence().map(|quantity| quantity.stage);
    html! {
        ol .stages {
            @for stage in STAGES {
                @let of_stage: Vec<&Quantity> = comparison.quantities().iter().filter(|q| q.stage == stage).collect();
                @let compared = of_stage.iter().filter(|q| q.rel_delta.is_some()).count();
                @let diverging = of_stage.iter().filter(|q| q.diverges()).count();
                @let kind = match (compared, diverging) {
                    (0, 0) => "empty",
                    (_, 0) => "pass",
                    _ if first == Some(stage) => "first",
                    _ => "after",
                };
                li .(kind) {
                    span .mark { @match kind { "pass" => { "✓" } "empty" => { "–" } _ => { "✗" } } }
                    b { (stage.name()) }
                    small {
                        @if diverging > 0 { (diverging) " of " (compared.max(diverging)) " diverge" }
                        @else if compared > 0 { (compared) " agree" }
                        @else { "not traced" }
                    }
                }
            }
        }
    }
}
