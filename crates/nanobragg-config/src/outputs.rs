//! The files that flags choose.

use std::path::PathBuf;

use nanobragg::readout::{Readout, Scale};
use nanobragg_io::atomic::is_standard_output;
use nanobragg_io::geometry::GeometryFormat;
use nanobragg_session::{Content, Format, Levels, Output, Picture};

/// The files that flags choose, one of a kind; `None` where a file is not wanted.
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
    /// Whether arrays have 64-bit floats.
    pub npy_doubles: bool,
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
    /// The instrument, for other programs.
    pub instruments: Vec<PathBuf>,
}

impl Outputs {
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
            npy_doubles: self.npy_doubles,
            dump: self.dump.clone(),
            ..Outputs::default()
        }
    }

    /// The files, in the order in which they are written.
    pub fn list(&self) -> Vec<Output> {
        let given = (self.scale > 0.0).then_some(self.scale);
        let scale = given.map_or(Scale::Brightest, Scale::Given);
        let counted = match self.counting {
            Counting::Poisson => Readout::counted(),
            Counting::Rounded => Readout::rounded(given.unwrap_or(1.0)),
        };
        let levels = match self.pgm_scale {
            given if given > 0.0 => Levels::Given(given),
            _ => Levels::Deviation(scale),
        };
        let scaled = Content::Counts(Readout::scaled(scale, self.adc_offset));
        let noisy = Content::Counts(Readout::noisy(self.adc_offset));
        let counts = Content::Counts(counted);
        let dump = match &self.dump {
            DumpAction::Write(path) => Some(path.clone()),
            DumpAction::None => None,
        };
        let files = [
            (&dump, Format::Table, Content::StructureFactors),
            (&self.float, Format::Float, Content::Photons),
            (&self.npy, Format::Npy, if self.npy_doubles { Content::Doubles } else { Content::Photons }),
            (&self.tiff, Format::Tiff, Content::Photons),
            (&self.int, Format::Smv, scaled),
            (&self.pgm, Format::Pgm, Content::Levels(levels)),
            (&self.noise, Format::Smv, noisy),
            (&self.cbf, Format::Cbf, counts.clone()),
            (&self.nexus, Format::Nexus, counts),
            (&self.png, Format::Png, Content::Picture(self.picture.clone())),
        ];
        let output = |(path, format, content): (&Option<PathBuf>, Format, Content)| {
            path.clone().map(|path| Output { path, format, content })
        };
        // Arrays have no header; what a pipe leads to has no place beside it.
        let is_file = |path: &&PathBuf| {
            !is_standard_output(path) && std::fs::metadata(path).map_or(true, |found| found.is_file())
        };
        let record = self.npy.as_ref().filter(is_file).map(|image| Output::record(image));
        let instruments = self.instruments.iter().filter_map(|path| {
            let format = GeometryFormat::of(path)?;
            let content = Content::Instrument(format);
            Some(Output { path: path.clone(), format: Format::Instrument, content })
        });
        files.into_iter().filter_map(output).chain(record).chain(instruments).collect()
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

/// What happens to the file of structure factors that the next run can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DumpAction {
    /// Nothing.
    #[default]
    None,
    /// It is written.
    Write(PathBuf),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_hold_what_is_chosen_for_them() {
        let mut outputs = Outputs { int: Some("i.img".into()), ..Outputs::default() };
        for name in ["a.bin", "a.img", "a.pgm", "a.cbf", "a.h5", "a.npy", "a.tif", "a.png"] {
            outputs = outputs.with_image(name.into()).unwrap();
        }
        let list = outputs.list();
        // The array has a record beside it.
        assert_eq!(list.len(), 10);
        assert!(list.iter().all(|output| output.check().is_ok()));
    }
}
