//! Flags of the image with photon noise.

use super::row::{SEED, rows};
use crate::classic::{Group, Role};

rows!(
    Group::Noise,
    NoiseFile(&["-noisefile", "-noiseimage"], "SMV image with Poisson noise, one count per photon")
        .path()
        .default("noiseimage.img")
        .role(Role::OneImage)
        .shows(&["noise image"])
        .effect(|draft, given| draft.outputs().noise = Some(given.path())),
    NoNoise(
        &["-nonoise"],
        "write no image with noise; -cbffile and -nxsfile then hold photons times -scale, by default 1"
    )
    .shows(&["noise image"])
    .effect(|draft, _| draft.no_noise = true),
    Seed(&["-seed"], "seed of the photon noise")
        .integer("SEED", SEED)
        .otherwise("drawn")
        .shows(&["noise seed"])
        .effect(|draft, given| draft.seed_of_noise = Some(given.integer(0))),
);
