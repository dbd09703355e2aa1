//! Flags of what is printed along the way.

use super::row::{COORDINATE, rows};
use crate::classic::{Group, Role};

rows!(
    Group::Diagnostics,
    Printout(&["-printout"], "print the value of every pixel").role(Role::OneImage).elsewhere(),
    PrintoutPixel(
        &["-printout_pixel"],
        "print only this pixel, with the values of its last sub-pixel; implies -printout"
    )
    .integers("FAST SLOW", 2, COORDINATE)
    .otherwise("all pixels")
    .role(Role::OneImage)
    .elsewhere(),
    TracePixel(&["-trace_pixel"], "print every intermediate value of this pixel, at its first sub-pixel")
        .integers("SLOW FAST", 2, COORDINATE,)
        .role(Role::OneImage)
        .elsewhere(),
    Progress(&["-progress"], "show progress")
        .default_on("on")
        .role(Role::NoPixels)
        .effect(|draft, _| draft.setup.progress = true),
    NoProgress(&["-noprogress"], "do not show progress")
        .role(Role::NoPixels)
        .effect(|draft, _| draft.setup.progress = false),
    Coherent(&["-coherent"], "add the waves of all sources before squaring").inert(),
);
