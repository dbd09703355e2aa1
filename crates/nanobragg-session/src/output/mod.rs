//! The files that are made of an image: one module a content, one row a format.

mod counts;
mod instrument;
mod levels;
mod pattern;
mod photons;
mod picture;
mod record;
mod smv;
mod structure_factors;
mod writer;

use std::path::{Path, PathBuf};

use nanobragg::readout::{Readout, Scale};
use nanobragg_io::geometry::GeometryFormat;
use nanobragg_io::record::record_of;

use crate::error::Cause;
use crate::{Error, Picture, Watch};

pub(crate) use counts::nexus_of_panels;
pub(crate) use instrument::instruments;
pub use pattern::PathPattern;
pub(crate) use structure_factors::structure_factors;
pub use writer::{Brightness, Writer};

/// A file that is made of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The file. Panels of a detector and images of a series have numbers in it, as [`PathPattern`] says.
    pub path: PathBuf,
    /// How it is written.
    pub format: Format,
    /// What is in it.
    pub content: Content,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Raw 32-bit floats.
    Float,
    /// A NumPy array.
    Npy,
    /// 32-bit floats as TIFF.
    Tiff,
    /// SMV, 16-bit counts.
    Smv,
    /// A gray map of 8 bits.
    Pgm,
    /// MiniCBF, 32-bit counts.
    Cbf,
    /// NXmx, 32-bit counts.
    Nexus,
    /// A picture.
    Png,
    /// A table of structure factors.
    Table,
    /// A description of the instrument.
    Instrument,
    /// What made the image of the same name without `.json`.
    Record,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Photons as they are.
    Photons,
    /// Photons before they are rounded to single precision, of an image that is rendered by itself.
    Doubles,
    /// What a detector reads out.
    Counts(Readout),
    /// Gray levels.
    Levels(Levels),
    /// A picture to look at.
    Picture(Picture),
    /// The structure factors, for a later job. Failing to write them is a warning.
    StructureFactors,
    /// Detector, beam, scan and crystal, for another program.
    Instrument(GeometryFormat),
    /// What made an image, where a job knows it.
    Record,
}

/// Gray levels per photon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Levels {
    /// So many.
    Given(f64),
    /// As many as put five standard deviations of the detector's pixels at 250; the scale given here where all pixels
    /// are the same.
    Deviation(Scale),
}

/// What writes a content in a format.
type Write = fn(&Writer<'_>, &Output, &Watch<'_>) -> Result<(), Error>;

/// A format.
struct Row {
    format: Format,
    extensions: &'static [&'static str],
    /// Whether the format can hold a content.
    holds: fn(&Content) -> bool,
    write: Write,
}

/// The formats.
const ROWS: [Row; 9] = [
    Row { format: Format::Float, extensions: &["bin"], holds: photons::holds, write: photons::float },
    Row { format: Format::Smv, extensions: &["img"], holds: counts::holds, write: smv::write },
    Row { format: Format::Pgm, extensions: &["pgm"], holds: levels::holds, write: levels::write },
    Row { format: Format::Cbf, extensions: &["cbf"], holds: counts::holds, write: counts::cbf },
    Row { format: Format::Nexus, extensions: &["nxs", "h5"], holds: counts::holds, write: counts::nexus },
    Row { format: Format::Npy, extensions: &["npy"], holds: photons::array_holds, write: photons::npy },
    Row { format: Format::Tiff, extensions: &["tif", "tiff"], holds: photons::holds, write: photons::tiff },
    Row { format: Format::Png, extensions: &["png"], holds: picture::holds, write: picture::write },
    Row { format: Format::Record, extensions: &[], holds: record::holds, write: record::write },
];

impl Format {
    /// Extensions that [`Format::of`] knows, as text.
    pub const KNOWN: &str = ".bin (floats), .img (SMV), .pgm, .cbf, .nxs .h5 (NXmx), .npy, .tif .tiff, .png";

    /// The format that the extension of a name stands for.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_string_lossy().to_lowercase();
        let row = ROWS.iter().find(|row| row.extensions.contains(&extension.as_str()));
        row.map(|row| row.format)
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.format == self)
    }
}

impl Output {
    /// Whether this is an image, and not what it is made from or what is said of it.
    pub fn is_image(&self) -> bool {
        !matches!(self.format, Format::Table | Format::Instrument | Format::Record)
    }

    /// The record beside an image.
    #[must_use]
    pub fn record(image: &Path) -> Self {
        Output { path: record_of(image), format: Format::Record, content: Content::Record }
    }

    /// The output of panel `number`, under its [name](PathPattern::of_panels). Structure factors and the instrument, which
    /// all panels have in common, are written with panel 0; an NXmx file has all panels, and is counted as one of panel 0.
    pub fn of_panel(&self, number: usize) -> Option<Self> {
        if self.format == Format::Record {
            let image = PathPattern::of_panels(&self.path.with_extension("")).file(number);
            return Some(Output::record(&image));
        }
        if !self.is_image() || self.format == Format::Nexus {
            return (number == 0).then(|| self.clone());
        }
        Some(Output { path: PathPattern::of_panels(&self.path).file(number), ..self.clone() })
    }

    /// Finds out whether the format can hold the content.
    ///
    /// # Errors
    /// [`ErrorKind::Content`](crate::ErrorKind::Content).
    pub fn check(&self) -> Result<(), Error> {
        let holds = match self.format.row() {
            Some(row) => (row.holds)(&self.content),
            None => matches!(
                (self.format, &self.content),
                (Format::Table, Content::StructureFactors) | (Format::Instrument, Content::Instrument(_))
            ),
        };
        if holds { Ok(()) } else { Err(Cause::Content(self.path.clone()).into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str, content: Content) -> Output {
        let path = PathBuf::from(name);
        Output { format: Format::of(&path).unwrap(), path, content }
    }

    #[test]
    fn extensions_tell_the_format() {
        assert_eq!(Format::of(Path::new("a.b/c.NXS")), Some(Format::Nexus));
        assert_eq!([Format::of(Path::new("a.gif")), Format::of(Path::new("a"))], [None, None]);
        for row in ROWS {
            assert!(row.extensions.iter().all(|extension| Format::KNOWN.contains(extension)));
        }
    }

    #[test]
    fn a_format_holds_what_it_can() {
        assert!(output("a.cbf", Content::Counts(Readout::counted())).check().is_ok());
        assert!(output("a.npy", Content::Photons).check().is_ok());
        let error = output("a.cbf", Content::Photons).check().unwrap_err();
        assert_eq!(error.kind().code(), "output.content");
    }

    #[test]
    fn panels_have_numbers() {
        let image = output("x/a.cbf", Content::Photons).of_panel(3).unwrap();
        assert_eq!(image.path, PathBuf::from("x/a_3.cbf"));
        let table =
            Output { path: "F.bin".into(), format: Format::Table, content: Content::StructureFactors };
        assert_eq!((table.of_panel(0), table.of_panel(1)), (Some(table.clone()), None));
        let stack = output("x/a.nxs", Content::Counts(Readout::counted()));
        assert_eq!((stack.of_panel(0), stack.of_panel(1)), (Some(stack.clone()), None));
        let record = Output::record(Path::new("x/a.npy"));
        assert_eq!(record.of_panel(2).unwrap().path, PathBuf::from("x/a_2.npy.json"));
    }
}
