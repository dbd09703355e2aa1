//! The files of a sweep: numbered ones, or one stack.

use std::path::PathBuf;

use nanobragg_io::lock::Claim;
use nanobragg_session::{Format, Output, PathPattern};

use crate::Error;
use crate::error::Cause;

/// The files of one output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A file for each image.
    Numbered(PathPattern, Output),
    /// An NXmx file for all.
    Stack(Output),
}

/// The most digits of a number.
const MOST_DIGITS: usize = 20;

impl Target {
    /// The files of `output`.
    pub fn new(output: &Output) -> Result<Self, Error> {
        if output.format == Format::Nexus {
            return Ok(Target::Stack(output.clone()));
        }
        let pattern = PathPattern::of_images(&output.path);
        if pattern.digits() > MOST_DIGITS {
            return Err(Cause::Digits { most: MOST_DIGITS, digits: pattern.digits() }.into());
        }
        Ok(Target::Numbered(pattern, output.clone()))
    }

    /// The file of all images, if it is one.
    pub fn stack(&self) -> Option<&Output> {
        match self {
            Target::Stack(output) => Some(output),
            Target::Numbered(..) => None,
        }
    }

    /// What no other run writes meanwhile.
    pub fn claims(&self) -> Vec<Claim> {
        let pattern = match self {
            Target::Stack(output) => return vec![Claim::file(&output.path)],
            Target::Numbered(pattern, _) => pattern,
        };
        let mut families = pattern.families();
        let own = families.pop();
        // Beside others in the families around it, but not beside a pattern whose own they are.
        let around = families.iter().map(|family| Claim::numbered(family).shared());
        let all = around.chain(own.iter().map(|family| Claim::numbered(family)));
        all.map(|claim| claim.called(pattern.given())).collect()
    }

    /// All its files, for so many images.
    pub fn files(&self, images: usize) -> impl Iterator<Item = PathBuf> + '_ {
        let stack = self.stack().map(|stack| stack.path.clone());
        stack.into_iter().chain((1..=images).filter_map(|image| self.file(image)))
    }

    /// Where image number `image`, counted from 1, goes, if it has a file of its own.
    pub fn file(&self, image: usize) -> Option<PathBuf> {
        let Target::Numbered(pattern, _) = self else { return None };
        Some(pattern.file(image))
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
        assert_eq!(target("a.NXS").unwrap().file(1), None);
        let targets = [target("a.img").unwrap(), target("b.nxs").unwrap()];
        let paths: Vec<PathBuf> = outputs(&targets, 2).into_iter().map(|output| output.path).collect();
        assert_eq!(paths, [PathBuf::from("a_00002.img")]);
    }
}
