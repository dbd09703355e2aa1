//! What the images of an NXmx stack have in common.

use nanobragg::nalgebra::Vector3;
use nanobragg::plan::Plan;
use nanobragg::readout::MOST;
use nanobragg::units::to_deg;
use nanobragg_io::nexus::{Rotation, Setting};

use super::Frame;
use super::frame::crossing;

/// The setting of a stack that begins with the image of `plan`; `program` is the name and version of the
/// program. Each image starts `step` radians after the one before it.
pub fn stack_setting(plan: &Plan, step: f64, program: &str) -> Setting {
    let frame = Frame::nexus(plan);
    let pixel = plan.detector.pixel_size;
    let (distance, beam_px) = crossing(plan);
    let rotation = plan.resolved.rotation;
    let (width, height) = (plan.region.image_fast, plan.region.image_slow);
    let rendered = (0..width * height).map(|at| plan.region.renders(at / width, at % width));
    let measured: Vec<bool> = rendered.collect();
    Setting {
        program: program.to_owned(),
        fast: width,
        slow: height,
        pixel_size_mm: (pixel * frame.fast.norm() * 1000.0, pixel * frame.slow.norm() * 1000.0),
        fast_axis: frame.fast.normalize().into(),
        slow_axis: frame.slow.normalize().into(),
        origin_mm: frame.origin_mm.into(),
        distance_mm: distance * 1000.0,
        beam_px,
        twotheta_deg: to_deg(plan.detector.report.twotheta),
        sensor_thickness_mm: Some(plan.resolved.layers.thickness * 1000.0)
            .filter(|&thickness| thickness > 0.0),
        saturation: MOST,
        measured: if measured.iter().all(|&measured| measured) { None } else { Some(measured) },
        wavelength_angstrom: plan.resolved.wavelength * 1e10,
        fluence_per_m2: plan.fluence,
        exposure: plan.resolved.exposure,
        polarization_stokes: plan.resolved.kahn.map(|kahn| stokes(kahn, &frame.polar)),
        spindle: frame.spindle.into(),
        rotation: (rotation.range() != 0.0).then(|| Rotation {
            start_deg: to_deg(rotation.start()),
            range_deg: to_deg(rotation.range()),
            step_deg: to_deg(step),
        }),
        cell: plan.crystal.unit_cell(),
    }
}

/// The normalized Stokes parameters of a beam along z whose part polarized along `axis` exceeds that across it by `kahn`.
fn stokes(kahn: f64, axis: &Vector3<f64>) -> [f64; 4] {
    let (sin, cos) = (2.0 * axis.y.atan2(axis.x)).sin_cos();
    [1.0, kahn * cos, kahn * sin, 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;

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
