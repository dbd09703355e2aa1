//! Detector, beam, scan and crystal for other programs.

use std::collections::BTreeSet;

use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::plan::Plan;
use nanobragg::plan::place::SourcePlan;
use nanobragg::readout::MOST;
use nanobragg::units::to_deg;
use nanobragg_io::geometry::{About, Geometry, GeometryFormat, Panel, Polarization, Scan, SensorMaterial};

use super::axes::standing;
use super::{Axes, FrameDescription};

/// Millimeters of a meter.
const MM: f64 = 1000.0;

/// The instrument of a detector whose panels have these names and plans, in the frame of imgCIF. A still has no scan: its
/// crystal lies as the spindle has turned it. Nothing is said of a detector without panels.
///
/// ```
/// use nanobragg::model::{Experiment, UnitCell};
/// use nanobragg_session::header::instrument;
///
/// let experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
/// let plan = experiment.plan()?;
/// let found = instrument(&[("", &plan)]).expect("one panel");
/// assert_eq!(found.beam.map(|beam| beam.z), Some(-1.0));
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn instrument(panels: &[(&str, &Plan)]) -> Option<Geometry> {
    let (_, first) = panels.first()?;
    Some(laboratory(panels)?.turned(&Axes::rotation(&first.detector)))
}

/// The same as a file in `format` has it. CrystFEL's has no crystal: where the beam travels along z in the laboratory, directions that are said
/// beside the file mean what they meant when it was made.
pub fn instrument_for(format: GeometryFormat, panels: &[(&str, &Plan)]) -> Option<Geometry> {
    let stays = |found: &Geometry| format == GeometryFormat::Geom && found.beam == Some(Vector3::z());
    laboratory(panels).filter(stays).or_else(|| instrument(panels))
}

/// The same in the frame of the laboratory, in which an experiment that is read from it has the detector and the crystal where
/// the plans have them.
pub fn laboratory(panels: &[(&str, &Plan)]) -> Option<Geometry> {
    let (_, first) = panels.first()?;
    let detector = &first.detector;
    let rotation = first.resolved.rotation;
    let turns = rotation.range() != 0.0;
    let spindle = detector.spindle_axis[1];
    let crystal = standing(first.crystal.shape.reciprocal.vectors, &spindle, rotation.start(), turns);
    let panel = |&(name, plan): &(&str, &Plan)| {
        let frame = &plan.detector;
        let pixel_mm = frame.panel.pixel_size * MM;
        Panel {
            name: name.to_owned(),
            origin_mm: frame.pix0 * MM,
            fast: frame.fdet.normalize(),
            slow: frame.sdet.normalize(),
            pixel_mm: [pixel_mm * frame.fdet.norm(), pixel_mm * frame.sdet.norm()],
            distance_elsewhere: None,
            fast_pixels: plan.region.image_fast,
            slow_pixels: plan.region.image_slow,
        }
    };
    let beam = detector.beam.normalize();
    let polarization = |kahn: f64| {
        // The field oscillates along the polarization axis, and so in the plane whose normal is across it.
        let normal = beam.cross(&detector.polar).try_normalize(1e-9)?;
        // Kahn's factor is the difference of the two directions' parts, which add up to one.
        Some(Polarization { normal, fraction: (1.0 + kahn) / 2.0 })
    };
    Some(Geometry {
        wavelength_angstrom: Some(first.resolved.wavelength * 1e10),
        beam: Some(beam),
        polarization: first.resolved.kahn.and_then(polarization),
        panels: panels.iter().map(panel).collect(),
        spindle_axis: turns.then_some(spindle),
        scan: turns
            .then(|| Scan { start_deg: to_deg(rotation.start()), range_deg: to_deg(rotation.range()) }),
        crystal: Some(Matrix3::from_columns(&crystal)),
        space_group: None,
        lone_cell: None,
        varying_images: 1,
        warnings: Vec::new(),
    })
}

/// What a description says beside the instrument, of `images` images with the plan `plan`, made by what `frame` says.
pub fn about(plan: &Plan, frame: &FrameDescription, images: usize) -> About {
    let thickness = frame.panel.sensor_thickness;
    About {
        images,
        exposure_s: plan.resolved.exposure,
        saturation: MOST,
        sensor: thickness.filter(|_| plan.resolved.mu > 0.0).map(|thickness| SensorMaterial {
            thickness_mm: thickness * MM,
            mu_per_mm: plan.resolved.mu / MM,
        }),
        template: None,
        made_by: frame.made_by(),
    }
}

/// What of an experiment a description of the instrument in `format` has no words for, so that the image of what is read from it is
/// another one. Size, shape and spread of the crystal are no part of an instrument.
pub fn unsaid(plan: &Plan, format: GeometryFormat) -> Vec<String> {
    let mut what = Vec::new();
    let kahn = plan.resolved.kahn;
    let is_detector = format == GeometryFormat::Geom;
    match kahn {
        None => what.push("the polarization being off".to_owned()),
        Some(kahn) if is_detector && kahn != 0.0 => what.push("the polarization".to_owned()),
        Some(_) => {}
    }
    if is_detector && plan.resolved.rotation.range() != 0.0 {
        what.push("the rotation".to_owned());
    }
    let count = |of: &dyn Fn(&SourcePlan<f64>) -> [u64; 3]| {
        plan.sources.iter().map(of).collect::<BTreeSet<[u64; 3]>>().len()
    };
    let wavelengths = count(&|source| [source.wavelength.to_bits(), 0, 0]);
    let directions =
        count(&|source| [source.incident.x, source.incident.y, source.incident.z].map(f64::to_bits));
    for (number, of) in [(wavelengths, "wavelengths"), (directions, "directions of incidence")] {
        if number > 1 {
            what.push(format!("{number} {of}"));
        }
    }
    what
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Convention, Experiment, PixelGrid, Rotation, UnitCell};
    use nanobragg::nalgebra::Rotation3;

    fn plan(change: impl FnOnce(&mut Experiment)) -> Plan {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 80.0, 85.0, 95.0).unwrap(), 1.0);
        experiment.detector.convention = Convention::Xds;
        experiment.detector.pixels = PixelGrid::new(20, 30, 1e-3);
        experiment.detector.tilt.twotheta = 0.2;
        change(&mut experiment);
        experiment.plan().unwrap()
    }

    #[test]
    fn it_says_what_the_headers_say() {
        let plan = plan(|experiment| {
            experiment.rotation = Rotation::over(0.1, 0.2, 1).unwrap();
        });
        let (axes, found) = (Axes::imgcif(&plan), instrument(&[("p", &plan)]).unwrap());
        let panel = &found.panels[0];
        let near = |a: Vector3<f64>, b: Vector3<f64>| (a - b).norm() < 1e-9;
        assert!(near(panel.fast, axes.fast) && near(panel.slow, axes.slow));
        assert!(near(panel.origin_mm, axes.origin_mm) && near(found.spindle_axis.unwrap(), axes.spindle));
        let crystal = found.crystal.unwrap();
        assert!((0..3).all(|at| near(crystal.column(at).into_owned(), axes.reciprocal[at])));
        assert!((found.scan.unwrap().range_deg - 0.2_f64.to_degrees()).abs() < 1e-12);
        assert!(instrument(&[]).is_none());
    }

    #[test]
    fn what_a_description_has_no_words_for_is_listed() {
        let of = |change: fn(&mut Experiment)| {
            let plan = plan(change);
            [GeometryFormat::Expt, GeometryFormat::Geom].map(|format| unsaid(&plan, format).join(", "))
        };
        assert_eq!(of(|_| {}), ["", ""]);
        let off = of(|experiment| {
            experiment.beam =
                experiment.beam.clone().with_polarization(nanobragg::model::Polarization::Off).unwrap();
        });
        assert_eq!(off, ["the polarization being off"; 2]);
        let turned = of(|experiment| {
            let beam = experiment.beam.clone();
            experiment.beam = beam.with_polarization(nanobragg::model::Polarization::Kahn(0.9)).unwrap();
            experiment.rotation = Rotation::over(0.1, 0.2, 1).unwrap();
        });
        assert_eq!(turned, ["", "the polarization, the rotation"]);
    }

    #[test]
    fn a_still_lies_as_the_spindle_has_turned_it() {
        let at = |start: f64| {
            let plan = plan(|experiment| {
                experiment.rotation = Rotation::still(start);
            });
            instrument(&[("", &plan)]).unwrap()
        };
        let (rest, turned) = (at(0.0), at(0.3));
        assert_eq!((turned.scan, turned.spindle_axis), (None, None));
        let back = Rotation3::from_axis_angle(&Vector3::x_axis(), 0.3).matrix().transpose();
        assert!((back * turned.crystal.unwrap() - rest.crystal.unwrap()).norm() < 1e-12);
        assert!((turned.crystal.unwrap() - rest.crystal.unwrap()).norm() > 1e-4);
    }
}
