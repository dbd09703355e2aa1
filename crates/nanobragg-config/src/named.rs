//! Files whose names say what they are.

use std::path::PathBuf;

use nanobragg_session::{Format, Output};

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
        let slot = match Format::of(&path) {
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
        let mut outputs = Outputs { dump: DumpAction::None, ..self.without_images() }.with_image(name)?;
        if outputs.scale <= 0.0 {
            outputs.scale = 1.0;
        }
        Ok(outputs.list())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::readout::{Readout, Scale};
    use nanobragg_session::Content;

    #[test]
    fn smv_images_of_a_series_have_noise_unless_it_is_off() {
        let noisy = Outputs { adc_offset: 40.0, ..Outputs::default() };
        let content = |outputs: &Outputs| outputs.of_series("a.img".into()).unwrap().remove(0).content;
        assert_eq!(content(&noisy), Content::Counts(Readout::noisy(40.0)));
        let plain = Outputs { counting: Counting::Rounded, ..noisy };
        assert_eq!(content(&plain), Content::Counts(Readout::scaled(Scale::Given(1.0), 40.0)));
        assert!(plain.of_series("a.gif".into()).is_err() && plain.of_series("a".into()).is_err());
    }
}
