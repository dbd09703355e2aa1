//! What was measured, as a table on the terminal and as JSON.

use serde::{Deserialize, Serialize};

use super::fit::PowerLaw;

/// Seconds of repeated measurements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    pub median: f64,
    pub min: f64,
    pub max: f64,
    pub repeats: usize,
}

impl Timing {
    /// Sums up measurements; of none everything is zero.
    pub fn of(mut seconds: Vec<f64>) -> Timing {
        seconds.sort_unstable_by(f64::total_cmp);
        let repeats = seconds.len();
        let at = |index: usize| seconds.get(index).copied().unwrap_or(0.0);
        let median = 0.5 * (at(repeats.saturating_sub(1) / 2) + at(repeats / 2));
        Timing { median, min: at(0), max: at(repeats.saturating_sub(1)), repeats }
    }
}

/// What a time is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The library's rendering of a finished plan.
    Render,
    /// The whole process, files included.
    Program,
    /// Flags and input files read, without rendering.
    Load,
}

/// One measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub part: Part,
    pub dtype: String,
    pub threads: usize,
    /// Pixel × sub-pixel × layer × source × phi step × domain.
    pub terms: f64,
    pub seconds: Timing,
    pub ns_per_term: f64,
    pub gterm_per_s: f64,
    /// The C program on the same flags, whole process.
    pub c_seconds: Option<Timing>,
    /// Time of the C program over this one's.
    pub ratio_to_c: Option<f64>,
}

impl Row {
    pub fn new(name: &str, part: Part, (dtype, threads): (&str, usize), terms: f64, seconds: Timing) -> Row {
        let per_term = seconds.median / terms;
        Row {
            name: name.to_owned(),
            part,
            dtype: dtype.to_owned(),
            threads,
            terms,
            seconds,
            ns_per_term: per_term * 1e9,
            gterm_per_s: 1e-9 / per_term,
            c_seconds: None,
            ratio_to_c: None,
        }
    }

    /// The same row beside the C program's time.
    pub fn beside(mut self, c: Option<Timing>) -> Row {
        self.ratio_to_c = c.map(|c| c.median / self.seconds.median);
        self.c_seconds = c;
        self
    }

    /// A line of the table.
    pub fn line(&self) -> String {
        let part = match self.part {
            Part::Render => "render",
            Part::Program => "program",
            Part::Load => "load",
        };
        let (seconds, terms) = (&self.seconds, self.terms);
        let mut line = format!(
            "{:22} {part:8} {:5} {:>2} {terms:10.3e} {:9.5} {:9.5} {:9.5} ",
            self.name, self.dtype, self.threads, seconds.median, seconds.min, seconds.max
        );
        line += &match self.part {
            Part::Load => format!("{:>9} {:>8}", "", ""),
            _ => format!("{:9.3} {:8.4}", self.ns_per_term, self.gterm_per_s),
        };
        if let (Some(c), Some(ratio)) = (&self.c_seconds, self.ratio_to_c) {
            line += &format!(" {:9.4} {ratio:8.1}", c.median);
        }
        line
    }

    /// The table's head.
    pub fn head() -> String {
        format!(
            "{:22} {:8} {:5} {:>2} {:>10} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>8}",
            "name",
            "part",
            "dtype",
            "th",
            "terms",
            "median s",
            "min s",
            "max s",
            "ns/term",
            "Gterm/s",
            "C s",
            "C ratio"
        )
    }
}

/// Cost against one size of the experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What grows.
    pub name: String,
    /// Size and seconds.
    pub points: Vec<[f64; 2]>,
    pub fit: Option<PowerLaw>,
}

/// Where and when it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    /// Code that renders in double precision, with its vector instructions.
    pub evaluation: String,
    pub rustc: String,
    pub date_utc: String,
    pub git_commit: String,
    /// Processes that wanted a core, on average over the minute before: disturbed times are high times.
    pub load_average: String,
}

/// Everything of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    /// Whether sizes and repeats were those of `--quick`.
    pub quick: bool,
    pub rows: Vec<Row>,
    pub scaling: Vec<Series>,
    /// What was left out, and why.
    pub skipped: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let timing = Timing::of(vec![3.0, 1.0, 2.0]);
        assert_eq!(timing, Timing { median: 2.0, min: 1.0, max: 3.0, repeats: 3 });
        assert_eq!(Timing::of(vec![4.0, 1.0]).median, 2.5);
        assert_eq!(Timing::of(Vec::new()).repeats, 0);
    }

    fn row() -> Row {
        let seconds = Timing::of(vec![0.05]);
        Row::new("square", Part::Render, ("f64", 1), 1e7, seconds)
    }

    #[test]
    fn rates_follow_from_time_and_terms() {
        let row = row().beside(Some(Timing::of(vec![2.0])));
        assert!((row.ns_per_term - 5.0).abs() < 1e-12 && (row.gterm_per_s - 0.2).abs() < 1e-12);
        assert_eq!(row.ratio_to_c, Some(40.0));
        assert!(row.line().ends_with("40.0"), "{}", row.line());
    }

    #[test]
    fn a_report_survives_its_file() {
        let machine = Machine {
            cpu: "cpu \"quoted\"".to_owned(),
            cores: 2,
            evaluation: "f64 vectors".to_owned(),
            rustc: "rustc 1".to_owned(),
            date_utc: "2026-01-01T00:00:00Z".to_owned(),
            git_commit: "0".to_owned(),
            load_average: "0.1".to_owned(),
        };
        let points = vec![[1.0, 0.5], [2.0, 1.0]];
        let fit = PowerLaw::through(&points);
        let scaling = vec![Series { name: "pixels".to_owned(), points, fit }];
        let report =
            Report { machine, quick: true, rows: vec![row()], scaling, skipped: vec!["why".to_owned()] };
        let text = serde_json::to_string_pretty(&report).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["rows"][0]["part"], "render");
        assert_eq!(value["rows"][0]["seconds"]["repeats"], 1);
        assert!(value["rows"][0]["ratio_to_c"].is_null());
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}
