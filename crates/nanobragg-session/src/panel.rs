//! Panels of a detector.

use nanobragg::model::Detector;

/// A panel of a detector with several.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Name; may be empty.
    pub name: String,
    /// The panel as a detector of its own.
    pub detector: Detector,
}
