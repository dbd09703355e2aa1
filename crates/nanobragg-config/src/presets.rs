//! Experiments that are built in, by name.

/// A named experiment: its flags, and the files that they name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Name.
    pub name: &'static str,
    /// Flags.
    pub flags: &'static [&'static str],
    /// Input files that have to be there.
    pub files: &'static [&'static str],
}

/// Names of all of them.
pub const NAMES: [&str; 1] = ["supervisor"];

/// The preset called `name`.
pub fn find(name: &str) -> Option<&'static Preset> {
    [&SUPERVISOR].into_iter().find(|preset| preset.name == name)
}

/// The experiment on which the C program and its PyTorch port were compared pixel by pixel: a Pilatus 6M in
/// custom vectors, ten phi steps over 0.1°.
pub static SUPERVISOR: Preset = Preset {
    name: "supervisor",
    #[rustfmt::skip]
    flags: &[
        "-mat", "A.mat", "-hkl", "scaled.hkl", "-nointerpolate", "-oversample", "1",
        "-exposure", "1", "-flux", "1e18", "-beamsize", "1.0", "-spindle_axis", "-1", "0", "0",
        "-Xbeam", "217.742295", "-Ybeam", "213.907080", "-distance", "231.274660", "-lambda", "0.976800",
        "-pixel", "0.172", "-detpixels_x", "2463", "-detpixels_y", "2527",
        "-odet_vector", "-0.000088", "0.004914", "-0.999988",
        "-sdet_vector", "-0.005998", "-0.999970", "-0.004913",
        "-fdet_vector", "0.999982", "-0.005998", "-0.000118",
        "-pix0_vector_mm", "-216.336293", "215.205512", "-230.200866",
        "-beam_vector", "0.00051387949", "0.0", "-0.99999986",
        "-Na", "36", "-Nb", "47", "-Nc", "29", "-osc", "0.1", "-phi", "0", "-phisteps", "10",
        "-detector_rotx", "0", "-detector_roty", "0", "-detector_rotz", "0", "-twotheta", "0",
    ],
    files: &["A.mat", "scaled.hkl"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_found_and_its_flags_parse() {
        for name in NAMES {
            let preset = find(name).unwrap();
            let parsed = crate::classic::parse(preset.flags.iter().map(Into::into)).unwrap();
            assert!(parsed.warnings.is_empty());
            assert!(preset.files.iter().all(|file| preset.flags.contains(file)));
        }
    }
}
