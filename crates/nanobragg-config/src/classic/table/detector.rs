//! Flags of the detector: its size, its place, its sensor.

use super::row::{ANY, COUNT, PIXELS, PLACE, POSITIVE};
use crate::classic::{Flag, FlagId, Group, WordRule};

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Pixel, &["-pixel"], "edge of a square pixel").number("MM", "mm", POSITIVE).default("0.1"),
    row(FlagId::DetPixels, &["-detpixels"], "pixels along both edges").integer("N", PIXELS).default("from -detsize"),
    row(FlagId::DetPixelsF, &["-detpixels_f", "-detpixels_x"], "pixels along the fast axis")
        .integer("N", PIXELS)
        .default("from -detsize_f"),
    row(FlagId::DetPixelsS, &["-detpixels_s", "-detpixels_y"], "pixels along the slow axis")
        .integer("N", PIXELS)
        .default("from -detsize_s"),
    row(FlagId::DetSize, &["-detsize"], "length of both edges").number("MM", "mm", POSITIVE).default("102.4"),
    row(FlagId::DetSizeF, &["-detsize_f"], "length along the fast axis")
        .number("MM", "mm", POSITIVE)
        .default("102.4"),
    row(FlagId::DetSizeS, &["-detsize_s"], "length along the slow axis")
        .number("MM", "mm", POSITIVE)
        .default("102.4"),
    row(FlagId::Distance, &["-distance"], "from the sample to the detector along the beam; beam pivot")
        .number("MM", "mm", POSITIVE)
        .default("100"),
    row(
        FlagId::CloseDistance,
        &["-close_distance"],
        "from the sample to the detector along its normal; sample pivot",
    )
    .number("MM", "mm", ANY)
    .default("from -distance"),
    row(FlagId::Mosflm, &["-mosflm"], "MOSFLM's axes and beam center").default("this convention"),
    row(FlagId::Denzo, &["-denzo"], "DENZO's beam center: MOSFLM's without its half pixel"),
    row(FlagId::Adxv, &["-adxv"], "ADXV's axes and beam center"),
    row(FlagId::Xds, &["-xds"], "XDS's axes and origin; sample pivot"),
    row(FlagId::Dials, &["-dials"], "DIALS's axes and beam center; sample pivot"),
    row(
        FlagId::Xbeam,
        &["-Xbeam"],
        "direct beam's first coordinate: along slow for -mosflm and -denzo, along fast for the others; beam pivot",
    )
    .number("MM", "mm", ANY)
    .default("center"),
    row(
        FlagId::Ybeam,
        &["-Ybeam"],
        "direct beam's second coordinate: along fast for -mosflm and -denzo, from the far end of slow for -adxv, along \
         slow for the others; beam pivot",
    )
    .number("MM", "mm", ANY)
    .default("center"),
    row(FlagId::Xclose, &["-Xclose"], "fast coordinate of the point nearest to the sample; sample pivot")
        .number("MM", "mm", ANY)
        .default("center"),
    row(FlagId::Yclose, &["-Yclose"], "slow coordinate of the point nearest to the sample; sample pivot")
        .number("MM", "mm", ANY)
        .default("center"),
    row(FlagId::OrgX, &["-ORGX"], "fast coordinate of the nearest point, counted as XDS does; sample pivot")
        .number("PIXELS", "pixels", ANY)
        .default("center"),
    row(FlagId::OrgY, &["-ORGY"], "slow coordinate of the nearest point, counted as XDS does; sample pivot")
        .number("PIXELS", "pixels", ANY)
        .default("center"),
    row(FlagId::Pivot, &["-pivot"], "what stays in place when the detector turns: the direct-beam spot or the sample")
        .word("sample|beam", &["sample", "beam"])
        .default("the convention's"),
    row(FlagId::DetectorRotX, &["-detector_rotx"], "turn the detector about x, first")
        .number("DEG", "deg", ANY)
        .default("0"),
    row(FlagId::DetectorRotY, &["-detector_roty"], "turn the detector about y, second")
        .number("DEG", "deg", ANY)
        .default("0"),
    row(FlagId::DetectorRotZ, &["-detector_rotz"], "turn the detector about z, third")
        .number("DEG", "deg", ANY)
        .default("0"),
    row(FlagId::Twotheta, &["-twotheta"], "swing of the detector about the two-theta axis, last; sample pivot")
        .number("DEG", "deg", ANY)
        .default("0"),
    row(FlagId::TwothetaAxis, &["-twotheta_axis"], "axis of the two-theta swing; selects a custom geometry")
        .vector("")
        .default("the convention's"),
    row(
        FlagId::FdetVector,
        &["-fdet_vector"],
        "direction in which the fast pixel coordinate grows; selects a custom geometry",
    )
    .vector("")
    .default("the convention's"),
    row(
        FlagId::SdetVector,
        &["-sdet_vector"],
        "direction in which the slow pixel coordinate grows; selects a custom geometry",
    )
    .vector("")
    .default("the convention's"),
    row(
        FlagId::OdetVector,
        &["-odet_vector"],
        "detector normal, away from the sample; selects a custom geometry",
    )
    .vector("")
    .default("the convention's"),
    row(FlagId::Pix0Vector, &["-pix0_vector"], "from the sample to the first pixel; selects a custom geometry")
        .vector("m")
        .default("from the beam center"),
    row(FlagId::Pix0VectorMm, &["-pix0_vector_mm"], "the same as -pix0_vector, in mm")
        .vector("mm")
        .default("from the beam center"),
    row(FlagId::CurvedDet, &["-curved_det"], "bend the detector so that all pixels are equally far away")
        .prefixes(&["-curved_det"]),
    row(FlagId::PointPixel, &["-point_pixel"], "leave the obliquity out of the pixel's solid angle"),
    row(
        FlagId::DetectorAbs,
        &["-detector_abs", "-detector_absorb"],
        "attenuation depth of the sensor; inf or 0 for a sensor without depth",
    )
    .prefixes(&["-detector_abs"])
    .number("UM | inf", "um", ANY)
    .or_word(WordRule::StartsWith("inf"))
    .default("inf"),
    row(FlagId::DetectorThick, &["-detector_thick"], "thickness of the sensor")
        .number("UM", "um", ANY)
        .default("0"),
    row(
        FlagId::DetectorThicksteps,
        &["-detector_thicksteps", "-thicksteps"],
        "number of layers that stand for the sensor's thickness",
    )
    .integer("N", COUNT)
    .default("2 with a thickness, else 1"),
    row(
        FlagId::Geometry,
        &["-geometry"],
        "beam, detector, spindle, scan and crystal from a DIALS .expt, XPARM.XDS, GXPARM.XDS or CrystFEL .geom file",
    )
    .path(),
    row(FlagId::ExperimentNumber, &["-experiment"], "which experiment of that file, counted from 0")
        .integer("N", PLACE)
        .default("0"),
    row(FlagId::ScanPoint, &["-scan_point"], "which image of that file's scan, counted from 0")
        .integer("N", PLACE)
        .default("0"),
    row(FlagId::Panel, &["-panel"], "render only this panel of that file, counted from 0")
        .integer("N", PLACE)
        .default("all panels, an image each"),
    row(
        FlagId::Img,
        &["-img"],
        "SMV image from whose header size, distance, wavelength, beam center and phi are taken",
    )
    .path(),
    row(
        FlagId::Mask,
        &["-mask"],
        "SMV image whose zeros are pixels to leave out; its header is used as that of -img",
    )
    .path(),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Detector, id, names, help)
}
