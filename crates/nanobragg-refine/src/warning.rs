//! What a user should know of a refinement, typed.

use std::fmt;
use std::path::PathBuf;

/// What was found out or assumed and may spoil a refinement. `Display` is one line, without the file that it is about;
/// [`Warning::code`] is for programs. docs/WARNINGS.md lists the codes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The header of the data has a pedestal, which counts, and another one was given. Counts.
    OtherPedestal {
        /// That of the header.
        header: f64,
        /// The other one.
        given: f64,
    },
    /// The header of the data contradicts the start in a number of the instrument.
    OtherInstrument {
        /// Which number.
        what: &'static str,
        /// Its unit.
        unit: &'static str,
        /// What the header says.
        header: f64,
        /// What the start has.
        start: f64,
    },
    /// Positions that boxes are asked for at are beyond the detector.
    Beyond {
        /// How many.
        positions: usize,
    },
    /// Pixels of −1 and −2 are taken for ones that were not measured, though the format does not say so.
    Flagged {
        /// How many.
        pixels: usize,
    },
    /// The largest count stands in many pixels, and no limit is known beyond which pixels do not count.
    Clipped {
        /// That count.
        counts: f64,
        /// How many pixels have it.
        pixels: usize,
    },
    /// The detector does not lie at the start as the header of the data says.
    OtherAxes {
        /// Degrees between their axes.
        off_deg: f64,
    },
    /// The beam center of the header is another one than that of the start; along the fast and the slow axis, mm.
    OtherCenter {
        /// What the header says, in its own convention.
        header: [f64; 2],
        /// What the start has, from the outer corner of the first pixel.
        start: [f64; 2],
    },
    /// Files of an earlier run are there under names of this one, which does not write them.
    EarlierFiles {
        /// The first.
        first: PathBuf,
        /// How many more.
        more: usize,
    },
    /// Numbers that images are to share are those of one image.
    SharedByOne,
    /// The model does not describe the data.
    PoorFit {
        /// χ² per pixel.
        chi2: f64,
    },
    /// Spots are too narrow for the points that pixels are integrated by.
    FewPoints {
        /// Points along a pixel's edge.
        points: usize,
    },
    /// Boxes have another nearest reflection than at the start.
    Reindexed {
        /// How many.
        boxes: usize,
    },
}

nanobragg::codes! { Warning:
    OtherPedestal = "refine.other-pedestal",
    OtherInstrument = "refine.other-instrument",
    Beyond = "refine.beyond-detector",
    Flagged = "refine.flagged",
    Clipped = "refine.clipped",
    OtherAxes = "refine.other-axes",
    OtherCenter = "refine.other-beam-center",
    EarlierFiles = "refine.earlier-files",
    SharedByOne = "refine.shared-by-one",
    PoorFit = "refine.poor-fit",
    FewPoints = "refine.few-points",
    Reindexed = "refine.reindexed",
}

impl Warning {
    /// χ² per pixel above which the model does not describe the data.
    pub(crate) const POOR_CHI2: f64 = 1.2;

    /// The largest part by which a number of a header may differ from that of a start: more than numbers are refined by, and
    /// than headers are rounded by.
    const TOLERANCE: f64 = 5e-3;

    /// The largest angle by which the detector of a header may be off that of a start: more than it is refined by.
    const TOLERANCE_DEG: f64 = 0.5;

    /// That the axes of a header are off those of a start by so many degrees.
    pub fn of_axes(off_deg: f64) -> Option<Self> {
        (off_deg > Self::TOLERANCE_DEG).then_some(Warning::OtherAxes { off_deg })
    }

    /// That the tilt of a header is not that of a start; both in degrees.
    pub fn of_tilt(header: f64, start: f64) -> Option<Self> {
        let differs = (header - start).abs() > Self::TOLERANCE_DEG;
        differs.then_some(Warning::OtherInstrument {
            what: "tilt of the detector",
            unit: "deg",
            header,
            start,
        })
    }

    /// That a header contradicts a start, where `header` differs from all of `start`: a distance may be that along the
    /// beam or the nearest one.
    pub fn of_header(what: &'static str, unit: &'static str, header: f64, start: &[f64]) -> Option<Self> {
        let near = |start: &f64| (header - start).abs() <= Self::TOLERANCE * start.abs();
        let first = *start.first()?;
        (!start.iter().any(near)).then_some(Warning::OtherInstrument { what, unit, header, start: first })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::OtherPedestal { header, given } => {
                write!(f, "its header has a pedestal of {header}, which counts, not {given}")
            }
            Warning::OtherInstrument { what, unit, header, start } => {
                write!(
                    f,
                    "its header has a {what} of {header} {unit}, the start one of {start} {unit}, which counts"
                )
            }
            Warning::Beyond { positions } => {
                let are = if *positions == 1 { "position is" } else { "positions are" };
                write!(f, "{positions} {are} beyond the detector and not used")
            }
            Warning::Flagged { pixels } => write!(
                f,
                "{pixels} pixels of -1 or -2 are taken as flags and left out: all its counts are whole and none is lower"
            ),
            Warning::Clipped { counts, pixels } => write!(
                f,
                "{pixels} pixels have the largest count, {counts}: they may be saturated; -saturation {counts} leaves them out"
            ),
            Warning::OtherAxes { off_deg } => write!(
                f,
                "the detector of its header lies {off_deg:.2} deg off that of the start, which counts"
            ),
            Warning::OtherCenter { header, start } => write!(
                f,
                "its header has a beam center of {:.2} {:.2} mm, the start one of {:.2} {:.2} mm (fast, slow), which counts",
                header[0], header[1], start[0], start[1]
            ),
            Warning::EarlierFiles { first, more } => {
                let others = if *more == 0 { String::new() } else { format!(" (and {more} more)") };
                write!(f, "{}{others}: of an earlier run, and not written by this one", first.display())
            }
            Warning::SharedByOne => f.write_str("only one image is refined: nothing is shared"),
            Warning::PoorFit { chi2 } => write!(
                f,
                "chi2 per pixel is {chi2:.2}, more than {}: the model does not describe the data, and standard \
                 deviations may be too small",
                Warning::POOR_CHI2
            ),
            Warning::FewPoints { points } => write!(
                f,
                "the spots are too narrow for {points} x {points} points per pixel: sizes may be too small"
            ),
            Warning::Reindexed { boxes: 1 } => f.write_str(
                "1 shoebox has another nearest reflection than at the start: the indexing may be wrong",
            ),
            Warning::Reindexed { boxes } => {
                write!(
                    f,
                    "{boxes} shoeboxes have another nearest reflection than at the start: the indexing may be wrong"
                )
            }
        }
    }
}
