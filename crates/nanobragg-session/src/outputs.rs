//! Files to write.

use std::path::PathBuf;

use nanobragg_io::preview::{Colors, Tone};

/// Files to write; `None` where a file is not wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// Photons as floats.
    pub float: Option<PathBuf>,
    /// Scaled counts.
    pub int: Option<PathBuf>,
    /// Gray map.
    pub pgm: Option<PathBuf>,
    /// Photon counts with noise.
    pub noise: Option<PathBuf>,
    /// 32-bit counts as miniCBF.
    pub cbf: Option<PathBuf>,
    /// 32-bit counts as NXmx.
    pub nexus: Option<PathBuf>,
    /// Photons as a NumPy array.
    pub npy: Option<PathBuf>,
    /// Photons as TIFF.
    pub tiff: Option<PathBuf>,
    /// Picture.
    pub png: Option<PathBuf>,
    /// What the 32-bit counts are.
    pub counting: Counting,
    /// How the picture is made.
    pub picture: Picture,
    /// Scale of the counts; chosen from the brightest pixel when it is not positive.
    pub scale: f64,
    /// Offset of the counts.
    pub adc_offset: f64,
    /// Scale of the gray map; chosen from the image when it is not positive.
    pub pgm_scale: f64,
    /// Structure factors for the next run.
    pub dump: DumpAction,
}

impl Outputs {
    /// Extensions that [`Outputs::with_image`] knows, as text.
    pub const KNOWN_FORMATS: &str =
        ".bin (floats), .img (SMV), .pgm, .cbf, .nxs .h5 (NXmx), .npy, .tif .tiff, .png";

    /// The images to write.
    pub fn images(&self) -> impl Iterator<Item = &PathBuf> {
        let Outputs { float, int, pgm, noise, cbf, nexus, npy, tiff, png, .. } = self;
        [float, int, pgm, noise, cbf, nexus, npy, tiff, png].into_iter().flatten()
    }

    /// The same choices with no image to write.
    #[must_use]
    pub fn without_images(&self) -> Self {
        Outputs {
            scale: self.scale,
            adc_offset: self.adc_offset,
            pgm_scale: self.pgm_scale,
            counting: self.counting,
            picture: self.picture.clone(),
            dump: self.dump.clone(),
            ..Outputs::default()
        }
    }

    /// The same with an image at `path`, its format told by the extension; `None` where that is not known
    /// ([`Outputs::KNOWN_FORMATS`]).
    #[must_use]
    pub fn with_image(mut self, path: PathBuf) -> Option<Self> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let slot = match extension.unwrap_or_default().as_str() {
            "bin" => &mut self.float,
            "img" => &mut self.int,
            "pgm" => &mut self.pgm,
            "cbf" => &mut self.cbf,
            "nxs" | "h5" => &mut self.nexus,
            "npy" => &mut self.npy,
            "tif" | "tiff" => &mut self.tiff,
            "png" => &mut self.png,
            _ => return None,
        };
        *slot = Some(path);
        Some(self)
    }

    /// The images of panel `number`: `_number` stands before their extensions. The structure factors are written
    /// with those of panel 0.
    #[must_use]
    pub fn of_panel(&self, number: usize) -> Self {
        let mut numbered = self.clone();
        let Outputs { float, int, pgm, noise, cbf, nexus, npy, tiff, png, .. } = &mut numbered;
        for path in [float, int, pgm, noise, cbf, nexus, npy, tiff, png].into_iter().flatten() {
            let mut name = path.file_stem().unwrap_or_default().to_os_string();
            name.push(format!("_{number}"));
            if let Some(extension) = path.extension() {
                name.push(".");
                name.push(extension);
            }
            path.set_file_name(name);
        }
        if number > 0 {
            numbered.dump = DumpAction::None;
        }
        numbered
    }
}

/// What the 32-bit counts of miniCBF and NXmx are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// Poisson deviates of the photons.
    #[default]
    Poisson,
    /// Photons, scaled and rounded.
    Rounded,
}

/// How the picture is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// From photons to brightness.
    pub tone: Tone,
    /// From brightness to colors.
    pub colors: Colors,
    /// Resolution rings.
    pub rings: Rings,
    /// Whether the spot of the direct beam is marked.
    pub beam: bool,
}

/// Resolution rings.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rings {
    /// None.
    #[default]
    None,
    /// At round spacings.
    Auto,
    /// At these spacings, Å.
    At(Vec<f64>),
}

/// What happens to the file of structure factors that the next run can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DumpAction {
    /// Nothing.
    #[default]
    None,
    /// It is written.
    Write(PathBuf),
}
