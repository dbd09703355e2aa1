//! Flags of rotation, sub-pixels and limits of what is computed.

use std::num::NonZeroU32;

use nanobragg::model::{Roi, StepPoint};

use super::row::{ANY, AUTO, COORDINATE, rows};
use crate::classic::{Group, Limits, Role, Unit};

/// Sub-pixels along an edge: the square of this many for each pixel is already absurd.
const OVERSAMPLE: (i64, i64) = (-10_000_000, 1_000);

rows!(
    Group::Sampling,
    Phi(&["-phi"], "spindle angle at which the rotation starts")
        .number("DEG", Unit::Degree, ANY)
        .default("0")
        .shows(&["phi"])
        .effect(|draft, given| draft.rotation.start = given.si()),
    Osc(&["-osc"], "range of the rotation")
        .number("DEG", Unit::Degree, ANY)
        .otherwise("from -phistep; 1 with -phisteps alone; else 0")
        .shows(&["oscillation"])
        .effect(|draft, given| draft.rotation.range = Some(given.si())),
    PhiStep(&["-phistep"], "angle from one phi step to the next")
        .number("DEG", Unit::Degree, ANY)
        .otherwise("from -osc and -phisteps")
        .shows(&["phi step"])
        .effect(|draft, given| draft.rotation.step = Some(given.si())),
    PhiSteps(&["-phisteps"], "number of phi steps")
        .count("N|auto")
        .or_word(AUTO)
        .otherwise("2 with a range or a step, else 1")
        .shows(&["phi steps"])
        .effect(|draft, given| {
            let enough = given.is_word();
            draft.rotation.enough = enough;
            draft.rotation.count = (!enough).then(|| given.integer(0));
        }),
    PhiSampling(&["-phi_sampling"], "where in each phi step the crystal's orientation is sampled")
        .word("start|mid", &["start", "mid"])
        .otherwise("mid; start with the quirk phi_at_step_start")
        .role(Role::Extension)
        .shows(&["phi sampling"])
        .effect(|draft, given| {
            let middle = given.text() == "mid";
            draft.rotation.at = Some(if middle { StepPoint::Middle } else { StepPoint::Start });
        }),
    SpindleAxis(&["-spindle_axis"], "axis about which phi turns, right-handed; selects a custom geometry")
        .vector(Unit::None)
        .otherwise("the convention's")
        .role(Role::Vector)
        .shows(&["convention", "spindle axis"])
        .effect(|draft, given| draft.custom().spindle_axis = given.direction()),
    Oversample(&["-oversample"], "sub-pixels along each edge of a pixel")
        .integer("N", OVERSAMPLE)
        .sense(Limits::Positive)
        .otherwise("chosen from the crystal's size and orientation")
        .shows(&["oversample"])
        .effect(|draft, given| draft.rendering().oversample =
            u32::try_from(given.integer(0)).ok().and_then(NonZeroU32::new)),
    OversampleThick(&["-oversample_thick"], "compute absorption for every sub-pixel")
        .shows(&["oversample_thick"])
        .effect(|draft, _| draft.rendering().oversample_thick = true),
    OversamplePolar(&["-oversample_polar"], "compute polarization for every sub-pixel")
        .shows(&["oversample_polar"])
        .effect(|draft, _| draft.rendering().oversample_polar = true),
    OversampleOmega(&["-oversample_omega"], "compute the solid angle for every sub-pixel")
        .shows(&["oversample_omega"])
        .effect(|draft, _| draft.rendering().oversample_omega = true),
    Roi(&["-roi"], "compute only these pixels: fast from and to, slow from and to, inclusive")
        .integers("XMIN XMAX YMIN YMAX", 4, COORDINATE)
        .otherwise("whole image")
        .shows(&["region (fast, slow; ends excluded)"])
        .effect(|draft, given| {
            let end = |index: usize| usize::try_from(given.integer(index)).ok();
            draft.rendering().roi = Roi { fast: (end(0), end(1)), slow: (end(2), end(3)) };
        }),
    Dmin(&["-dmin"], "leave out scattering beyond this resolution")
        .number("X", Unit::Angstrom, ANY)
        .likely(&[(0.2, 200.0)])
        .sense(Limits::NonNegative)
        .otherwise("no limit")
        .shows(&["dmin"])
        .effect(|draft, given| {
            // Multiplied, as the C program does: a division may differ in the last bit.
            draft.rendering().dmin = Some(given.number(0) * 1e-10).filter(|&dmin| dmin > 0.0);
        }),
);
