//! Both comparisons together, for people and as JSON.

use std::fmt;

use serde::Serialize;

use crate::comparison::{Comparison, QUANTILES, compare};
use crate::error::Error;
use crate::image::Image;
use crate::peaks::{PeakOptions, Peaks};
use crate::tolerance::Tolerance;

/// What a report is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportOptions {
    /// How far pixels may differ.
    pub tolerance: Tolerance,
    /// What counts as a peak.
    pub peaks: PeakOptions,
}

impl Default for ReportOptions {
    fn default() -> Self {
        ReportOptions { tolerance: Tolerance::PROGRAMS, peaks: PeakOptions::default() }
    }
}

/// How two images compare. Only the pixels decide whether they agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whether no pixel is beyond the tolerance.
    pub passes: bool,
    /// Pixels along the slow and the fast axis.
    pub size: [usize; 2],
    /// Pixel by pixel.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Spot by spot.
    pub peaks: Peaks,
}

impl Report {
    /// Compares `a` with `b`.
    ///
    /// # Errors
    /// [`ErrorKind::Sizes`](crate::ErrorKind::Sizes), [`ErrorKind::Memory`](crate::ErrorKind::Memory).
    pub fn new(a: &Image, b: &Image, options: ReportOptions) -> Result<Report, Error> {
        if (a.fast, a.slow) != (b.fast, b.slow) {
            return Err(Error::sizes((a.fast, a.slow), (b.fast, b.slow)));
        }
        a.check_memory()?;
        let comparison = compare(&a.pixels, &b.pixels, a.fast, options.tolerance);
        Ok(Report {
            passes: comparison.passes(),
            size: [a.slow, a.fast],
            comparison,
            peaks: Peaks::of(a, b, options.peaks),
        })
    }
}

/// A number that may be missing.
fn or_none(value: Option<f64>, format: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "none".to_owned(), format)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { tolerance, pixels, identical, failing, .. } = self.comparison;
        let c = &self.comparison;
        let verdict = if self.passes { "agree" } else { "differ" };
        writeln!(
            f,
            "The images {verdict}: {failing} of {pixels} pixels differ by more than {:e} of their value + {:e} of the maximum.",
            tolerance.relative, tolerance.of_max
        )?;
        writeln!(f, "  identical        {identical} pixels")?;
        writeln!(f, "  largest |A - B|  {:.6e}, {:.3e} of the maximum", c.max_abs, c.max_of_max)?;
        let quantiles = |values: [f64; 4]| {
            let named =
                QUANTILES.iter().zip(values).map(|(q, value)| format!("{value:.2e} ({} %)", q * 100.0));
            named.collect::<Vec<_>>().join(", ")
        };
        writeln!(f, "  absolute errors  {}", quantiles(c.absolute_quantiles))?;
        writeln!(f, "  relative errors  {}", quantiles(c.relative_quantiles))?;
        writeln!(f, "  rmse             {:.6e}", c.rmse)?;
        writeln!(f, "  correlation      {}", or_none(c.correlation, |x| format!("{x:.12}")))?;
        let ratio = or_none(c.sum_ratio, |x| format!("{x:.9}"));
        writeln!(f, "  sums             {:.9e} / {:.9e} = {ratio}", c.sum_a, c.sum_b)?;
        let p = &self.peaks;
        write!(
            f,
            "  peaks            {} and {}, {} in pairs ({}); distance mean {}, largest {} pixels; intensity ratio {}",
            p.count_a,
            p.count_b,
            p.matched,
            or_none(p.fraction_matched, |x| format!("{:.1} %", x * 100.0)),
            or_none(p.mean_distance, |x| format!("{x:.4}")),
            or_none(p.max_distance, |x| format!("{x:.4}")),
            or_none(p.intensity_ratio, |x| format!("{x:.9}")),
        )?;
        if !c.worst.is_empty() {
            write!(f, "\n  worst pixels     slow  fast  A  B  A - B")?;
        }
        for worst in &c.worst {
            let (a, b) = (worst.a, worst.b);
            write!(f, "\n                   {}  {}  {a}  {b}  {:+.3e}", worst.slow, worst.fast, a - b)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Format;

    fn spots(fast: usize, slow: usize, at: &[[usize; 2]]) -> Image {
        let mut pixels = vec![0.1; fast * slow];
        for [s, f] in at {
            pixels[s * fast + f] = 100.0;
        }
        Image { slow, fast, pixels, format: Format::Float }
    }

    #[test]
    fn a_shifted_spot_is_seen_by_pixels_and_by_peaks() {
        let b = spots(20, 20, &[[5, 5], [10, 12]]);
        let a = spots(20, 20, &[[5, 6], [10, 12]]);
        let same = Report::new(&b, &b, ReportOptions::default()).unwrap();
        assert!(same.passes);
        assert_eq!((same.peaks.matched, same.peaks.max_distance), (2, Some(0.0)));
        let report = Report::new(&a, &b, ReportOptions::default()).unwrap();
        assert!(!report.passes);
        assert_eq!((report.comparison.failing, report.peaks.matched), (2, 2));
        assert!((report.peaks.max_distance.unwrap() - 1.0).abs() < 0.02);
        assert!(report.to_string().starts_with("The images differ: 2 of 400 pixels"));
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((&json["passes"], &json["failing"]), (&false.into(), &2.into()));
    }

    #[test]
    fn sizes_have_to_be_the_same() {
        let error = Report::new(&spots(2, 3, &[]), &spots(3, 2, &[]), ReportOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), "A has 2 x 3 pixels (fast, slow), B has 3 x 2");
    }
}
