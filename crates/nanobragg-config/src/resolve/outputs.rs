//! What more than one flag says of the files to write.

use std::path::PathBuf;

use nanobragg_io::geometry::GeometryFormat;
use nanobragg_io::preview::Scale;
use nanobragg_session::Device;

use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::named::destination;
use crate::{CombinationWarning, ConfigError, Counting, Outputs};

/// Settles what depends on more than one flag.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    if draft.no_noise {
        draft.setup.outputs.noise = None;
        draft.setup.outputs.counting = Counting::Rounded;
    }
    draft.setup.outputs.picture.tone.scale =
        if draft.png_is_linear { Scale::Linear } else { Scale::Log { decades: draft.png_decades } };
    let mut instruments = draft.setup.outputs.instruments.iter();
    if let Some(unknown) = instruments.find(|path| GeometryFormat::of(path).is_none()) {
        return Err(ConfigError::UnknownGeometry(unknown.clone()));
    }
    if !draft.named.is_empty() {
        let named = named(&draft.setup.outputs, args);
        let mut chosen = named.clone();
        // As they were called, and where they are written.
        let mut asked: Vec<[PathBuf; 2]> = named.images().map(|path| [path.clone(), path.clone()]).collect();
        for called in std::mem::take(&mut draft.named) {
            let (_, path) = destination(called.clone())?;
            chosen = chosen.named(called.clone())?;
            asked.push([called, path]);
        }
        for [called, _] in asked.iter().filter(|[_, image]| !chosen.images().any(|path| path == image)) {
            let warning = CombinationWarning::NotWritten { path: called.clone() };
            draft.setup.warnings.push(warning.into());
        }
        draft.setup.outputs = chosen;
        draft.writes_dump = false;
    }
    let outputs = &draft.setup.outputs;
    let wants_doubles = outputs.npy_doubles && outputs.npy.is_some();
    match (draft.setup.device, args.last(FlagId::NpyDtype)) {
        (Device::Auto, _) if wants_doubles => draft.setup.device = Device::Cpu,
        (Device::Gpu, Some(dtype)) if wants_doubles => return Err(ConfigError::DoublesOfGpu(dtype.said())),
        _ => {}
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
        instruments: outputs.instruments.clone(),
        ..outputs.without_images()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::{Context, classic, resolve};

    #[test]
    fn cores_have_the_doubles_of_an_array() {
        let device = |flags: &str| {
            let line = format!("-cell 70 80 90 90 90 90 -default_F 1 {flags}");
            let parsed = classic::parse(line.split_whitespace().map(OsString::from)).unwrap();
            resolve(&parsed, &Context::default()).unwrap().device
        };
        assert_eq!(device("-device auto -npy_dtype f64 -o a.npy"), Device::Cpu);
        assert_eq!(device("-npy_dtype f64 -npyfile a -device auto"), Device::Cpu);
        assert_eq!(device("-device auto -npy_dtype f64 -o a.bin"), Device::Auto);
        assert_eq!(device("-device gpu -npy_dtype f64 -o a.bin"), Device::Gpu);
    }

    #[test]
    fn graphics_processors_have_no_doubles_of_an_array() {
        let line = "-cell 70 80 90 90 90 90 -default_F 1 -device gpu -npy_dtype f64 -o a.npy";
        let parsed = classic::parse(line.split_whitespace().map(OsString::from)).unwrap();
        let expected = "-npy_dtype f64: graphics processors give images of 32-bit floats; -device cpu, and auto, compute these on the cores";
        assert_eq!(resolve(&parsed, &Context::default()).unwrap_err().to_string(), expected);
    }
}
