//! Flags of the files to write.

use super::row::ANY;
use crate::classic::{Flag, FlagId, Group};

pub(super) const ROWS: &[Flag] = &[
    row(
        FlagId::FloatFile,
        &["-floatfile", "-floatimage"],
        "photons per pixel as 32-bit floats, without a header",
    )
    .path()
    .default("floatimage.bin"),
    row(FlagId::IntFile, &["-intfile", "-intimage"], "SMV image without noise, scaled to fill 16 bits")
        .path()
        .default("intimage.img"),
    row(FlagId::Scale, &["-scale"], "factor from photons to counts in that image")
        .number("X", "", ANY)
        .default("brightest pixel at 55000"),
    row(FlagId::Adc, &["-adc"], "offset added to every count in SMV images")
        .number("COUNTS", "counts", ANY)
        .default("40"),
    row(FlagId::PgmFile, &["-pgmfile", "-pgmimage"], "8-bit portable gray map to look at")
        .path()
        .default("image.pgm"),
    row(FlagId::PgmScale, &["-pgmscale"], "factor from photons to gray levels; turns the gray map on")
        .number("X", "", ANY)
        .default("from the image's spread"),
    row(FlagId::NoPgm, &["-nopgm"], "write no gray map"),
    row(
        FlagId::CbfFile,
        &["-cbffile", "-cbfimage"],
        "miniCBF image of 32-bit counts, with Poisson noise unless -nonoise",
    )
    .path(),
    row(
        FlagId::NxsFile,
        &["-nxsfile", "-nexusfile"],
        "NXmx file (NeXus, HDF5) of 32-bit counts, with Poisson noise unless -nonoise",
    )
    .path(),
    row(FlagId::NpyFile, &["-npyfile", "-npyimage"], "photons per pixel as a NumPy array of 32-bit floats")
        .path(),
    row(FlagId::TifFile, &["-tiffile", "-tifffile"], "photons per pixel as a TIFF of 32-bit floats").path(),
    row(FlagId::Output, &["-o", "-output"], "image to write, its format told by the extension; besides it only images that flags name are written").path(),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Output, id, names, help)
}
