//! What the images of an NXmx stack have in common.

use nanobragg::nalgebra::Vector3;
use nanobragg::readout::MOST;
use nanobragg::units::to_deg;
use nanobragg_io::nexus::{Rotation, Setting};

use super::FrameDescription;
use super::axes::standing;

/// The setting of a stack that begins with the image that `frame` describes. Each image starts `step` radians after the
/// one before it.
pub fn stack_setting(frame: &FrameDescription, step: f64) -> Setting {
    let FrameDescription { panel, beam, scan, .. } = frame;
    let axes = frame.axes.in_nexus();
    let pixel = panel.plane.pixel_size;
    Setting {
        program: frame.program.to_owned(),
        fast: panel.fast,
        slow: panel.slow,
        pixel_size_mm: (pixel * axes.fast.norm() * 1000.0, pixel * axes.slow.norm() * 1000.0),
        fast_axis: axes.fast.normalize().into(),
        slow_axis: axes.slow.normalize().into(),
        origin_mm: axes.origin_mm.into(),
        distance_mm: panel.distance * 1000.0,
        beam_px: panel.beam_px,
        twotheta_deg: to_deg(panel.convention.twotheta),
        sensor_thickness_mm: panel.sensor_thickness.map(|thickness| thickness * 1000.0),
        saturation: MOST,
        measured: panel.rendered(),
        wavelength_angstrom: beam.wavelength_angstrom,
        fluence_per_m2: beam.fluence,
        exposure: scan.exposure,
        polarization_stokes: beam.kahn.map(|kahn| stokes(kahn, &axes.polar)),
        spindle: axes.spindle.into(),
        rotation: (scan.range != 0.0 || step != 0.0).then(|| Rotation {
            start_deg: to_deg(scan.start),
            range_deg: to_deg(scan.range),
            step_deg: to_deg(step),
        }),
        cell: frame.crystal.cell,
        // Of a series at one spindle angle each image has its own.
        ub_matrix: (step != 0.0).then(|| axes.a_matrix()),
        made_by: frame.made_by(),
        others: Vec::new(),
    }
}

/// a*, b*, c* as columns, row after row, in 1/Å, in the frame of NeXus: of a still, of which the file says no spindle angle, as the
/// spindle has turned it; of an image during which the crystal turns at a spindle angle of zero.
pub(crate) fn ub_matrix(frame: &FrameDescription) -> [f64; 9] {
    let FrameDescription { scan, .. } = frame;
    let mut axes = frame.axes.in_nexus();
    axes.reciprocal = standing(axes.reciprocal, &axes.spindle, scan.start, scan.range != 0.0);
    axes.a_matrix()
}

/// The normalized Stokes parameters of a beam along z whose part polarized along `axis` exceeds that across it by `kahn`.
fn stokes(kahn: f64, axis: &Vector3<f64>) -> [f64; 4] {
    let (sin, cos) = (2.0 * axis.y.atan2(axis.x)).sin_cos();
    [1.0, kahn * cos, kahn * sin, 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{self, Experiment, UnitCell};
    use nanobragg::nalgebra::{Matrix3, Rotation3};

    #[test]
    fn the_matrix_of_a_still_is_that_of_its_spindle_angle() {
        let of = |rotation: model::Rotation| {
            let cell = UnitCell::new(40.0, 50.0, 60.0, 80.0, 85.0, 95.0).unwrap();
            let mut experiment = Experiment::uniform(cell, 1.0);
            experiment.rotation = rotation;
            let plan = experiment.plan().unwrap();
            let frame = FrameDescription::of(&plan);
            let axes = frame.axes.in_nexus();
            (
                Matrix3::from_row_slice(&ub_matrix(&frame)),
                Matrix3::from_columns(&axes.reciprocal),
                axes.spindle,
            )
        };
        let (still, at_rest, spindle) = of(model::Rotation::still(0.5));
        let turn = Rotation3::new(spindle.normalize() * 0.5);
        assert!((still - turn * at_rest).norm() < 1e-12 && (still - at_rest).norm() > 1e-3);
        let (scan, at_rest, _) = of(model::Rotation::over(0.5, 0.1, 2).unwrap());
        assert_eq!(scan, at_rest);
    }

    #[test]
    fn linear_polarization_is_along_x_or_between_the_axes() {
        let near = |found: [f64; 4], expected: [f64; 4]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        };
        near(stokes(0.9, &Vector3::x()), [1.0, 0.9, 0.0, 0.0]);
        near(stokes(0.9, &-Vector3::x()), [1.0, 0.9, 0.0, 0.0]);
        near(stokes(0.9, &Vector3::y()), [1.0, -0.9, 0.0, 0.0]);
        near(stokes(0.9, &Vector3::new(1.0, 1.0, 0.0)), [1.0, 0.0, 0.9, 0.0]);
        near(stokes(-0.5, &Vector3::new(1.0, -1.0, 0.0)), [1.0, 0.0, 0.5, 0.0]);
    }
}
