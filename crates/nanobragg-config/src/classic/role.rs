//! What a flag has in common with others.

use nanobragg::model::Pivot;

use crate::flag_id::FlagId;

/// What a flag has in common with others, wherever they have to be told from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It says where the detector is, or what its pixels are: the description of an instrument says it too.
    PlacesDetector,
    /// It names a convention: the last one given decides.
    Convention,
    /// It gives a vector, which replaces the convention.
    Vector,
    /// It names a file that is read.
    InputFile,
    /// It names a file, or asks for values, of a single image.
    OneImage,
    /// The program prints something and stops.
    Prints,
    /// No pixel depends on it.
    NoPixels,
    /// The C program does not have it.
    Extension,
    /// Every occurrence counts, not the last alone.
    Several,
    /// It says how a picture looks: without one it changes nothing.
    OfPicture,
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u16);

impl Roles {
    /// No roles.
    pub const NONE: Roles = Roles(0);

    /// The same with another one.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Roles(self.0 | 1 << role as u16)
    }

    /// Whether `role` is among them.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }
}

/// Flags that a flag cannot stand beside, because they decide the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflicts {
    /// Nothing.
    None,
    /// These.
    With(&'static [FlagId]),
    /// All of a role.
    WithRole(Role),
}

/// The point about which the detector turns, as a flag decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pivots {
    /// Whether flags are taken in their order or by their rank.
    Always(Pivot),
    /// Only where flags are taken in their order, as the C program takes them.
    InOrder(Pivot),
}
