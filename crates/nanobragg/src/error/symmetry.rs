//! Why a set of operators is none of a space group.

use super::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SymmetryCause {
    /// The text is no operator.
    #[error("expected a symmetry operator such as \"-x,y+1/2,-z\", found {0:?}")]
    NotAnOperator(String),
    /// Products of the rotations go on without end.
    #[error("the symmetry operators do not make a crystallographic group")]
    NoGroup,
    /// More operators than any space group has.
    #[error("more than {limit} symmetry operators")]
    TooMany { limit: usize },
}

impl SymmetryCause {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            SymmetryCause::NotAnOperator(_) => ErrorKind::NotAnOperator,
            SymmetryCause::NoGroup => ErrorKind::NoGroup,
            SymmetryCause::TooMany { .. } => ErrorKind::TooManyOperators,
        }
    }
}
