//! What both programs print of an image and of a pixel, compared as printed.

use super::metrics::Figures;

/// The lines on the whole image.
const FIGURES: [&str; 2] = ["max_I", "mean="];
/// The lines on a pixel whose numbers are of the pixel, not of its last term: the C program prints ten digits.
const PIXEL: [&str; 5] = ["I/steps", "polar", "omega", "capfrac", "pixel"];
/// What the last of those ten digits leaves open, and the order of the last roundings.
const TEN_DIGITS: f64 = 2e-9;

/// `max_I = ...` and `mean= ...`, which have to be the same to the last digit.
pub fn figures(ours: &str, theirs: &str) -> Option<Figures> {
    let lines = |text: &str| -> Vec<String> {
        let of_image = text.lines().filter(|line| FIGURES.iter().any(|start| line.starts_with(start)));
        of_image.map(|line| line.trim().to_owned()).collect()
    };
    let (ours, other) = (lines(ours), lines(theirs));
    (!other.is_empty()).then(|| Figures { agree: ours == other, ours, other })
}

/// The block of `-printout_pixel`, number by number.
pub fn printout(ours: &str, theirs: &str) -> Option<Figures> {
    let (ours, other) = (pixel_lines(ours), pixel_lines(theirs));
    if other.len() < PIXEL.len() {
        return None;
    }
    let agree = ours.len() == other.len()
        && ours.iter().zip(&other).all(|((name, ours), (of, other))| {
            // Single precision of the stored pixel, where the rounding may fall on either side.
            let limit = if *name == "pixel" { 1.2e-7 } else { TEN_DIGITS };
            name == of && (ours - other).abs() <= limit * other.abs()
        });
    let shown =
        |lines: Vec<(&str, f64)>| lines.iter().map(|(name, value)| format!("{name} {value}")).collect();
    Some(Figures { ours: shown(ours), other: shown(other), agree })
}

fn pixel_lines(text: &str) -> Vec<(&'static str, f64)> {
    let read = |line: &str| {
        let mut words = line.split_whitespace();
        let first = words.next()?;
        let name = PIXEL.into_iter().find(|name| *name == first)?;
        let value = words.next()?.parse().ok()?;
        words.next().is_none().then_some((name, value))
    };
    text.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "I/steps     178092.6159\npolar      0.9848484848\nomega   9.548915664e-05\n\
                         capfrac               1\npixel       16.74824905\npixel is no number here\n";

    #[test]
    fn a_pixel_is_compared_number_by_number() {
        assert!(printout(BLOCK, BLOCK).unwrap().agree);
        let changed = BLOCK.replace("0.9848484848", "0.9848484748");
        assert!(!printout(&changed, BLOCK).unwrap().agree);
        assert!(!printout("", BLOCK).unwrap().agree);
        assert!(printout(BLOCK, "").is_none());
    }

    #[test]
    fn figures_agree_to_the_last_digit() {
        let text = "max_I = 446.254  at 0.1 0.2\nmean= 0.00104287 rms= 1 rmsd= 1\nother\n";
        assert!(figures(text, text).unwrap().agree);
        assert!(!figures(&text.replace("446.254", "446.255"), text).unwrap().agree);
        assert!(figures(text, "").is_none());
    }
}
