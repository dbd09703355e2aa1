//! Which flag mends what the libraries warn of.

use nanobragg::model::Quirk;
use nanobragg::plan::Warning;
use nanobragg_session::Emptiness;

use crate::automatic::{MOST_DOMAINS, MOST_PHI_STEPS};

/// The most sub-pixels along an edge that are proposed: their square multiplies the time of a run.
const MOST: f64 = 100.0;

/// The flag that mends `warning`, and what it does. [`Warning`](crate::Warning)'s text ends in it.
///
/// ```
/// use nanobragg::plan::Warning;
/// use nanobragg_config::remedy;
///
/// let warning = Warning::Undersampled { used: 1, needed: 9.0, longest_edge: 5e-8 };
/// assert_eq!(remedy::of(&warning).as_deref(), Some("-oversample 9 resolves them"));
/// assert!(nanobragg_config::Warning::from(warning).to_string().ends_with("; -oversample 9 resolves them"));
/// ```
pub fn of(warning: &Warning) -> Option<String> {
    let fixed = match warning {
        Warning::Undersampled { needed, .. } if *needed <= MOST => {
            return Some(format!("-oversample {needed} resolves them"));
        }
        Warning::Undersampled { .. } => {
            "-N with fewer cells and -fluence with more photons keep the intensities"
        }
        Warning::FewPhiSteps { needed, .. } => {
            let number = set_number("-phisteps", *needed, MOST_PHI_STEPS);
            // A step that is said decides on the number, or on the width of as many steps.
            return Some(format!("{number}; -osc, not -phistep, has to give the range"));
        }
        Warning::FewDomains { needed, .. } => {
            return Some(set_number("-mosaic_domains", *needed, MOST_DOMAINS));
        }
        Warning::FewWavelengths { needed, .. } => {
            return Some(format!(
                "-dispsteps {needed} sets their number; a spectrum from a file needs more rows"
            ));
        }
        Warning::FewDirections { needed: [horizontal, vertical], .. } => {
            return Some(format!(
                "-hdivsteps {horizontal} and -vdivsteps {vertical} set their number; ranges, not -hdivstep and -vdivstep, \
                 have to give the width"
            ));
        }
        Warning::FewSources { .. } => {
            "-sourcefile with sources between them makes the spots of a continuous beam merge"
        }
        Warning::QuirkActs { quirk: Quirk::PhiZeroCarryover, .. } => {
            "-phi_carryover_mode spec starts every step afresh"
        }
        Warning::QuirkActs { quirk: Quirk::CellCStarZ, .. } => "-quirks exact keeps those given",
        Warning::QuirkActs { .. } => "-quirks exact turns it off",
        Warning::AttenuationAssumed { .. } => "-detector_abs UM sets the depth",
        _ => return None,
    };
    Some(fixed.to_owned())
}

/// That `flag` sets a number, and whether `auto`, which takes at most so many, does as well.
fn set_number(flag: &str, needed: usize, most: usize) -> String {
    if needed <= most {
        format!("{flag} {needed} or auto sets their number")
    } else {
        format!("{flag} {needed} sets their number (auto takes at most {most})")
    }
}

/// The flags that mend a warning of a job, and what they do.
pub fn of_job(warning: &nanobragg_session::Warning) -> Option<&'static str> {
    match warning {
        nanobragg_session::Warning::Dark { .. } => {
            Some("-fluence or -flux and the crystal's size, -N or -xtalsize, decide how many")
        }
        nanobragg_session::Warning::Empty(why) => Some(match why {
            Emptiness::NoBeam => "-fluence or -flux gives some",
            Emptiness::Masked => "-mask keeps those that its file neither marks nor has at zero",
            Emptiness::NoFactors => "-hkl with amplitudes, or -default_F, gives some",
            Emptiness::Beyond { .. } => "-dmin is the limit",
            Emptiness::OtherResolution { .. } => {
                "-lambda and -distance, -cell and -dmin decide which of them are on the image"
            }
            _ => "-misset and -osc, -lambda and -distance decide which are",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classic::table;

    fn begins_with_a_flag(remedy: &str) {
        let name = remedy.split(' ').next().unwrap_or_default();
        assert!(table().iter().any(|flag| flag.names.contains(&name)), "{remedy}");
    }

    #[test]
    fn more_than_auto_takes_is_no_matter_of_auto() {
        let domains = |needed| of(&Warning::FewDomains { used: 10, needed, error: 0.5 }).unwrap();
        assert_eq!(domains(1000), "-mosaic_domains 1000 or auto sets their number");
        assert_eq!(domains(1001), "-mosaic_domains 1001 sets their number (auto takes at most 1000)");
        let steps = |needed| of(&Warning::FewPhiSteps { used: 2, needed, width: 0.01, error: 0.5 }).unwrap();
        let rest = "-osc, not -phistep, has to give the range";
        assert_eq!(steps(1000), format!("-phisteps 1000 or auto sets their number; {rest}"));
        assert_eq!(
            steps(1001),
            format!("-phisteps 1001 sets their number (auto takes at most 1000); {rest}")
        );
    }

    #[test]
    fn every_remedy_begins_with_a_flag() {
        let quirks =
            Quirk::ALL.iter().map(|&quirk| Warning::QuirkActs { quirk, angles_deg: Some([80.0; 3]) });
        let others = [
            Warning::Undersampled { used: 1, needed: 9.0, longest_edge: 5e-8 },
            Warning::FewPhiSteps { used: 2, needed: 20, width: 0.01, error: 0.5 },
            Warning::FewDomains { used: 10, needed: 200, error: 0.5 },
            Warning::FewWavelengths { used: 2, needed: 20 },
            Warning::FewDirections { used: [2, 1], needed: [20, 1] },
            Warning::FewSources { used: 2, apart: 5.0 },
            Warning::AttenuationAssumed { thickness: 1e-4 },
            Warning::EmptyRegion,
            Warning::Sharpened { b_factor: -1e-19 },
        ];
        for warning in quirks.chain(others) {
            let text = warning.to_string();
            let is_flag = |word: &str| {
                word.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
            };
            assert!(!text.split(' ').any(is_flag), "the library names a flag: {text}");
            of(&warning).iter().for_each(|remedy| begins_with_a_flag(remedy));
        }
        let dark = nanobragg_session::Warning::Dark { path: "a.img".into(), brightest: 1e-9 };
        begins_with_a_flag(of_job(&dark).unwrap());
        for why in [
            Emptiness::NoBeam,
            Emptiness::Masked,
            Emptiness::NoFactors,
            Emptiness::Beyond { limit: 3.0, lowest: 2.0 },
            Emptiness::OtherResolution { image: [30.0, 2.0], table: [1.5, 1.0] },
            Emptiness::NoSpot,
        ] {
            begins_with_a_flag(of_job(&nanobragg_session::Warning::Empty(why)).unwrap());
        }
    }
}
