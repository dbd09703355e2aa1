//! The files of a sweep: numbered ones, or one stack.

use std::path::{Path, PathBuf};

use nanobragg_session::{Format, Output};

use crate::Error;
use crate::error::Cause;

/// The files of one output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A file for each image.
    Numbered(Template, Output),
    /// An NXmx file for all.
    Stack(Output),
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

impl Target {
    /// The files of `output`.
    pub fn new(output: &Output) -> Result<Self, Error> {
        if output.format == Format::Nexus {
            return Ok(Target::Stack(output.clone()));
        }
        let name = &output.path;
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
        Ok(Target::Numbered(template, output.clone()))
    }

    /// The file of all images, if it is one.
    pub fn stack(&self) -> Option<&Output> {
        match self {
            Target::Stack(output) => Some(output),
            Target::Numbered(..) => None,
        }
    }

    /// Where image number `image`, counted from 1, goes, if it has a file of its own.
    pub fn file(&self, image: usize) -> Option<PathBuf> {
        let Target::Numbered(Template { folder, before, digits, after }, _) = self else { return None };
        Some(folder.join(format!("{before}{image:0digits$}{after}")))
    }
}

/// What is written for image number `image`, counted from 1: its own files.
pub(crate) fn outputs(targets: &[Target], image: usize) -> Vec<Output> {
    let own = |target: &Target| match target {
        Target::Numbered(_, output) => target.file(image).map(|path| Output { path, ..output.clone() }),
        Target::Stack(_) => None,
    };
    targets.iter().filter_map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg_session::Content;

    fn target(name: &str) -> Result<Target, Error> {
        let path = PathBuf::from(name);
        let format = Format::of(&path).unwrap();
        Target::new(&Output { path, format, content: Content::Photons })
    }

    fn files(name: &str, image: usize) -> String {
        target(name).unwrap().file(image).unwrap().display().to_string()
    }

    #[test]
    fn numbers_stand_where_the_name_says() {
        assert_eq!(files("a.cbf", 7), "a_00007.cbf");
        assert_eq!(files("out/a.b.img", 123456), "out/a.b_123456.img");
        assert_eq!(files("a_###.cbf", 7), "a_007.cbf");
        assert_eq!(files("#/a#b##.img", 7), "#/a#b07.img");
        assert_eq!(target("a.NXS").unwrap().file(1), None);
    }

    #[test]
    fn a_name_has_a_bounded_number_of_digits() {
        let name = |digits| format!("a{}.cbf", "#".repeat(digits));
        assert_eq!(files(&name(20), 7), format!("a{:020}.cbf", 7));
        for digits in [21, 70_000] {
            let error = target(&name(digits)).unwrap_err().to_string();
            assert!(error.contains(&format!("at most 20 # in a row, not {digits}")), "{error}");
        }
    }

    #[test]
    fn an_image_has_files_of_its_own_beside_the_stack() {
        let targets = [target("a.img").unwrap(), target("b.nxs").unwrap()];
        let paths: Vec<PathBuf> = outputs(&targets, 2).into_iter().map(|output| output.path).collect();
        assert_eq!(paths, [PathBuf::from("a_00002.img")]);
    }
}
