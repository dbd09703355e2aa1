//! Whether spots are as wide as programs expect that look for them.

use nanobragg::model::Preset;
use nanobragg::plan::Plan;

use crate::{Content, Note, Output};

/// Pixels from which on programs take a spot for one.
const WIDE: f64 = 2.0;

/// The note that spots are narrow, where counts are among the files of an image. (Under the preset `reference`, whose prints
/// are the C program's, nothing is said.)
pub fn narrow_spots(plan: &Plan, outputs: &[Output]) -> Option<Note> {
    let counted = outputs.iter().any(|output| matches!(output.content, Content::Counts(_)));
    if !counted || plan.resolved.quirks.preset() == Some(Preset::Reference) {
        return None;
    }
    let pixels = widest(plan);
    (pixels < WIDE).then_some(Note::NarrowSpots(pixels))
}

/// An upper bound on the width of spots near the beam, in pixels: what the shortest edge of the crystal, the mosaic spread
/// and the divergence of the beam, as full ranges, make of a ray over the distance to the detector.
fn widest(plan: &Plan) -> f64 {
    let edge = plan.crystal.size().into_iter().fold(f64::INFINITY, f64::min);
    let resolved = &plan.resolved;
    let angles = [
        resolved.wavelength / edge,
        resolved.mosaic.spread,
        resolved.horizontal.range(),
        resolved.vertical.range(),
    ];
    let angle = angles.into_iter().fold(0.0, f64::hypot);
    angle * plan.detector.distance.abs() / plan.detector.pixel_size
}

#[cfg(test)]
mod tests {
    use nanobragg::model::{Experiment, Mosaicity, PixelGrid, Placement, UnitCell};
    use nanobragg::readout::Readout;

    use super::*;
    use crate::Format;

    /// Spots of λ D / (N a) = 1e-10 × 0.1 / (n × 5e-9) m on pixels of 0.1 mm.
    fn experiment(n: u32) -> Experiment {
        let cell = UnitCell::new(50.0, 60.0, 70.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 1.0);
        experiment.crystal = experiment.crystal.with_cells(n, n, n).unwrap();
        experiment.detector.pixels = PixelGrid::new(4, 4, 1e-4);
        experiment.detector.placement = Placement::at(0.1);
        experiment
    }

    #[test]
    fn narrow_spots_of_counts_are_noted_but_for_the_reference() {
        let output = |format, content| Output { path: "a".into(), format, content };
        let counts = [output(Format::Cbf, Content::Counts(Readout::counted()))];
        let photons = [output(Format::Float, Content::Photons)];
        let note = |experiment: &Experiment, outputs: &[Output]| {
            narrow_spots(&experiment.plan().unwrap(), outputs).map(|note| note.to_string())
        };
        assert_eq!(note(&experiment(9), &counts), None);
        let said = note(&experiment(40), &counts).unwrap();
        assert_eq!(said, "spots are at most 0.5 pixels wide; spot finders expect two or more");
        assert_eq!(
            Note::NarrowSpots(1.0).to_string(),
            "spots are at most 1 pixel wide; spot finders expect two or more"
        );
        assert_eq!(note(&experiment(40), &photons), None);
        let mut mosaic = experiment(40);
        let spread = Mosaicity::Domains { spread: 0.002, count: 2 };
        mosaic.crystal = mosaic.crystal.with_mosaicity(spread).unwrap();
        assert_eq!(note(&mosaic, &counts), None);
        let mut other = experiment(40);
        other.quirks = Preset::Spec.into();
        assert_eq!(note(&other, &counts), Some(said));
        other.quirks = Preset::Reference.into();
        assert_eq!(note(&other, &counts), None);
    }
}
