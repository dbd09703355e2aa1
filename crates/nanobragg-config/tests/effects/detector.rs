//! Size, place and sensor of the detector.

use nanobragg::model::{
    Convention, Distance, Frame, Mask, Pivot, PixelGrid, Placement, Rest, Rotation, Sensor,
};
use nanobragg::nalgebra::Vector3;
use nanobragg_config::Setup;
use nanobragg_config::classic::FlagId;

use super::{Effect, after, degrees, sets};

pub fn effects() -> Vec<Effect> {
    let mut effects = size_and_headers();
    effects.extend(place());
    effects.extend(axes());
    effects.extend(turns_and_sensor());
    effects
}

/// What the header of `a.img` says, the slow beam center left to the caller.
fn header(s: &mut Setup, y_beam: f64) {
    let experiment = &mut s.experiment;
    let detector = &mut experiment.detector;
    detector.pixels = PixelGrid { pixel_size: 0.002, size_fast: 0.006, size_slow: 0.004 };
    let rest = Rest { distance: Distance::ToPlane(0.14), ..Rest::at(0.15) };
    let near = [2.0, 3.0].map(|pixels| pixels * 0.002);
    detector.placement = rest.with_beam_center(0.003, y_beam).with_near_point(near[0], near[1]).into();
    experiment.beam = experiment.beam.clone().with_wavelength(1.2e-10).unwrap();
    experiment.rotation = wedge(10.0);
}

/// Half a degree, in the two steps of a range alone.
fn wedge(start: f64) -> Rotation {
    Rotation::over(degrees(start), degrees(0.5), 2).unwrap()
}

fn size_and_headers() -> Vec<Effect> {
    vec![
        sets(FlagId::Geometry, "a.expt", |s| {
            let frame = Frame {
                beam: Vector3::new(0.0, 0.0, -1.0),
                fdet: Vector3::x(),
                sdet: Vector3::new(0.0, -1.0, 0.0),
                odet: Vector3::new(0.0, 0.0, -1.0),
                twotheta_axis: Vector3::y(),
                polar: Vector3::new(-1.0, 0.0, 0.0),
                spindle_axis: Vector3::x(),
            };
            let experiment = &mut s.experiment;
            experiment.detector.convention = Convention::Custom(frame);
            experiment.detector.pixels =
                PixelGrid { pixel_size: 0.0005, size_fast: 0.002, size_slow: 0.0015 };
            experiment.detector.placement = Placement::Measured { origin: [-0.001, 0.001, -0.1] };
            experiment.beam = experiment.beam.clone().with_wavelength(1.1 / 1e10).unwrap();
            experiment.rotation = wedge(5.0);
        }),
        after("-geometry a.expt", FlagId::ExperimentNumber, "1", |s| {
            s.experiment.beam = s.experiment.beam.clone().with_wavelength(1.2e-10).unwrap();
            s.experiment.rotation = wedge(5.0);
        }),
        after("-geometry a.expt", FlagId::ScanPoint, "2", |s| s.experiment.rotation = wedge(6.0)),
        after("-geometry a.expt", FlagId::Panel, "1", |s| {
            s.experiment.detector = s.panels[1].detector.clone()
        }),
        after("-quirks spec", FlagId::Img, "a.img", |s| header(s, 0.004)),
        sets(FlagId::Img, "a.img", |s| {
            header(s, 0.004);
            s.experiment.detector.tilt.twotheta = degrees(7.0);
            s.experiment.detector.pivot = Some(Pivot::Sample);
        }),
        after("-quirks spec", FlagId::Mask, "a.img", |s| {
            header(s, 0.0);
            let keep = [false, true, true, true, false, true].into();
            s.experiment.rendering.mask = Some(Mask { fast: 3, slow: 2, keep });
        }),
        sets(FlagId::Pixel, "0.2", |s| s.experiment.detector.pixels.pixel_size = 0.0002),
        sets(FlagId::DetPixels, "12", |s| s.experiment.detector.pixels = PixelGrid::new(12, 12, 0.0001)),
        sets(FlagId::DetPixelsF, "12", |s| s.experiment.detector.pixels.size_fast = 12.0 * 0.0001),
        sets(FlagId::DetPixelsS, "12", |s| s.experiment.detector.pixels.size_slow = 12.0 * 0.0001),
        sets(FlagId::DetSize, "50", |s| {
            s.experiment.detector.pixels.size_fast = 0.05;
            s.experiment.detector.pixels.size_slow = 0.05;
        }),
        sets(FlagId::DetSizeF, "50", |s| s.experiment.detector.pixels.size_fast = 0.05),
        sets(FlagId::DetSizeS, "50", |s| s.experiment.detector.pixels.size_slow = 0.05),
    ]
}

/// The detector with what `change` makes of it at rest, of the default beam center and of its middle.
fn rest(s: &mut Setup, change: fn(Rest, [f64; 2], [f64; 2]) -> Rest, pivot: Pivot) {
    let detector = &mut s.experiment.detector;
    let middle = [detector.pixels.size_fast / 2.0, detector.pixels.size_slow / 2.0];
    let center = detector.convention.default_center(&detector.pixels, middle);
    detector.placement = change(Rest::at(0.1), center, middle).into();
    detector.pivot = Some(pivot);
}

fn corner(s: &mut Setup, origin: [f64; 3]) {
    s.experiment.detector.placement = Placement::Corner { origin, rest: Rest::at(0.1) };
}

fn place() -> Vec<Effect> {
    vec![
        sets(FlagId::Distance, "120", |s| s.experiment.detector.placement = Placement::at(0.12)),
        sets(FlagId::CloseDistance, "95", |s| {
            let rest = Rest { distance: Distance::ToPlane(0.095), ..Rest::at(0.1) };
            s.experiment.detector.placement = rest.into();
            s.experiment.detector.pivot = Some(Pivot::Sample);
        }),
        sets(FlagId::Xbeam, "30", |s| {
            rest(s, |rest, [_, y], _| rest.with_beam_center(0.03, y), Pivot::Beam);
        }),
        sets(FlagId::Ybeam, "-30", |s| {
            rest(s, |rest, [x, _], _| rest.with_beam_center(x, -0.03), Pivot::Beam);
        }),
        after("-xds", FlagId::Xclose, "30", |s| {
            let close = |rest: Rest, [_, y]: [f64; 2], [_, slow]: [f64; 2]| {
                rest.with_beam_center(0.03, y).with_near_point(0.03, slow)
            };
            rest(s, close, Pivot::Sample);
        }),
        sets(FlagId::Yclose, "30", |s| {
            rest(s, |rest, _, [fast, _]| rest.with_near_point(fast, 0.03), Pivot::Sample);
        }),
        sets(FlagId::OrgX, "30.5", |s| {
            rest(s, |rest, _, [_, slow]| rest.with_near_point(30.0 * 0.0001, slow), Pivot::Sample);
        }),
        sets(FlagId::OrgY, "30.5", |s| {
            rest(s, |rest, _, [fast, _]| rest.with_near_point(fast, 30.0 * 0.0001), Pivot::Sample);
        }),
        sets(FlagId::Pivot, "sample", |s| s.experiment.detector.pivot = Some(Pivot::Sample)),
        after("-pivot sample", FlagId::Pivot, "beam", |s| s.experiment.detector.pivot = Some(Pivot::Beam)),
    ]
}

/// The custom convention with one vector of its own.
fn custom(s: &mut Setup, change: fn(&mut Frame, Vector3<f64>)) {
    let mut frame = Frame::default();
    change(&mut frame, Vector3::new(1.0, 2.0, -3.0));
    s.experiment.detector.convention = Convention::Custom(frame);
}

fn axes() -> Vec<Effect> {
    let convention = |flag, before, change| after(before, flag, "", change);
    vec![
        convention(FlagId::Mosflm, "-xds", |s| s.experiment.detector.convention = Convention::Mosflm),
        convention(FlagId::Xds, "", |s| s.experiment.detector.convention = Convention::Xds),
        convention(FlagId::Adxv, "", |s| s.experiment.detector.convention = Convention::Adxv),
        convention(FlagId::Denzo, "", |s| s.experiment.detector.convention = Convention::Denzo),
        convention(FlagId::Dials, "", |s| s.experiment.detector.convention = Convention::Dials),
        // Without it, the normal would follow.
        after("-odet_vector 1 0 0", FlagId::FdetVector, "1 2 -3", |s| custom(s, |frame, v| frame.fdet = v)),
        after("-odet_vector 1 0 0", FlagId::SdetVector, "1 2 -3", |s| custom(s, |frame, v| frame.sdet = v)),
        sets(FlagId::OdetVector, "1 2 -3", |s| custom(s, |frame, v| frame.odet = v)),
        sets(FlagId::SpindleAxis, "1 2 -3", |s| custom(s, |frame, v| frame.spindle_axis = v)),
        sets(FlagId::TwothetaAxis, "1 2 -3", |s| custom(s, |frame, v| frame.twotheta_axis = v)),
        after("-quirks reference -xds", FlagId::TwothetaAxis, "1 2 -3", |s| {
            custom(s, |frame, v| frame.twotheta_axis = v);
            s.experiment.detector.tilt.twotheta = degrees(1.0);
            s.experiment.detector.pivot = Some(Pivot::Sample);
        }),
        sets(FlagId::Pix0Vector, "0.1 0.2 -0.3", |s| {
            s.experiment.detector.convention = Convention::Custom(Frame::default());
            corner(s, [0.1, 0.2, -0.3]);
        }),
        sets(FlagId::Pix0VectorMm, "1 2 -3", |s| {
            s.experiment.detector.convention = Convention::Custom(Frame::default());
            corner(s, [0.001, 0.002, -0.003]);
        }),
    ]
}

fn sensor(s: &mut Setup, sensor: Result<Sensor, nanobragg::Error>) {
    s.experiment.detector.sensor = sensor.unwrap();
}

fn turns_and_sensor() -> Vec<Effect> {
    vec![
        sets(FlagId::Twotheta, "20", |s| {
            s.experiment.detector.tilt.twotheta = degrees(20.0);
            s.experiment.detector.pivot = Some(Pivot::Sample);
        }),
        sets(FlagId::DetectorRotX, "5", |s| s.experiment.detector.tilt.x = degrees(5.0)),
        sets(FlagId::DetectorRotY, "5", |s| s.experiment.detector.tilt.y = degrees(5.0)),
        sets(FlagId::DetectorRotZ, "5", |s| s.experiment.detector.tilt.z = degrees(5.0)),
        sets(FlagId::CurvedDet, "", |s| s.experiment.detector.curved = true),
        sets(FlagId::PointPixel, "", |s| s.experiment.detector.point_pixel = true),
        sets(FlagId::DetectorAbs, "250", |s| sensor(s, Sensor::NONE.with_attenuation(4000.0))),
        after("-detector_thick 450", FlagId::DetectorAbs, "inf", |s| {
            sensor(s, Sensor::NONE.with_attenuation(0.0));
        }),
        sets(FlagId::DetectorThick, "450", |s| sensor(s, Sensor::new(450.0 * 1e-6))),
        after("-detector_thick 450", FlagId::DetectorThicksteps, "4", |s| {
            sensor(s, s.experiment.detector.sensor.with_layers(4));
        }),
    ]
}
