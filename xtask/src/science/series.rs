//! The series that are rendered, with the sampling that their spots need.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

/// How images follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One crystal turns, a degree an image.
    Rotation,
    /// Every image has an orientation of its own.
    Stills,
}

/// Cells of the crystal that turns, along its three axes together.
pub const CELLS: u32 = 13 * 13 * 26;

/// One series.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: &'static str,
    pub kind: Kind,
    pub images: u32,
    /// Photons per square meter.
    pub fluence: f64,
    /// Integral of the shape's intensity over the nearest reciprocal cell, in units of the grating's.
    pub integral: f64,
    /// What differs from the other series.
    pub flags: &'static [&'static str],
    /// An NXmx file is written and reduced as well.
    pub has_nxmx: bool,
}

/// Detector, beam and crystal of every series. The edges are at 2.2 Å; 35 µm of water make the background.
const SETUP: &[&str] = &[
    "-quirks",
    "exact",
    "-xds",
    "-nodump",
    "-lambda",
    "1",
    "-distance",
    "174",
    "-pixel",
    "0.172",
    "-detpixels",
    "1000",
    "-polar",
    "0.98",
    "-water",
    "0.035",
    "-oversample",
    "2",
    "-noprogress",
    "-q",
];

/// A crystal of 13 × 13 × 26 cells that turns by a degree an image, with a divergence of 0.3 mrad.
///
/// It is about 1000 Å wide in all directions: the tails of wider spots reach into what DIALS takes for their neighbors'
/// background. Fifteen steps a degree move a reflection at 2.2 Å by 5.2e-4 1/Å, two sub-pixels are 4.9e-4.
const ROTATION: &[&str] = &[
    "-misset",
    "25",
    "40",
    "65",
    "-Na",
    "13",
    "-Nb",
    "13",
    "-Nc",
    "26",
    "-mosaic",
    "0.1",
    "-mosaic_domains",
    "6",
    "-hdivrange",
    "0.3",
    "-hdivsteps",
    "2",
    "-osc",
    "1",
    "-phisteps",
    "15",
    "-seed",
    "7",
];

/// A crystal of 2000 Å in weak light: spots far from the sphere of reflection stay unseen, so that DIALS finds no
/// domains of a few hundred Å in their tails.
const STILLS: &[&str] = &[
    "-orientations",
    "random",
    "-misset_seed",
    "11",
    "-Na",
    "26",
    "-Nb",
    "26",
    "-Nc",
    "52",
    "-gauss_star",
    "-mosaic",
    "0.05",
    "-mosaic_domains",
    "20",
    "-seed",
    "3",
];

const GAUSS: Series = Series {
    name: "gauss",
    kind: Kind::Rotation,
    images: 90,
    fluence: 5e28,
    integral: 1.0,
    flags: &["-gauss_star"],
    has_nxmx: true,
};

/// All series, in the order of the page.
pub fn all() -> Vec<Series> {
    vec![
        GAUSS,
        Series {
            name: "round",
            images: 15,
            fluence: 4e28,
            integral: 0.965_824,
            flags: &["-round_xtal"],
            has_nxmx: false,
            ..GAUSS
        },
        Series {
            name: "square",
            images: 15,
            // Weaker, so that no fringes are found as spots.
            fluence: 1e27,
            flags: &["-square_xtal"],
            has_nxmx: false,
            ..GAUSS
        },
        Series {
            name: "sensor",
            images: 10,
            // The attenuation depth that dxtbx takes for silicon at this wavelength.
            flags: &["-gauss_star", "-detector_thick", "450", "-detector_abs", "237.643"],
            has_nxmx: false,
            ..GAUSS
        },
        Series {
            name: "stills",
            kind: Kind::Stills,
            images: 20,
            fluence: 1e28,
            flags: &[],
            has_nxmx: false,
            ..GAUSS
        },
    ]
}

/// A few images of the first series, to try the way.
pub fn quick() -> Vec<Series> {
    vec![Series { images: 10, ..GAUSS }]
}

impl Series {
    /// Names of the folders in which DIALS works on the series.
    pub fn reductions(&self) -> Vec<&'static str> {
        if self.has_nxmx { vec![self.name, "gauss-nxmx"] } else { vec![self.name] }
    }

    /// Renders what is not there yet.
    pub fn render(&self, program: &Path, work: &Path, truth: &Path) -> anyhow::Result<()> {
        let folder = work.join(self.name).join("images");
        std::fs::create_dir_all(&folder)?;
        let resume = folder.join("manifest.jsonl").exists();
        let mut command = Command::new(program);
        command.current_dir(&folder).arg("sweep").args(SETUP);
        command.args(if self.kind == Kind::Stills { STILLS } else { ROTATION }).args(self.flags);
        command.arg("-hkl").arg(truth).arg("-fluence").arg(self.fluence.to_string());
        command.arg("-images").arg(self.images.to_string()).args(["-o", "image.cbf"]);
        command.args(self.has_nxmx.then_some(["-o", "image.nxs"]).into_iter().flatten());
        command.args(resume.then_some("-resume"));
        println!("{}: {} images", self.name, self.images);
        let status = command.status().with_context(|| program.display().to_string())?;
        ensure!(status.success(), "{}: rendering failed", self.name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_series_has_a_folder_of_its_own() {
        let mut names: Vec<_> = all().iter().flat_map(Series::reductions).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
