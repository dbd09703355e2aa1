//! Why an image has no photons.

use std::fmt;

use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg_io::c_format::g;
use nanobragg_io::preview::Geometry as _;

use crate::header::FrameDescription;

/// Places along each edge of the image at which its resolution is looked at.
const PLACES: usize = 16;

/// Why an image has no photons, as far as a plan tells. Resolutions are in Å.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Emptiness {
    /// The beam has no photons.
    NoBeam,
    /// The mask leaves out every pixel of the region of interest.
    Masked,
    /// All structure factors that were read are zero.
    NoFactors,
    /// All pixels are beyond the resolution limit.
    Beyond {
        /// The limit.
        limit: f64,
        /// The lowest resolution of the image.
        lowest: f64,
    },
    /// No structure factor is of a resolution that the image has.
    OtherResolution {
        /// The lowest and the highest resolution of the image.
        image: [f64; 2],
        /// Those of structure factors other than zero.
        table: [f64; 2],
    },
    /// No spot of a reflection is on the image.
    NoSpot,
}

impl Emptiness {
    /// Why an image of `plan` with these figures has no photons; `None` where it has some, and as [`Self::of`].
    pub fn found(plan: &Plan, statistics: &Statistics) -> Option<Self> {
        if statistics.rms == 0.0 { Emptiness::of(plan) } else { None }
    }

    /// Why an image of `plan` that has no photons has none; `None` where it has no pixel, or no structure factors at all, of which others warn.
    pub fn of(plan: &Plan) -> Option<Self> {
        let table = &plan.structure_factors;
        let has_factors = table.loaded() > 0 || table.default_f() != 0.0;
        (has_factors && plan.region.pixels() > 0).then(|| Emptiness::why(plan))
    }

    fn why(plan: &Plan) -> Self {
        if plan.fluence * plan.parameters().scale == 0.0 {
            return Emptiness::NoBeam;
        }
        if !renders_any(plan) {
            return Emptiness::Masked;
        }
        let table = &plan.structure_factors;
        let any_factor =
            || table.bounds().is_some_and(|all| all.indices().any(|hkl| table.nearest(hkl) != 0.0));
        if table.default_f() == 0.0 && !any_factor() {
            return Emptiness::NoFactors;
        }
        let frame = FrameDescription::of(plan);
        let limit = plan.dmin * 1e10;
        let [lowest, highest] = on_image(plan, &frame);
        if limit > lowest {
            return Emptiness::Beyond { limit, lowest };
        }
        let image = [lowest, highest.max(limit)];
        match of_table(plan, &frame) {
            Some(table) if table[0] < image[1] || table[1] > image[0] => {
                Emptiness::OtherResolution { image, table }
            }
            _ => Emptiness::NoSpot,
        }
    }
}

impl fmt::Display for Emptiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |[lowest, highest]: [f64; 2]| {
            let (from, to) = (g(lowest, 3), g(highest, 3));
            if lowest.is_infinite() {
                format!("up to {to} Angstrom")
            } else if from == to {
                format!("{to} Angstrom")
            } else {
                format!("{from} to {to} Angstrom")
            }
        };
        match *self {
            Emptiness::NoBeam => f.write_str("the beam has none"),
            Emptiness::Masked => f.write_str("the mask leaves out all of them"),
            Emptiness::NoFactors => f.write_str("all structure factors are zero"),
            Emptiness::Beyond { limit, lowest } => write!(
                f,
                "the resolution limit is {} Angstrom, and the image begins at {} Angstrom",
                g(limit, 3),
                g(lowest, 3)
            ),
            Emptiness::OtherResolution { image, table } => {
                write!(
                    f,
                    "the image has resolutions {}, the structure factors are at {}",
                    if image[0].is_infinite() { range(image) } else { format!("of {}", range(image)) },
                    range(table)
                )
            }
            Emptiness::NoSpot => {
                f.write_str("no spot of a reflection with a structure factor is on the image")
            }
        }
    }
}

/// Whether the mask keeps a pixel of the region of interest.
fn renders_any(plan: &Plan) -> bool {
    let (mut rows, columns) = plan.region.ranges();
    rows.any(|slow| columns.clone().any(|fast| plan.region.renders(slow, fast)))
}

/// The lowest and the highest resolution of the pixels of an image.
fn on_image(plan: &Plan, frame: &FrameDescription) -> [f64; 2] {
    let (rows, columns) = plan.region.ranges();
    let along = |range: &std::ops::Range<usize>, at: usize| {
        range.start as f64 + range.len() as f64 * at as f64 / PLACES as f64
    };
    let places = (0..=PLACES).flat_map(|slow| (0..=PLACES).map(move |fast| (slow, fast)));
    let resolutions =
        places.map(|(slow, fast)| frame.resolution_angstrom(along(&columns, fast), along(&rows, slow)));
    let mut range = [0.0, f64::INFINITY];
    resolutions.for_each(|d| include(&mut range, d));
    // The beam may hit between the places.
    let (fast, slow) = frame.beam_px();
    let inside =
        |range: &std::ops::Range<usize>, at: f64| (range.start as f64..=range.end as f64).contains(&at);
    if inside(&columns, fast) && inside(&rows, slow) {
        range[0] = f64::INFINITY;
    }
    range
}

/// The lowest and the highest resolution of reflections with a structure factor; `None` where all have one.
fn of_table(plan: &Plan, frame: &FrameDescription) -> Option<[f64; 2]> {
    let table = &plan.structure_factors;
    let bounds = table.bounds().filter(|_| table.default_f() == 0.0)?;
    let [a, b, c] = frame.axes.reciprocal;
    let mut range = [0.0, f64::INFINITY];
    let reflections = bounds.indices().filter(|&hkl| table.nearest(hkl) != 0.0);
    for hkl in reflections {
        let [h, k, l] = hkl.map(f64::from);
        include(&mut range, 1.0 / (a * h + b * k + c * l).norm());
    }
    (range[0] > 0.0).then_some(range)
}

fn include([lowest, highest]: &mut [f64; 2], d: f64) {
    if d > *lowest {
        *lowest = d;
    }
    if d < *highest {
        *highest = d;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{
        Experiment, IndexBox, Mask, PixelGrid, Reflection, Roi, StructureFactors, UnitCell,
    };
    use nanobragg::units::angstrom;

    fn experiment() -> Experiment {
        let mut experiment =
            Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0).unwrap(), 0.0);
        experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
        experiment
    }

    fn why(experiment: &Experiment) -> String {
        Emptiness::of(&experiment.plan().unwrap()).unwrap().to_string()
    }

    #[test]
    fn masks_and_zeros_are_told_from_spots_beside_the_image() {
        let mut experiment = experiment();
        let table = |f| {
            let one = [Reflection { hkl: [1, 0, 0], f }];
            StructureFactors::from_reflections(IndexBox::enclosing([[1, 0, 0]]).unwrap(), 0.0, one).unwrap()
        };
        experiment.structure_factors = table(0.0);
        assert_eq!(why(&experiment), "all structure factors are zero");
        experiment.structure_factors = table(1.0);
        assert_eq!(why(&experiment), "no spot of a reflection with a structure factor is on the image");
        let mut keep = vec![false; 64 * 64];
        let mask = |keep: &[bool]| Some(Mask { fast: 64, slow: 64, keep: keep.into() });
        experiment.rendering.mask = mask(&keep);
        assert_eq!(why(&experiment), "the mask leaves out all of them");
        // A pixel beside the region of interest does not count.
        keep[0] = true;
        experiment.rendering.mask = mask(&keep);
        experiment.rendering.roi = Roi { fast: (Some(1), None), slow: (None, None) };
        assert_eq!(why(&experiment), "the mask leaves out all of them");
    }

    #[test]
    fn resolutions_are_compared() {
        let mut experiment = experiment();
        let table = |hkl| {
            let one = [Reflection { hkl, f: 5.0 }];
            StructureFactors::from_reflections(IndexBox::enclosing([hkl]).unwrap(), 0.0, one).unwrap()
        };
        experiment.structure_factors = table([70, 0, 0]);
        assert_eq!(
            why(&experiment),
            "the image has resolutions up to 2.31 Angstrom, the structure factors are at 1 Angstrom"
        );
        experiment.structure_factors = table([0, 0, 10]);
        assert_eq!(why(&experiment), "no spot of a reflection with a structure factor is on the image");
        experiment.rendering.dmin = Some(angstrom(10.0));
        assert_eq!(
            why(&experiment),
            "the image has resolutions up to 10 Angstrom, the structure factors are at 9 Angstrom"
        );
    }
}
