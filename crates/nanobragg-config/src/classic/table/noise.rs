//! Flags of the image with photon noise.

use super::row::SEED;
use crate::classic::{Flag, FlagId, Group};

pub(super) const ROWS: &[Flag] = &[
    row(
        FlagId::NoiseFile,
        &["-noisefile", "-noiseimage"],
        "SMV image with Poisson noise, one count a photon",
    )
    .path()
    .default("noiseimage.img"),
    row(
        FlagId::NoNoise,
        &["-nonoise"],
        "write no image with noise; -cbffile and -nxsfile then hold photons times -scale, which is 1 for them",
    ),
    row(FlagId::Seed, &["-seed"], "seed of the photon noise").integer("SEED", SEED).default("from the clock"),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Noise, id, names, help)
}
