//! The files of a sweep: numbered ones, or one stack.

use std::path::{Path, PathBuf};

use nanobragg_session::{Counting, Outputs};

use crate::Error;
use crate::error::Cause;

/// The files of one `-o`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file for each image.
    Numbered(Template),
    /// An NXmx file for all.
    Stack(PathBuf),
}

/// How the files of the images are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    folder: PathBuf,
    before: String,
    digits: usize,
    after: String,
}

/// Digits of the number where the name has no place for it.
const DIGITS: usize = 5;
/// The most digits of a number.
const MOST_DIGITS: usize = 20;

/// Whether two names ask for the same kind of file.
pub(crate) fn same_kind(a: &Path, b: &Path) -> Result<bool, Error> {
    Ok(slots(a)? == slots(b)?)
}

/// Which of the outputs a name asks for.
fn slots(name: &Path) -> Result<[bool; 9], Error> {
    let Outputs { float, int, pgm, noise, cbf, nexus, npy, tiff, png, .. } =
        with_image(Outputs::default(), name.to_owned())?;
    Ok([float, int, pgm, noise, cbf, nexus, npy, tiff, png].map(|slot| slot.is_some()))
}

impl Target {
    /// The files that the user calls `name`.
    pub fn new(name: &Path) -> Result<Self, Error> {
        if with_image(Outputs::default(), name.to_owned())?.nexus.is_some() {
            return Ok(Target::Stack(name.to_owned()));
        }
        let folder = name.parent().map(Path::to_owned).unwrap_or_default();
        let file = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let template = match file.rfind('#') {
            Some(last) => {
                let before = file[..=last].trim_end_matches('#');
                let digits = last + 1 - before.len();
                if digits > MOST_DIGITS {
                    return Err(Cause::Digits { most: MOST_DIGITS, digits }.into());
                }
                Template { folder, before: before.to_owned(), digits, after: file[last + 1..].to_owned() }
            }
            None => {
                let (stem, extension) = file.rsplit_once('.').unwrap_or((&file, ""));
                Template {
                    folder,
                    before: format!("{stem}_"),
                    digits: DIGITS,
                    after: format!(".{extension}"),
                }
            }
        };
        Ok(Target::Numbered(template))
    }

    /// The file of all images, if it is one.
    pub fn stack(&self) -> Option<&Path> {
        match self {
            Target::Stack(path) => Some(path),
            Target::Numbered(_) => None,
        }
    }

    /// Where image number `image`, counted from 1, goes, if it has a file of its own.
    pub fn file(&self, image: usize) -> Option<PathBuf> {
        let Target::Numbered(Template { folder, before, digits, after }) = self else { return None };
        Some(folder.join(format!("{before}{image:0digits$}{after}")))
    }
}

/// What is written for image number `image`, counted from 1: its own files, with the choices of `setup`.
pub(crate) fn outputs(targets: &[Target], image: usize, setup: &Outputs) -> Result<Outputs, Error> {
    let mut outputs = setup.without_images();
    // A scale from the brightest pixel would be another one for each image.
    if outputs.scale <= 0.0 {
        outputs.scale = 1.0;
    }
    for path in targets.iter().filter_map(|target| target.file(image)) {
        outputs = with_image(outputs, path)?;
    }
    // A series stands for a measurement: its SMV images are those with noise.
    if outputs.counting == Counting::Poisson {
        outputs.noise = outputs.int.take();
    }
    Ok(outputs)
}

fn with_image(outputs: Outputs, path: PathBuf) -> Result<Outputs, Error> {
    let known = Outputs::KNOWN_FORMATS;
    outputs.with_image(path.clone()).ok_or_else(|| Cause::UnknownFormat { path, known }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(name: &str, image: usize) -> String {
        Target::new(Path::new(name)).unwrap().file(image).unwrap().display().to_string()
    }

    #[test]
    fn numbers_stand_where_the_name_says() {
        assert_eq!(files("a.cbf", 7), "a_00007.cbf");
        assert_eq!(files("out/a.b.img", 123456), "out/a.b_123456.img");
        assert_eq!(files("a_###.cbf", 7), "a_007.cbf");
        assert_eq!(files("#/a#b##.img", 7), "#/a#b07.img");
        assert_eq!(Target::new(Path::new("a.NXS")).unwrap().file(1), None);
        assert!(Target::new(Path::new("a.gif")).is_err() && Target::new(Path::new("a")).is_err());
    }

    #[test]
    fn a_name_has_a_bounded_number_of_digits() {
        let name = |digits| format!("a{}.cbf", "#".repeat(digits));
        assert_eq!(files(&name(20), 7), format!("a{:020}.cbf", 7));
        for digits in [21, 70_000] {
            let error = Target::new(Path::new(&name(digits))).unwrap_err().to_string();
            assert!(error.contains(&format!("at most 20 # in a row, not {digits}")), "{error}");
        }
    }

    #[test]
    fn kinds_are_those_of_the_formats() {
        let same = |a: &str, b: &str| same_kind(Path::new(a), Path::new(b)).unwrap();
        assert!(same("a.nxs", "b.h5") && same("a.tif", "b.TIFF") && !same("a.cbf", "a.img"));
    }

    #[test]
    fn smv_images_have_noise_unless_it_is_off() {
        let targets = [Target::new(Path::new("a.img")).unwrap(), Target::new(Path::new("b.nxs")).unwrap()];
        let noisy = outputs(&targets, 2, &Outputs::default()).unwrap();
        assert_eq!((noisy.noise, noisy.int), (Some("a_00002.img".into()), None));
        let setup = Outputs { counting: Counting::Rounded, ..Outputs::default() };
        let plain = outputs(&targets, 2, &setup).unwrap();
        assert_eq!((plain.noise, plain.int, plain.scale), (None, Some("a_00002.img".into()), 1.0));
        assert_eq!(plain.nexus, None);
    }
}
