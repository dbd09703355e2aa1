//! Flags of the detector: its size, its place, its sensor.

use nanobragg::model::{Convention, Pivot, Quirk};

use super::row::{ANY, PIXELS, PLACE, POSITIVE, rows};
use crate::classic::role::Pivots;
use crate::classic::{Conflicts, FlagId, Group, Limits, Role, Unit, WordRule};

rows!(
    Group::Detector,
    Pixel(&["-pixel"], "edge of a square pixel")
        .number("MM", Unit::Millimeter, POSITIVE)
        .likely(&[(1e-3, 10.0)])
        .default("0.1")
        .role(Role::PlacesDetector)
        .shows(&["pixel size"])
        .effect(|draft, given| draft.detector().pixels.pixel_size = given.si()),
    DetPixels(&["-detpixels"], "pixels along both edges")
        .integer("N", PIXELS)
        .sense(Limits::Positive)
        .otherwise("from -detsize")
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .effect(|draft, given| (draft.fast_pixels, draft.slow_pixels) = (given.count(), given.count())),
    DetPixelsF(&["-detpixels_f", "-detpixels_x"], "pixels along the fast axis")
        .integer("N", PIXELS)
        .sense(Limits::Positive)
        .otherwise("from -detsize_f")
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .effect(|draft, given| draft.fast_pixels = given.count()),
    DetPixelsS(&["-detpixels_s", "-detpixels_y"], "pixels along the slow axis")
        .integer("N", PIXELS)
        .sense(Limits::Positive)
        .otherwise("from -detsize_s")
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .effect(|draft, given| draft.slow_pixels = given.count()),
    DetSize(&["-detsize"], "length of both edges")
        .number("MM", Unit::Millimeter, POSITIVE)
        .likely(&[(0.1, 5000.0)])
        .default("102.4")
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .effect(|draft, given| (draft.detector().pixels.size_fast, draft.detector().pixels.size_slow) =
            (given.si(), given.si())),
    DetSizeF(&["-detsize_f"], "length along the fast axis")
        .number("MM", Unit::Millimeter, POSITIVE)
        .likely(&[(0.1, 5000.0)])
        .default("102.4")
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .effect(|draft, given| draft.detector().pixels.size_fast = given.si()),
    DetSizeS(&["-detsize_s"], "length along the slow axis")
        .number("MM", Unit::Millimeter, POSITIVE)
        .likely(&[(0.1, 5000.0)])
        .default("102.4")
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .effect(|draft, given| draft.detector().pixels.size_slow = given.si()),
    Distance(&["-distance"], "from the sample to the detector along the beam; beam pivot. For a .geom file with clen in the \
     data files: that clen")
        .number("MM", Unit::Millimeter, POSITIVE)
        .likely(&[(5.0, 20_000.0)])
        .default("100")
        .role(Role::PlacesDetector)
        .pivot(Pivots::InOrder(Pivot::Beam))
        .shows(&["distance"])
        .effect(|draft, given| draft.placement.distance = given.si()),
    CloseDistance(&["-close_distance"], "from the sample to the detector along its normal; sample pivot")
        .number("MM", Unit::Millimeter, ANY)
        .likely(&[(5.0, 20_000.0)])
        .sense(Limits::Positive)
        .otherwise("from -distance")
        .role(Role::PlacesDetector)
        .pivot(Pivots::Always(Pivot::Sample))
        .shows(&["pivot", "close distance"])
        .effect(|draft, given| draft.placement.close_distance = Some(given.si())),
    Mosflm(&["-mosflm"], "MOSFLM's axes and beam center")
        .default_on("this convention")
        .role(Role::PlacesDetector)
        .role(Role::Convention)
        .pivot(Pivots::InOrder(Pivot::Beam))
        .shows(&["convention"])
        .effect(|draft, _| draft.choose(Convention::Mosflm)),
    Denzo(&["-denzo"], "DENZO's beam center: MOSFLM's without its half pixel")
        .role(Role::PlacesDetector)
        .role(Role::Convention)
        .pivot(Pivots::InOrder(Pivot::Beam))
        .shows(&["convention"])
        .effect(|draft, _| draft.choose(Convention::Denzo)),
    Adxv(&["-adxv"], "ADXV's axes and beam center")
        .role(Role::PlacesDetector)
        .role(Role::Convention)
        .pivot(Pivots::InOrder(Pivot::Beam))
        .shows(&["convention"])
        .effect(|draft, _| draft.choose(Convention::Adxv)),
    Xds(&["-xds"], "XDS's axes and origin; sample pivot")
        .role(Role::PlacesDetector)
        .role(Role::Convention)
        .pivot(Pivots::InOrder(Pivot::Sample))
        .shows(&["convention"])
        .effect(|draft, _| draft.choose(Convention::Xds)),
    Dials(&["-dials"], "DIALS's axes and beam center; sample pivot")
        .role(Role::PlacesDetector)
        .role(Role::Convention)
        .pivot(Pivots::InOrder(Pivot::Beam))
        .shows(&["convention"])
        .effect(|draft, _| draft.choose(Convention::Dials)),
    Xbeam(
        &["-Xbeam"],
        "direct beam's first coordinate: along slow for -mosflm and -denzo, along fast for the \
            others; beam pivot"
    )
    .number("MM", Unit::Millimeter, ANY)
    .otherwise("the middle, with the pixel or half pixel of the convention")
    .role(Role::PlacesDetector)
    .pivot(Pivots::Always(Pivot::Beam))
    .shows(&["beam center X, Y"])
    .effect(|draft, given| draft.placement.beam[0] = Some(given.si())),
    Ybeam(
        &["-Ybeam"],
        "direct beam's second coordinate: along fast for -mosflm and -denzo, from the far end of \
            slow for -adxv, along slow for the others; beam pivot"
    )
    .number("MM", Unit::Millimeter, ANY)
    .otherwise("the middle, with the pixel or half pixel of the convention")
    .role(Role::PlacesDetector)
    .pivot(Pivots::Always(Pivot::Beam))
    .shows(&["beam center X, Y"])
    .effect(|draft, given| draft.placement.beam[1] = Some(given.si())),
    Xclose(&["-Xclose"], "fast coordinate of the point nearest to the sample; sample pivot")
        .number("MM", Unit::Millimeter, ANY)
        .otherwise("center")
        .role(Role::PlacesDetector)
        .pivot(Pivots::Always(Pivot::Sample))
        .shows(&["pivot", "beam center X, Y"])
        .effect(|draft, given| draft.placement.close[0] = Some(given.si())),
    Yclose(&["-Yclose"], "slow coordinate of the point nearest to the sample; sample pivot")
        .number("MM", Unit::Millimeter, ANY)
        .otherwise("center")
        .role(Role::PlacesDetector)
        .pivot(Pivots::Always(Pivot::Sample))
        .shows(&["pivot", "beam center X, Y"])
        .effect(|draft, given| draft.placement.close[1] = Some(given.si())),
    OrgX(&["-ORGX"], "fast coordinate of the nearest point, counted as XDS does; sample pivot")
        .number("PIXELS", Unit::Pixel, ANY)
        .otherwise("center")
        .role(Role::PlacesDetector)
        .pivot(Pivots::Always(Pivot::Sample))
        .shows(&["pivot", "near point (fast, slow)", "ORGX, ORGY"])
        .effect(|draft, given| draft.placement.org[0] = Some(given.number(0))),
    OrgY(&["-ORGY"], "slow coordinate of the nearest point, counted as XDS does; sample pivot")
        .number("PIXELS", Unit::Pixel, ANY)
        .otherwise("center")
        .role(Role::PlacesDetector)
        .pivot(Pivots::Always(Pivot::Sample))
        .shows(&["pivot", "near point (fast, slow)", "ORGX, ORGY"])
        .effect(|draft, given| draft.placement.org[1] = Some(given.number(0))),
    Pivot(&["-pivot"], "what the detector turns about: the sample, or the direct-beam spot")
        .word("sample|beam", &["sample", "beam"])
        .otherwise("the convention's")
        .role(Role::PlacesDetector)
        .shows(&["pivot"])
        .elsewhere(),
    DetectorRotX(&["-detector_rotx"], "turn the detector about x, first")
        .number("DEG", Unit::Degree, ANY)
        .default("0")
        .role(Role::PlacesDetector)
        .shows(&["rotations x, y, z"])
        .effect(|draft, given| draft.detector().tilt.x = given.si()),
    DetectorRotY(&["-detector_roty"], "turn the detector about y, second")
        .number("DEG", Unit::Degree, ANY)
        .default("0")
        .role(Role::PlacesDetector)
        .shows(&["rotations x, y, z"])
        .effect(|draft, given| draft.detector().tilt.y = given.si()),
    DetectorRotZ(&["-detector_rotz"], "turn the detector about z, third")
        .number("DEG", Unit::Degree, ANY)
        .default("0")
        .role(Role::PlacesDetector)
        .shows(&["rotations x, y, z"])
        .effect(|draft, given| draft.detector().tilt.z = given.si()),
    Twotheta(&["-twotheta"], "swing of the detector about the two-theta axis, last; sample pivot")
        .number("DEG", Unit::Degree, ANY)
        .likely(&[(1e-6, 180.0)])
        .default("0")
        .role(Role::PlacesDetector)
        .pivot(Pivots::Always(Pivot::Sample))
        .shows(&["pivot", "two-theta"])
        .effect(|draft, given| draft.detector().tilt.twotheta = given.si()),
    TwothetaAxis(&["-twotheta_axis"], "axis of the two-theta swing; selects a custom geometry")
        .vector(Unit::None)
        .otherwise("the convention's")
        .role(Role::PlacesDetector)
        .role(Role::Vector)
        .shows(&["convention", "two-theta"])
        .effect(|draft, given| {
            if draft.setup.experiment.quirks.has(Quirk::TwothetaAxisSetsAngle) {
                draft.detector().tilt.twotheta = Unit::Degree.to_si(given.number(0));
            }
            draft.custom().twotheta_axis = given.direction();
        }),
    FdetVector(
        &["-fdet_vector"],
        "direction in which the fast pixel coordinate grows; selects a custom geometry"
    )
    .vector(Unit::None)
    .otherwise("the convention's")
    .role(Role::PlacesDetector)
    .role(Role::Vector)
    .shows(&["convention"])
    .effect(|draft, given| draft.custom().fdet = given.direction()),
    SdetVector(
        &["-sdet_vector"],
        "direction in which the slow pixel coordinate grows; selects a custom geometry"
    )
    .vector(Unit::None)
    .otherwise("the convention's")
    .role(Role::PlacesDetector)
    .role(Role::Vector)
    .shows(&["convention"])
    .effect(|draft, given| draft.custom().sdet = given.direction()),
    OdetVector(&["-odet_vector"], "detector normal, away from the sample; selects a custom geometry")
        .vector(Unit::None)
        .otherwise("the convention's")
        .role(Role::PlacesDetector)
        .role(Role::Vector)
        .shows(&["convention"])
        .effect(|draft, given| draft.custom().odet = given.direction()),
    Pix0Vector(&["-pix0_vector"], "from the sample to the first pixel; selects a custom geometry")
        .vector(Unit::Meter)
        .likely(&[(1e-9, 20.0)])
        .otherwise("from the beam center")
        .role(Role::PlacesDetector)
        .role(Role::Vector)
        .shows(&["convention"])
        .effect(|draft, given| {
            draft.placement.corner = Some(given.si_vector());
            draft.custom();
        }),
    Pix0VectorMm(&["-pix0_vector_mm"], "the same as -pix0_vector, in mm")
        .vector(Unit::Millimeter)
        .likely(&[(1e-6, 20_000.0)])
        .otherwise("from the beam center")
        .role(Role::PlacesDetector)
        .role(Role::Vector)
        .shows(&["convention"])
        .effect(|draft, given| {
            draft.placement.corner = Some(given.si_vector());
            draft.custom();
        }),
    CurvedDet(&["-curved_det"], "bend the detector so that all pixels are equally far away")
        .prefixes(&["-curved_det"])
        .role(Role::PlacesDetector)
        .shows(&["curved"])
        .effect(|draft, _| draft.detector().curved = true),
    PointPixel(&["-point_pixel"], "leave the obliquity out of the pixel's solid angle")
        .shows(&["point pixels"])
        .effect(|draft, _| draft.detector().point_pixel = true),
    DetectorAbs(
        &["-detector_abs", "-detector_absorb"],
        "attenuation depth of the sensor; inf or 0 for a sensor without depth"
    )
    .prefixes(&["-detector_abs"])
    .number("UM | inf", Unit::Micrometer, ANY)
    .likely(&[(0.5, 1e5)])
    .sense(Limits::NonNegative)
    .or_word(WordRule::StartsWith("inf"))
    .otherwise("inf")
    .shows(&["attenuation depth"])
    .effect(|draft, given| {
        let sensor = &mut draft.sensor;
        if given.is_word() || given.number(0) == 0.0 {
            (sensor.thickness, sensor.mu) = (0.0, Some(0.0));
        } else {
            sensor.mu = Some(1.0 / given.si());
        }
    }),
    DetectorThick(&["-detector_thick"], "thickness of the sensor")
        .number("UM", Unit::Micrometer, ANY)
        .likely(&[(1.0, 20_000.0)])
        .sense(Limits::NonNegative)
        .default("0")
        .shows(&["sensor thickness"])
        .effect(|draft, given| draft.sensor.thickness = given.si()),
    DetectorThicksteps(
        &["-detector_thicksteps", "-thicksteps"],
        "number of layers into which the sensor is divided"
    )
    .count("N")
    .otherwise(
        "3 to 16, by how much the sensor absorbs; 2 with the quirk layer_front_face; 1 without a thickness"
    )
    .shows(&["sensor layers"])
    .effect(|draft, given| draft.sensor.layers = Some(given.integer(0))),
    Geometry(
        &["-geometry"],
        "beam, detector, spindle, scan and crystal from a DIALS .expt, XDS.INP, XPARM.XDS, \
            GXPARM.XDS or CrystFEL .geom file"
    )
    .input()
    .role(Role::Extension)
    .conflicts(Conflicts::WithRole(Role::PlacesDetector))
    .shows(&["panels (the first is shown)"])
    .elsewhere(),
    ExperimentNumber(&["-experiment"], "which experiment of that file, counted from 0")
        .integer("N", PLACE)
        .otherwise("0")
        .role(Role::Extension)
        .needs(&[FlagId::Geometry])
        .elsewhere(),
    ScanPoint(&["-scan_point"], "which image of that file's scan, counted from 0")
        .integer("N", PLACE)
        .otherwise("0")
        .role(Role::Extension)
        .needs(&[FlagId::Geometry])
        .elsewhere(),
    Panel(&["-panel"], "render only this panel of that file, or of an NXmx file of -img or -mask, counted from 0")
        .integer("N", PLACE)
        .otherwise("all panels, an image each; of -img and -mask the only one")
        .role(Role::Extension)
        .needs(&[FlagId::Geometry, FlagId::Img, FlagId::Mask])
        .elsewhere(),
    Img(&["-img"], "image (SMV, miniCBF, NXmx; .npy, TIFF: size only) from whose header size, distance, wavelength, beam center and phi are taken")
        .input()
        .role(Role::PlacesDetector)
        .shows(&["pixels (fast, slow)"])
        .elsewhere(),
    Mask(&["-mask"], "image (SMV, miniCBF, NXmx, .npy, TIFF) whose zero pixels are left out; its header is used like \
     that of -img, which counts where they differ")
        .input()
        .shows(&["pixels (fast, slow)"])
        .elsewhere(),
);
