//! Flags of the files to write, and of the noise in them.

use std::path::PathBuf;

use nanobragg_io::preview::{Colors, Scale};
use nanobragg_session::{Counting, Outputs, Rings};

use super::draft::Draft;
use crate::ConfigError;
use crate::classic::{FlagId, Occurrence, ParsedArgs};

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
        let named = named(&draft.setup.outputs, args);
        let chosen = with_image(named.clone(), path)?;
        for lost in named.images().filter(|image| !chosen.images().any(|path| path == *image)) {
            let lost = lost.display();
            draft.setup.warnings.push(format!("{lost} is not written: -o names the image of that format"));
        }
        draft.setup.outputs = chosen;
        draft.writes_dump = false;
    }
    Ok(())
}

/// `outputs` with those images alone that a flag of their own names: what `-o` leaves of them.
fn named(outputs: &Outputs, args: &ParsedArgs) -> Outputs {
    let image = |flag: FlagId, path: &Option<PathBuf>| path.clone().filter(|_| args.has(flag));
    Outputs {
        float: image(FlagId::FloatFile, &outputs.float),
        int: image(FlagId::IntFile, &outputs.int),
        pgm: image(FlagId::PgmFile, &outputs.pgm),
        noise: image(FlagId::NoiseFile, &outputs.noise),
        cbf: image(FlagId::CbfFile, &outputs.cbf),
        nexus: image(FlagId::NxsFile, &outputs.nexus),
        npy: image(FlagId::NpyFile, &outputs.npy),
        tiff: image(FlagId::TifFile, &outputs.tiff),
        png: image(FlagId::PngFile, &outputs.png),
        ..outputs.without_images()
    }
}

/// `outputs` with an image at `path`, its format told by the extension.
///
/// # Errors
/// [`ConfigError::UnknownFormat`].
pub fn with_image(outputs: Outputs, path: PathBuf) -> Result<Outputs, ConfigError> {
    let known = Outputs::KNOWN_FORMATS;
    outputs.with_image(path.clone()).ok_or(ConfigError::UnknownFormat { path, known })
}
