//! Flags of the files to write, and of the noise in them.

use std::path::{Path, PathBuf};

use super::draft::Draft;
use crate::classic::{FlagId, Occurrence, ParsedArgs};
use crate::{ConfigError, Outputs};

const KNOWN_FORMATS: &str = ".bin (floats), .img (SMV), .pgm";

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
    }
    if let Some(output) = args.last(FlagId::Output) {
        let path = output.values.path(0).to_owned();
        let none = Outputs { float: None, int: None, pgm: None, noise: None, ..draft.setup.outputs.clone() };
        draft.setup.outputs = match extension(&path).as_str() {
            "bin" => Outputs { float: Some(path), ..none },
            "img" => Outputs { int: Some(path), ..none },
            "pgm" => Outputs { pgm: Some(path), ..none },
            _ => return Err(ConfigError::UnknownFormat { path, known: KNOWN_FORMATS }),
        };
        draft.writes_dump = false;
    }
    Ok(())
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
