//! Files whose names say what they are.

use std::path::PathBuf;

use nanobragg_io::atomic::{STANDARD_OUTPUT, is_standard_output};
use nanobragg_session::{Content, Format, Output};

use crate::outputs::{Counting, DumpAction, Outputs};
use crate::{ConfigError, Error};

impl Outputs {
    /// The same with an image at `path`, its format told by the extension.
    ///
    /// # Errors
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) for an unknown extension.
    pub fn with_image(self, path: PathBuf) -> Result<Self, Error> {
        Ok(self.named(path)?)
    }

    /// [`Self::with_image`], with the error's cause.
    pub(crate) fn named(mut self, path: PathBuf) -> Result<Self, ConfigError> {
        let (format, path) = destination(path)?;
        let slot = match format {
            Some(Format::Float) => &mut self.float,
            // As of the other formats of counts: those with noise, unless it is off.
            Some(Format::Smv) if self.counting == Counting::Poisson => &mut self.noise,
            Some(Format::Smv) => &mut self.int,
            Some(Format::Pgm) => &mut self.pgm,
            Some(Format::Cbf) => &mut self.cbf,
            Some(Format::Nexus) => &mut self.nexus,
            Some(Format::Npy) => &mut self.npy,
            Some(Format::Tiff) => &mut self.tiff,
            Some(Format::Png) => &mut self.png,
            _ => return Err(ConfigError::UnknownFormat { path, known: Format::KNOWN }),
        };
        *slot = Some(path);
        Ok(self)
    }

    /// The file of all images of a series that `name` stands for, with these choices. A scale that followed from the
    /// brightest pixel would be another one for each image.
    ///
    /// # Errors
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) for an unknown extension.
    pub fn of_series(&self, name: PathBuf) -> Result<Vec<Output>, Error> {
        let outputs = Outputs { dump: DumpAction::None, ..self.without_images() };
        let mut outputs = outputs.with_image(name.clone())?;
        if outputs.scale <= 0.0 {
            outputs.scale = 1.0;
        }
        let mut list = outputs.list();
        if list.iter().any(|output| is_standard_output(&output.path)) {
            return Err(ConfigError::SeriesToPipe(name).into());
        }
        if let Some(array) = list.iter().find(|output| output.content == Content::Doubles) {
            return Err(ConfigError::SeriesOfDoubles(array.path.clone()).into());
        }
        // What made each image stands in the manifest.
        list.retain(Output::is_image);
        Ok(list)
    }
}

/// The format and the file that a name stands for. `npy:-` is an array on standard output.
pub(crate) fn destination(path: PathBuf) -> Result<(Option<Format>, PathBuf), ConfigError> {
    let pipe = PathBuf::from(STANDARD_OUTPUT);
    if path == pipe {
        return Err(ConfigError::UnnamedFormat);
    }
    let named = path.to_str().and_then(|text| text.strip_suffix(":-"));
    let named = named.and_then(|name| Format::of(&PathBuf::from(format!("x.{name}"))));
    match named {
        // HDF5 is written back and forth.
        Some(Format::Nexus) => Err(ConfigError::NexusToPipe(path.display().to_string())),
        Some(format) => Ok((Some(format), pipe)),
        None => Ok((Format::of(&path), path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::readout::{Readout, Scale};

    #[test]
    fn smv_images_of_a_series_have_noise_unless_it_is_off() {
        let noisy = Outputs { adc_offset: 40.0, ..Outputs::default() };
        let content = |outputs: &Outputs| outputs.of_series("a.img".into()).unwrap().remove(0).content;
        assert_eq!(content(&noisy), Content::Counts(Readout::noisy(40.0)));
        let plain = Outputs { counting: Counting::Rounded, ..noisy };
        assert_eq!(content(&plain), Content::Counts(Readout::scaled(Scale::Given(1.0), 40.0)));
        let doubles = Outputs { npy_doubles: true, ..Outputs::default() };
        let expected = "a.npy: arrays of a series have 32-bit floats; leave -npy_dtype f64 out";
        assert_eq!(doubles.of_series("a.npy".into()).unwrap_err().to_string(), expected);
        assert!(plain.of_series("a.gif".into()).is_err() && plain.of_series("a".into()).is_err());
    }

    #[test]
    fn a_pipe_has_its_format_before_the_dash() {
        let of = |name: &str| Outputs::default().with_image(name.into()).map(|outputs| outputs.list());
        let list = of("npy:-").unwrap();
        assert_eq!((list.len(), list[0].format), (1, Format::Npy));
        assert!(is_standard_output(&list[0].path));
        for (name, expected) in [
            ("-", "-o - needs a format: -o npy:-, cbf:-, tif:-, img:-, png:-, pgm:- or bin:-"),
            ("nxs:-", "-o nxs:-: NXmx cannot be written to a pipe; use another format or a file"),
            ("h5:-", "-o h5:-: NXmx cannot be written to a pipe; use another format or a file"),
        ] {
            assert_eq!(of(name).unwrap_err().to_string(), expected);
        }
        // Other names with a colon are names.
        assert_eq!(of("run:-.npy").unwrap()[0].path, PathBuf::from("run:-.npy"));
        let series = Outputs::default().of_series("npy:-".into()).unwrap_err();
        assert_eq!(series.to_string(), "npy:-: images of a series are files");
    }
}
