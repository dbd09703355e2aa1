//! From a convention, a distance and a beam center to the detector's axes and origin.

use std::ops::Deref;

use nalgebra::Vector3;

use super::Warning;
use super::place::{Axes, DetectorChoice, DetectorParameters, PlacementParameters};
use super::plane;
use crate::check::ranged;
use crate::error::{Error, PlanCause};
use crate::model::{BeamCenter, Convention, Detector, Distance, Pivot, Placement, Quirk, Quirks, Rest};
use crate::physics::geometry::Panel;
use crate::physics::rotation::{dot, unitize};
use crate::real::Real;

/// Where the detector is, in the laboratory frame of the convention: a [`Panel`], whose fields it has, and what reports
/// and image headers say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectorPlan<T: Real> {
    /// The plane of pixels.
    pub panel: Panel<T>,
    /// Pixels along the fast axis.
    pub fast_pixels: usize,
    /// Pixels along the slow axis.
    pub slow_pixels: usize,
    /// Spindle axis as given, and as a unit vector.
    pub spindle_axis: [Vector3<f64>; 2],
    /// Direction of polarization.
    pub polar: Vector3<f64>,
    /// Figures for reports and image headers.
    pub report: DetectorReport,
}

impl<T: Real> Deref for DetectorPlan<T> {
    type Target = Panel<T>;

    fn deref(&self) -> &Panel<T> {
        &self.panel
    }
}

/// Figures of the detector for reports and image headers; lengths in meters.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectorReport {
    /// Name of the convention.
    pub convention: &'static str,
    /// What the detector was rotated about.
    pub pivot: Pivot,
    /// Beam center in the convention's coordinates.
    pub center: BeamCenter,
    /// Direct beam along the fast and slow axes, from the outer edge of the first pixel.
    pub beam_spot: (f64, f64),
    /// Nearest point along the fast and slow axes.
    pub near_point: (f64, f64),
    /// Nearest point in XDS pixels.
    pub org: (f64, f64),
    /// Origin in the DIALS frame, millimeters.
    pub dials_origin_mm: [f64; 3],
    /// Extent along the fast and slow axes.
    pub size: (f64, f64),
    /// Detector swing in radians.
    pub twotheta: f64,
}

/// The convention's directions as unit vectors.
#[derive(Clone, Debug)]
pub(super) struct UnitFrame {
    pub beam: Vector3<f64>,
    pub polar: Vector3<f64>,
    /// Across beam and polarization.
    pub vertical: Vector3<f64>,
    pub spindle_axis: Vector3<f64>,
}

/// A detector in its place, and how it got there.
pub(super) struct ChosenDetector {
    pub plan: DetectorPlan<f64>,
    pub frame: UnitFrame,
    pub choice: DetectorChoice,
    pub parameters: DetectorParameters,
}

impl ChosenDetector {
    pub(super) fn new(
        detector: &Detector,
        quirks: Quirks,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, Error> {
        let grid = detector.pixels;
        let pixel = grid.pixel_size;
        let frame = detector.convention.frame();
        let (mut axes, unit) = unit_axes(&detector.convention, quirks, warnings)?;
        let measured = match detector.placement {
            Placement::Measured { origin } => Some(origin),
            Placement::Rest(_) | Placement::Corner { .. } => None,
        };
        if let Some(origin) = measured {
            let (fdet, sdet) = (frame.fdet, frame.sdet);
            let off = [dot(&fdet, &fdet) - 1.0, dot(&sdet, &sdet) - 1.0, dot(&fdet, &sdet)];
            if off.into_iter().any(|difference| difference.abs() > 1e-9) {
                // Steps from pixel to pixel of a panel that is not square: their parallelogram has a pixel's area.
                (axes.fdet, axes.sdet) = (fdet, sdet);
            }
            if dot(&Vector3::from(origin), &axes.odet) < 0.0 {
                // The sign of fast axis x slow axis is an accident of how the detector is read out.
                axes.odet = -axes.odet;
            }
        }

        let rest = detector.placement.rest();
        let middle = [grid.size_fast / 2.0, grid.size_slow / 2.0];
        let given_near = rest.and_then(|rest| rest.near_point);
        let near = given_near.unwrap_or(middle);
        let given_center = rest.and_then(|rest| rest.beam_center);
        let center = given_center.unwrap_or_else(|| detector.convention.default_center(&grid, near));
        let center = detector.convention.beam_center(center, &grid);
        let pivot = pivot(detector, quirks);
        // The custom convention pivots about the point that its beam center names. So does a named one that
        // was told to pivot about the crystal: an image of a detector at rest does not depend on the pivot.
        let custom = matches!(detector.convention, Convention::Custom(_));
        let overridden = detector.convention.pivot() == Some(Pivot::Beam)
            && pivot == Pivot::Sample
            && given_near.is_none();
        // Of the two points that which was given places the detector.
        let counts = !quirks.has(Quirk::UnusedPointDropped);
        let by_center = counts && given_center.is_some() && given_near.is_none();
        let by_near = counts && given_near.is_some() && given_center.is_none();
        let beam = [center.fast, center.slow];

        let tilt = [detector.tilt.x, detector.tilt.y, detector.tilt.z];
        let twotheta = detector.tilt.twotheta;
        for (what, angle) in
            [("a detector rotation (rad)", tilt[0] + tilt[1] + tilt[2]), ("twotheta (rad)", twotheta)]
        {
            ranged(what, angle, "finite", true)?;
        }
        let point = match pivot {
            Pivot::Sample if !custom && !overridden && !by_center => near,
            Pivot::Beam if by_near => near,
            Pivot::Sample | Pivot::Beam => beam,
        };
        let placement = match detector.placement {
            Placement::Measured { origin } => PlacementParameters::Origin(origin.into()),
            Placement::Corner { origin, .. } if !quirks.has(Quirk::Pix0Ignored) => {
                PlacementParameters::Origin(origin.into())
            }
            Placement::Rest(Rest { distance, .. })
            | Placement::Corner { rest: Rest { distance, .. }, .. } => match distance {
                Distance::ToPlane(distance) => PlacementParameters::Near { point, distance },
                Distance::AlongBeam(distance) => PlacementParameters::Beam { point, distance },
            },
        };
        let parameters = DetectorParameters { placement, tilt, twotheta, shift: [0.0; 3], turn: [0.0; 3] };
        let choice = DetectorChoice {
            axes,
            pivot,
            pixel_size: pixel,
            curved: detector.curved,
            point_pixel: detector.point_pixel,
        };
        let (panel, ratio) = choice.place(&parameters);
        let Panel { fdet, sdet, pix0, close_distance, .. } = panel;
        let along = |v: &Vector3<f64>| components(v, &fdet, &sdet);
        let corner = along(&pix0);
        let near_point = (-corner.0, -corner.1);
        ranged(
            "the distance from the crystal to the detector's plane (m)",
            close_distance,
            "other than zero",
            close_distance != 0.0,
        )?;
        ranged("the distance along the beam (m)", panel.distance, "finite", true)?;
        plane::check(&panel, measured.is_some(), quirks, warnings)?;
        let spot = Vector3::from_fn(|i, _| close_distance / ratio * panel.beam[i] - pix0[i]);
        let beam_spot = along(&spot);
        let center = match measured {
            Some(_) => BeamCenter { x: beam_spot.0, y: beam_spot.1, fast: beam_spot.0, slow: beam_spot.1 },
            None => center,
        };
        let report = DetectorReport {
            convention: detector.convention.name(),
            pivot,
            center,
            beam_spot,
            near_point,
            org: (near_point.0 / pixel + 0.5, near_point.1 / pixel + 0.5),
            dials_origin_mm: [1000.0 * pix0.z, 1000.0 * pix0.y, 1000.0 * -pix0.x],
            size: (grid.size_fast, grid.size_slow),
            twotheta,
        };
        let plan = DetectorPlan {
            panel,
            fast_pixels: grid.fast(),
            slow_pixels: grid.slow(),
            spindle_axis: [frame.spindle_axis, unit.spindle_axis],
            polar: unit.polar,
            report,
        };
        Ok(ChosenDetector { plan, frame: unit, choice, parameters })
    }
}

/// How far `v` goes along two axes of a plane: its products with them where they are unit vectors at right angles.
fn components(v: &Vector3<f64>, fast: &Vector3<f64>, slow: &Vector3<f64>) -> (f64, f64) {
    let (f, s) = (dot(v, fast), dot(v, slow));
    let (ff, ss, fs) = (dot(fast, fast), dot(slow, slow), dot(fast, slow));
    if [ff - 1.0, ss - 1.0, fs].into_iter().all(|difference| difference.abs() < 1e-9) {
        return (f, s);
    }
    let determinant = ff * ss - fs * fs;
    ((f * ss - s * fs) / determinant, (s * ff - f * fs) / determinant)
}

/// The axes of a convention with the lengths that the quirks leave them.
fn unit_axes(
    convention: &Convention,
    quirks: Quirks,
    warnings: &mut Vec<Warning>,
) -> Result<(Axes, UnitFrame), Error> {
    let frame = convention.frame();
    let unit = |name: &'static str, v: &Vector3<f64>| match unitize(v) {
        (unit, length) if length > 0.0 && length.is_finite() => Ok(unit),
        _ => Err(Error::from(PlanCause::NoDirection(name))),
    };
    let beam = unit("beam vector", &frame.beam)?;
    let polar = unit("polarization vector", &frame.polar)?;
    let unit_frame = UnitFrame {
        beam: if quirks.has(Quirk::VectorsAsGiven) { frame.beam } else { beam },
        polar,
        vertical: unitize(&beam.cross(&polar)).0,
        spindle_axis: unit("spindle axis", &frame.spindle_axis)?,
    };
    let axis = unit("two-theta axis", &frame.twotheta_axis)?;
    let twotheta = if quirks.has(Quirk::TwothetaAxisLength) { frame.twotheta_axis } else { axis };
    let (fdet, sdet) = (unit("fast axis", &frame.fdet)?, unit("slow axis", &frame.sdet)?);
    if quirks.has(Quirk::VectorsAsGiven) {
        unit("detector normal", &frame.odet)?;
        return Ok((
            Axes { beam: frame.beam, fdet: frame.fdet, sdet: frame.sdet, odet: frame.odet, twotheta },
            unit_frame,
        ));
    }
    let (mut odet, length) = unitize(&frame.odet);
    if length != 1.0 {
        // The reference program takes any length that is not exactly one for a normal that was not given.
        odet = unitize(&fdet.cross(&sdet)).0;
        if odet.norm() == 0.0 {
            return Err(PlanCause::NoDirection("detector normal (fast axis x slow axis)").into());
        }
        if (length - 1.0).abs() > 1e-3 {
            warnings.push(Warning::NormalRegenerated);
        }
    }
    Ok((Axes { beam, fdet, sdet, odet, twotheta }, unit_frame))
}

fn pivot(detector: &Detector, quirks: Quirks) -> Pivot {
    let own = detector.convention.pivot();
    match (own, detector.pivot) {
        (Some(own), _) if quirks.has(Quirk::ConventionPivotWins) => own,
        (_, Some(asked)) => asked,
        (Some(own), None) => own,
        (None, None) => Pivot::Beam,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Frame, PixelGrid, Preset, Tilt};

    fn plan(detector: &Detector, preset: Preset) -> DetectorPlan<f64> {
        ChosenDetector::new(detector, preset.into(), &mut Vec::new()).unwrap().plan
    }

    fn small(convention: Convention) -> Detector {
        Detector { convention, pixels: PixelGrid::new(64, 48, 1e-3), ..Detector::default() }
    }

    #[test]
    fn the_beam_spot_is_where_the_beam_center_says() {
        let placement = Rest::at(0.1).with_beam_center(0.02, 0.03).into();
        let detector = Detector { placement, ..small(Convention::Mosflm) };
        let spot = plan(&detector, Preset::Exact).report.beam_spot;
        assert!((spot.0 - 0.0305).abs() < 1e-15 && (spot.1 - 0.0205).abs() < 1e-15, "{spot:?}");
    }

    #[test]
    fn beam_pivot_keeps_the_spot_and_sample_pivot_the_near_point() {
        let tilt = Tilt { x: 0.1, y: -0.2, z: 0.05, twotheta: 0.3 };
        let rest = small(Convention::Mosflm);
        let beam = Detector { tilt: Tilt { twotheta: 0.0, ..tilt }, ..rest.clone() };
        let (a, b) = (plan(&rest, Preset::Exact), plan(&beam, Preset::Exact));
        assert!((a.report.beam_spot.0 - b.report.beam_spot.0).abs() < 1e-15);
        let sample = Detector { tilt, pivot: Some(Pivot::Sample), ..rest };
        let c = plan(&sample, Preset::Exact);
        assert!((a.report.near_point.1 - c.report.near_point.1).abs() < 1e-15);
        assert!((a.close_distance - c.close_distance).abs() < 1e-2);
    }

    #[test]
    fn convention_pivot_in_both_states_of_its_quirk() {
        let detector = Detector { pivot: Some(Pivot::Sample), ..small(Convention::Mosflm) };
        assert_eq!(plan(&detector, Preset::Reference).report.pivot, Pivot::Beam);
        assert_eq!(plan(&detector, Preset::Spec).report.pivot, Pivot::Sample);
    }

    #[test]
    fn at_rest_the_image_does_not_depend_on_the_pivot() {
        let placement = Rest::at(0.1).with_beam_center(0.02, 0.03).into();
        let beam = Detector { placement, ..small(Convention::Mosflm) };
        let sample = Detector { pivot: Some(Pivot::Sample), ..beam.clone() };
        let (a, b) = (plan(&beam, Preset::Spec), plan(&sample, Preset::Spec));
        assert!((a.pix0 - b.pix0).norm() < 1e-15);
    }

    #[test]
    fn the_point_that_is_given_places_the_detector_whatever_the_pivot() {
        let named =
            [Convention::Mosflm, Convention::Denzo, Convention::Adxv, Convention::Xds, Convention::Dials];
        for convention in named {
            for pivot in [None, Some(Pivot::Beam), Some(Pivot::Sample)] {
                let place = |rest: Rest| {
                    let detector = Detector { placement: rest.into(), pivot, ..small(convention) };
                    plan(&detector, Preset::Exact).report.beam_spot
                };
                let near = place(Rest::at(0.1).with_near_point(0.021, 0.017));
                assert!((near.0 - 0.021).abs() < 1e-15 && (near.1 - 0.017).abs() < 1e-15, "{near:?}");
                let (x, y) = convention.center_of_spot(near, &small(convention).pixels);
                let center = place(Rest::at(0.1).with_beam_center(x, y));
                let off = [center.0 - near.0, center.1 - near.1];
                assert!(
                    off.iter().all(|off| off.abs() < 1e-15),
                    "{} {pivot:?} {center:?}",
                    convention.name()
                );
            }
        }
    }

    #[test]
    fn a_point_that_the_pivot_does_not_go_by_is_dropped_with_its_quirk() {
        let place = |convention, pivot, rest: Rest, quirks: Quirks| {
            let detector = Detector { placement: rest.into(), pivot: Some(pivot), ..small(convention) };
            ChosenDetector::new(&detector, quirks, &mut Vec::new()).unwrap().plan.pix0
        };
        let cases = [
            (Convention::Xds, Pivot::Sample, Rest::at(0.1).with_beam_center(0.011, 0.013)),
            (Convention::Mosflm, Pivot::Beam, Rest::at(0.1).with_near_point(0.011, 0.013)),
        ];
        for (convention, pivot, rest) in cases {
            let [with, without] = [Quirks::NONE.with(Quirk::UnusedPointDropped), Quirks::NONE];
            let alone = |quirks| place(convention, pivot, rest, quirks);
            assert_eq!(alone(with), place(convention, pivot, Rest::at(0.1), with));
            assert!((alone(without) - alone(with)).norm() > 1e-3, "{}", convention.name());
            assert_eq!(alone(with), place(convention, pivot, rest, Preset::Spec.into()));
        }
    }

    #[test]
    fn pix0_in_both_states_of_its_quirk() {
        let placement = Placement::Corner { origin: [0.1, 0.04, -0.03], rest: Rest::at(0.1) };
        let detector = Detector { placement, ..small(Convention::Custom(Frame::default())) };
        assert_ne!(plan(&detector, Preset::Spec).pix0, Vector3::new(0.1, 0.04, -0.03));
        let exact = plan(&detector, Preset::Exact);
        assert_eq!(exact.pix0, Vector3::new(0.1, 0.04, -0.03));
        assert!(
            (exact.report.near_point.0 - 0.03).abs() < 1e-15 && (exact.close_distance - 0.1).abs() < 1e-15
        );
    }

    #[test]
    fn a_measured_origin_holds_under_every_preset_and_the_normal_points_away() {
        let origin = [-0.03, 0.02, 0.1];
        let frame = |sdet| Frame {
            beam: Vector3::z(),
            fdet: Vector3::x(),
            sdet,
            odet: Vector3::zeros(),
            ..Frame::default()
        };
        for preset in Preset::ALL.iter().filter(|preset| **preset != Preset::Port) {
            for sdet in [Vector3::y(), -Vector3::y()] {
                let placement = Placement::Measured { origin };
                let detector = Detector { placement, ..small(Convention::Custom(frame(sdet))) };
                let plan = plan(&detector, *preset);
                assert_eq!(plan.pix0, Vector3::from(origin));
                assert_eq!((plan.odet, plan.close_distance, plan.distance), (Vector3::z(), 0.1, 0.1));
                assert!((plan.report.beam_spot.0 - 0.03).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn axes_of_a_measured_panel_keep_their_lengths_and_angle() {
        let (fdet, sdet) = (Vector3::new(1.25, 0.0, 0.0), Vector3::new(0.1, 0.8, 0.0));
        let frame = Frame { beam: Vector3::z(), fdet, sdet, odet: Vector3::zeros(), ..Frame::default() };
        let convention = Convention::Custom(frame);
        let placement = Placement::Measured { origin: [-0.03, 0.02, 0.1] };
        let detector = Detector { placement, ..small(convention) };
        let plan = plan(&detector, Preset::Exact);
        assert_eq!((plan.fdet, plan.sdet, plan.odet), (fdet, sdet, Vector3::z()));
        let spot = plan.pix0 + fdet * plan.report.beam_spot.0 + sdet * plan.report.beam_spot.1;
        assert!((spot - Vector3::new(0.0, 0.0, 0.1)).norm() < 1e-15, "{spot}");
    }

    #[test]
    fn a_normal_of_another_length_is_regenerated() {
        let frame = Frame { odet: Vector3::new(0.9, 0.1, 0.0), ..Frame::default() };
        let detector = small(Convention::Custom(frame));
        assert_eq!(plan(&detector, Preset::Spec).odet, Vector3::x());
        assert_eq!(plan(&detector, Preset::Port).odet, frame.odet);
    }

    #[test]
    fn twotheta_axis_length_in_both_states_of_its_quirk() {
        let frame = Frame { twotheta_axis: Vector3::new(0.0, 2.0, 0.0), ..Frame::default() };
        let tilt = Tilt { twotheta: 0.2, ..Tilt::default() };
        let detector = Detector { tilt, ..small(Convention::Custom(frame)) };
        assert!((plan(&detector, Preset::Spec).fdet.norm() - 1.0).abs() < 1e-15);
        assert!((plan(&detector, Preset::Reference).fdet.norm() - 1.0).abs() > 0.01);
    }

    #[test]
    fn a_vector_without_direction_is_an_error() {
        let frame = Frame { fdet: Vector3::zeros(), ..Frame::default() };
        let detector = small(Convention::Custom(frame));
        let error = ChosenDetector::new(&detector, Quirks::default(), &mut Vec::new()).err().unwrap();
        assert_eq!(error.to_string(), "the fast axis has no direction");
    }
}
