//! Flags of the files to write, and of the noise in them.

use std::path::{Path, PathBuf};

use nanobragg_io::preview::{Colors, Scale};

use super::draft::Draft;
use crate::classic::{FlagId, Occurrence, ParsedArgs};
use crate::{ConfigError, Counting, Outputs, Rings};

const KNOWN_FORMATS: &str = ".bin (floats), .img (SMV), .pgm, .cbf, .nxs .h5 (NXmx), .npy, .tif .tiff, .png";

pub(super) fn apply(draft: &mut Draft, occurrence: &Occurrence) -> bool {
    let values = &occurrence.values;
    let number = values.number(0);
    let path = || Some(values.path(0).to_owned());
    let outputs = &mut draft.setup.outputs;
    match occurrence.flag {
        FlagId::FloatFile => outputs.float = path(),
        FlagId::IntFile => outputs.int = path(),
        FlagId::PgmFile => outputs.pgm = path(),
        FlagId::NoPgm => outputs.pgm = None,
        FlagId::NoiseFile => outputs.noise = path(),
        FlagId::Scale => outputs.scale = number,
        FlagId::Adc => outputs.adc_offset = number,
        FlagId::PgmScale => {
            outputs.pgm_scale = number;
            outputs.pgm.get_or_insert_with(|| PathBuf::from("image.pgm"));
        }
        FlagId::CbfFile => outputs.cbf = path(),
        FlagId::NxsFile => outputs.nexus = path(),
        FlagId::NpyFile => outputs.npy = path(),
        FlagId::TifFile => outputs.tiff = path(),
        FlagId::PngFile => outputs.png = path(),
        FlagId::PngScale => draft.png_is_linear = values.text(0) == "linear",
        FlagId::PngDecades => draft.png_decades = number,
        FlagId::PngPercentile => outputs.picture.tone.percentile = number,
        FlagId::PngColors => outputs.picture.colors = Colors::from_name(values.text(0)).unwrap_or_default(),
        FlagId::PngRings if values.is_word() => outputs.picture.rings = Rings::Auto,
        FlagId::PngRings => outputs.picture.rings = Rings::At(values.numbers().to_vec()),
        FlagId::PngBeam => outputs.picture.beam = true,
        FlagId::Seed => draft.seed_of_noise = Some(values.integer(0)),
        FlagId::NoNoise | FlagId::Output => {}
        _ => return false,
    }
    true
}

/// Settles what depends on more than one flag.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    if args.has(FlagId::NoNoise) {
        draft.setup.outputs.noise = None;
        draft.setup.outputs.counting = Counting::Rounded;
    }
    draft.setup.outputs.picture.tone.scale =
        if draft.png_is_linear { Scale::Linear } else { Scale::Log { decades: draft.png_decades } };
    if let Some(output) = args.last(FlagId::Output) {
        let path = output.values.path(0).to_owned();
        let named = draft.setup.outputs.named(args);
        let chosen = named.clone().with_image(path)?;
        for lost in named.images().filter(|image| !chosen.images().any(|path| path == *image)) {
            let lost = lost.display();
            draft.setup.warnings.push(format!("{lost} is not written: -o names the image of that format"));
        }
        draft.setup.outputs = chosen;
        draft.writes_dump = false;
    }
    Ok(())
}

impl Outputs {
    /// The same with those images alone that a flag of their own names: what `-o` leaves of them.
    fn named(&self, args: &ParsedArgs) -> Self {
        let image = |flag: FlagId, path: &Option<PathBuf>| path.clone().filter(|_| args.has(flag));
        Outputs {
            float: image(FlagId::FloatFile, &self.float),
            int: image(FlagId::IntFile, &self.int),
            pgm: image(FlagId::PgmFile, &self.pgm),
            noise: image(FlagId::NoiseFile, &self.noise),
            cbf: image(FlagId::CbfFile, &self.cbf),
            nexus: image(FlagId::NxsFile, &self.nexus),
            npy: image(FlagId::NpyFile, &self.npy),
            tiff: image(FlagId::TifFile, &self.tiff),
            png: image(FlagId::PngFile, &self.png),
            ..self.without_images()
        }
    }

    /// The same with an image at `path`, its format told by the extension.
    ///
    /// # Errors
    /// [`ConfigError::UnknownFormat`].
    pub fn with_image(mut self, path: PathBuf) -> Result<Self, ConfigError> {
        let slot = match extension(&path).as_str() {
            "bin" => &mut self.float,
            "img" => &mut self.int,
            "pgm" => &mut self.pgm,
            "cbf" => &mut self.cbf,
            "nxs" | "h5" => &mut self.nexus,
            "npy" => &mut self.npy,
            "tif" | "tiff" => &mut self.tiff,
            "png" => &mut self.png,
            _ => return Err(ConfigError::UnknownFormat { path, known: KNOWN_FORMATS }),
        };
        *slot = Some(path);
        Ok(self)
    }
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
