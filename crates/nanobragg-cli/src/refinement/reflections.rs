//! The reflections of a refined image: where they are predicted, and what was measured and expected of them.

use std::path::Path;

use nanobragg::nalgebra::Vector3;
use nanobragg_io::reflection_table::{Column, ReflectionTable, write_reflection_table};
use nanobragg_refine::{BoxFit, Outcome, Predicted};

/// Flags of DIALS: predicted, indexed, integrated by summation and by a profile.
const PREDICTED: u64 = 1 | 4 | 256 | 512;
/// Flags of DIALS: observed, used in refinement, strong.
const OBSERVED: u64 = 2 | 8 | 32;

/// A shoebox with its reflection.
#[derive(Clone, Copy, Debug)]
pub struct Reflection {
    pub own: BoxFit,
    pub predicted: Predicted,
    /// Center of the photons above the background, pixels along fast and slow; `None` where there are none.
    pub observed_px: Option<[f64; 2]>,
    /// First and last pixels, which are left out, along fast and slow.
    pub bounds: [i32; 4],
    /// Photons of the background in the box's pixels.
    pub background: f64,
    /// Photons of the box's pixels, background included.
    pub total: f64,
}

/// Of a box: photons beyond the background and their moments, its ends, and photons of background and data.
type Sums = ([f64; 3], [i32; 4], [f64; 2]);

impl Reflection {
    /// Those of all boxes whose node can reflect.
    pub fn all(outcome: &Outcome) -> Vec<Self> {
        let fitted = &outcome.fitted;
        let mut sums = vec![([0.0; 3], [i32::MAX, 0, i32::MAX, 0], [0.0; 2]); outcome.boxes.len()];
        for (at, &[slow, fast]) in fitted.pixels.iter().enumerate() {
            let Some((center, [left, right, top, bottom], photons)) = sums.get_mut(fitted.group[at] as usize)
            else {
                continue;
            };
            let (x, y) = (f64::from(fast) + 0.5, f64::from(slow) + 0.5);
            // What the noise of the background adds far from the spot would move its center.
            let expected = fitted.model[at] - fitted.background[at];
            let net = fitted.data[at] - fitted.background[at];
            if expected > fitted.variance[at].sqrt() {
                for (sum, value) in center.iter_mut().zip([net, net * x, net * y]) {
                    *sum += value;
                }
            }
            for (sum, value) in photons.iter_mut().zip([fitted.background[at], fitted.data[at]]) {
                *sum += value;
            }
            let (x, y) = (fast as i32, slow as i32);
            (*left, *right) = ((*left).min(x), (*right).max(x + 1));
            (*top, *bottom) = ((*top).min(y), (*bottom).max(y + 1));
        }
        let of = |(own, (center, bounds, photons)): (&BoxFit, Sums)| {
            let [sum, x, y] = center;
            Some(Reflection {
                own: *own,
                predicted: Predicted::of(outcome.panel(own.panel)?, own.hkl)?,
                observed_px: (sum > 0.0).then(|| [x / sum, y / sum]),
                bounds,
                background: photons[0],
                total: photons[1],
            })
        };
        outcome.boxes.iter().zip(sums).filter_map(of).collect()
    }

    /// Flags of DIALS. Without photons above the background nothing is observed.
    fn flags(&self) -> u64 {
        if self.observed_px.is_some() { PREDICTED | OBSERVED } else { PREDICTED }
    }

    /// Distance of what was observed from what is predicted, pixels.
    pub fn distance_px(&self) -> Option<f64> {
        let ([x, y], [at_x, at_y]) = (self.observed_px?, self.predicted.position_px);
        Some((x - at_x).hypot(y - at_y))
    }
}

/// Root mean square of distances between predictions and observations, pixels.
pub fn rmsd_px(reflections: &[Reflection]) -> Option<f64> {
    let squares: Vec<f64> =
        reflections.iter().filter_map(|own| own.distance_px().map(|distance| distance * distance)).collect();
    (!squares.is_empty()).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
}

/// Writes the table of reflections, image by image.
pub fn write_table(path: &Path, images: &[(String, &[Reflection])]) -> anyhow::Result<()> {
    let all = || (0_i32..).zip(images).flat_map(|(id, (_, own))| own.iter().map(move |one| (id, one)));
    let doubles = |of: &dyn Fn(&Reflection) -> f64| Column::Double(all().map(|(_, one)| of(one)).collect());
    let vectors =
        |of: &dyn Fn(&Reflection) -> [f64; 3]| Column::Vector(all().map(|(_, one)| of(one)).collect());
    let frame = |id: i32| f64::from(id) + 0.5;
    let variance = |one: &Reflection| one.total.max(0.0) + one.background.max(0.0);
    let identifiers = (0_u32..).zip(images).map(|(id, (name, _))| (id, name.clone())).collect();
    let columns = [
        ("id", Column::Int(all().map(|(id, _)| id).collect())),
        ("imageset_id", Column::Int(all().map(|(id, _)| id).collect())),
        ("panel", Column::Size(all().map(|(_, one)| one.own.panel as u64).collect())),
        ("flags", Column::Size(all().map(|(_, one)| one.flags()).collect())),
        ("miller_index", Column::Index(all().map(|(_, one)| one.own.hkl).collect())),
        ("s1", vectors(&|one| vector(&one.predicted.s1))),
        (
            "xyzcal.px",
            Column::Vector(
                all()
                    .map(|(id, one)| {
                        let [x, y] = one.predicted.position_px;
                        [x, y, frame(id)]
                    })
                    .collect(),
            ),
        ),
        ("xyzcal.mm", vectors(&|one| [one.predicted.position_mm[0], one.predicted.position_mm[1], 0.0])),
        (
            "xyzobs.px.value",
            Column::Vector(
                all()
                    .map(|(id, one)| {
                        let [x, y] = one.observed_px.unwrap_or(one.predicted.position_px);
                        [x, y, frame(id)]
                    })
                    .collect(),
            ),
        ),
        (
            "bbox",
            Column::Box(
                all()
                    .map(|(id, one)| {
                        let [left, right, top, bottom] = one.bounds;
                        [left, right, top, bottom, id, id + 1]
                    })
                    .collect(),
            ),
        ),
        ("d", doubles(&|one| one.own.d_angstrom)),
        ("delpsical.rad", doubles(&|one| one.predicted.off_radians)),
        ("partiality", doubles(&|one| one.predicted.partiality)),
        ("background.sum.value", doubles(&|one| one.background)),
        ("intensity.sum.value", doubles(&|one| one.own.data_photons)),
        ("intensity.sum.variance", doubles(&variance)),
        ("intensity.prf.value", doubles(&|one| one.own.model_photons)),
        ("intensity.prf.variance", doubles(&|one| one.own.model_photons.max(0.0) + one.background.max(0.0))),
        ("box.scale", doubles(&|one| one.own.ln_scale.exp())),
        ("box.rms_z", doubles(&|one| one.own.rms_z)),
    ]
    .into();
    Ok(write_reflection_table(path, &ReflectionTable { identifiers, columns })?)
}

fn vector(vector: &Vector3<f64>) -> [f64; 3] {
    [vector.x, vector.y, vector.z]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_photons_nothing_is_observed() {
        let own = BoxFit {
            panel: 0,
            slow: 1,
            fast: 2,
            hkl: [1, 2, 3],
            d_angstrom: 2.0,
            plane: [0.0; 3],
            ln_scale: 0.0,
            rms_z: 1.0,
            model_photons: 0.0,
            data_photons: 0.0,
        };
        let predicted = Predicted {
            hkl: [1, 2, 3],
            s1: Vector3::x(),
            position_px: [2.5, 1.5],
            position_mm: [0.0; 2],
            off_radians: 0.0,
            partiality: 0.0,
        };
        let reflection =
            Reflection { own, predicted, observed_px: None, bounds: [0; 4], background: 0.0, total: 0.0 };
        // Predicted and integrated; neither observed nor used nor strong.
        assert_eq!(reflection.flags(), 1 | 4 | 256 | 512);
        let seen = Reflection { observed_px: Some([2.0, 1.0]), ..reflection };
        assert_eq!(seen.flags() & (2 | 8 | 32), 2 | 8 | 32);
    }
}
