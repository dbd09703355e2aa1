//! Flags of the files to write.

use std::path::PathBuf;

use super::row::{ANY, rows};
use crate::classic::{Group, Limits, Role, Unit};

/// Where the gray map is written unless a flag says where.
const GRAY_MAP: &str = "image.pgm";

rows!(
    Group::Output,
    FloatFile(&["-floatfile", "-floatimage"], "photons per pixel as 32-bit floats, without a header")
        .path()
        .default("floatimage.bin")
        .role(Role::OneImage)
        .shows(&["float image"])
        .effect(|draft, given| draft.outputs().float = Some(given.path())),
    IntFile(&["-intfile", "-intimage"], "SMV image without noise, scaled to fill 16 bits")
        .path()
        .default("intimage.img")
        .role(Role::OneImage)
        .shows(&["integer image"])
        .effect(|draft, given| draft.outputs().int = Some(given.path())),
    Scale(&["-scale"], "factor from photons to counts in that image")
        .number("X", Unit::None, ANY)
        .sense(Limits::Positive)
        .otherwise("brightest pixel at 55000")
        .shows(&["counts per photon"])
        .effect(|draft, given| draft.outputs().scale = given.number(0)),
    Adc(&["-adc"], "offset added to every count in SMV images")
        .number("COUNTS", Unit::Count, ANY)
        .default("40")
        .shows(&["offset"])
        .effect(|draft, given| draft.outputs().adc_offset = given.number(0)),
    PgmFile(&["-pgmfile", "-pgmimage"], "8-bit portable gray map to look at")
        .path()
        .default(GRAY_MAP)
        .role(Role::OneImage)
        .shows(&["gray map"])
        .effect(|draft, given| draft.outputs().pgm = Some(given.path())),
    PgmScale(&["-pgmscale"], "factor from photons to gray levels; turns the gray map on")
        .number("X", Unit::None, ANY)
        .sense(Limits::Positive)
        .otherwise("from the image's spread")
        .shows(&["gray levels per photon"])
        .effect(|draft, given| {
            draft.outputs().pgm_scale = given.number(0);
            draft.outputs().pgm.get_or_insert_with(|| PathBuf::from(GRAY_MAP));
        }),
    NoPgm(&["-nopgm"], "write no gray map").effect(|draft, _| draft.outputs().pgm = None),
    CbfFile(&["-cbffile", "-cbfimage"], "miniCBF image of 32-bit counts, with Poisson noise unless -nonoise")
        .path()
        .role(Role::OneImage)
        .role(Role::Extension)
        .shows(&["miniCBF"])
        .effect(|draft, given| draft.outputs().cbf = Some(given.path())),
    NxsFile(
        &["-nxsfile", "-nexusfile"],
        "NXmx file (NeXus, HDF5) of 32-bit counts, with Poisson noise unless -nonoise"
    )
    .path()
    .role(Role::OneImage)
    .role(Role::Extension)
    .shows(&["NXmx"])
    .effect(|draft, given| draft.outputs().nexus = Some(given.path())),
    NpyFile(&["-npyfile", "-npyimage"], "photons per pixel as a NumPy array of 32-bit floats")
        .path()
        .role(Role::OneImage)
        .role(Role::Extension)
        .shows(&["NumPy array"])
        .effect(|draft, given| draft.outputs().npy = Some(given.path())),
    NpyDtype(&["-npy_dtype"], "precision of NumPy arrays; with f64, -device auto uses the CPU")
        .word("TYPE", &["f32", "f64", "float32", "float64"])
        .default("f32")
        .role(Role::Extension)
        .role(Role::NoPixels)
        .shows(&["numbers of arrays"])
        .effect(|draft, given| {
            draft.outputs().npy_doubles = matches!(given.text().as_str(), "f64" | "float64");
        }),
    TifFile(&["-tiffile", "-tifffile"], "photons per pixel as a TIFF of 32-bit floats")
        .path()
        .role(Role::OneImage)
        .role(Role::Extension)
        .shows(&["TIFF"])
        .effect(|draft, given| draft.outputs().tiff = Some(given.path())),
    GeometryOut(
        &["-geometry_out"],
        "write the experiment for another program: .expt for DIALS, .geom for CrystFEL, XDS.INP; may \
         be repeated"
    )
    .path()
    .role(Role::Several)
    .role(Role::Extension)
    .role(Role::NoPixels)
    .shows(&["instrument file"])
    .effect(|draft, given| draft.outputs().instruments.push(given.path())),
    Output(
        &["-o", "-output"],
        "image to write; the extension chooses the format. May be repeated for several formats; of \
         two outputs in one format the last counts. Without other flags that name images only these \
         are written. npy:-, cbf:- and so on write to standard output"
    )
    .path()
    .role(Role::Extension)
    .role(Role::Several)
    .shows(&["float image", "integer image", "gray map", "miniCBF", "NXmx", "NumPy array", "TIFF", "picture"])
    .effect(|draft, given| draft.named.push(given.path())),
);
