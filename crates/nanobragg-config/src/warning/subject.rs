//! What a warning is about.

use std::borrow::Cow;
use std::path::Path;

use super::Said;
use crate::flag_id::FlagId;

/// What a warning is about, for programs. `None` stands for what it does not have.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// The flag.
    pub flag: Option<FlagId>,
    /// The file.
    pub file: Option<&'a Path>,
    /// The line, key or column in the file.
    pub place: Option<&'a str>,
    /// The value that was read.
    pub found: Option<Cow<'a, str>>,
    /// What was assumed in its place.
    pub assumed: Option<Cow<'a, str>>,
}

impl<'a> Subject<'a> {
    /// A flag with its values.
    pub(super) fn of_flag(said: &'a Said) -> Self {
        let found = Some(said.values.as_str().into()).filter(|values: &Cow<'_, str>| !values.is_empty());
        Subject { flag: Some(said.flag), found, ..Subject::default() }
    }

    pub(super) fn of_file(file: &'a Path) -> Self {
        Subject { file: Some(file), ..Subject::default() }
    }

    pub(super) fn at(self, place: &'a str) -> Self {
        Subject { place: Some(place), ..self }
    }

    pub(super) fn found(self, found: impl Into<Cow<'a, str>>) -> Self {
        Subject { found: Some(found.into()), ..self }
    }

    pub(super) fn assumed(self, assumed: impl Into<Cow<'a, str>>) -> Self {
        Subject { assumed: Some(assumed.into()), ..self }
    }
}
