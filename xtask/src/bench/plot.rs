//! Scaling as a picture: a panel for each size that grows, both axes logarithmic.

use std::fmt::Write as _;

use super::report::Series;

/// Edges of a panel's frame, in the picture's units.
const FRAME: [f64; 2] = [300.0, 190.0];
/// Room around a frame: left, top, right, bottom.
const ROOM: [f64; 4] = [62.0, 40.0, 18.0, 44.0];
const INK: &str = "#24292f";
const PALE: &str = "#d8dee4";
const MARK: &str = "#0b62c4";

/// Draws the series, two in a row; `caption` stands at the bottom.
pub fn svg(series: &[Series], caption: &str) -> String {
    let cell = [ROOM[0] + FRAME[0] + ROOM[2], ROOM[1] + FRAME[1] + ROOM[3]];
    let rows = series.len().div_ceil(2);
    let (width, height) = (2.0 * cell[0], rows as f64 * cell[1] + 28.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{INK}\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (at, series) in series.iter().enumerate() {
        let left = (at % 2) as f64 * cell[0] + ROOM[0];
        let top = (at / 2) as f64 * cell[1] + ROOM[1];
        out += &format!("<g transform=\"translate({left} {top})\">\n{}</g>\n", panel(series));
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        width / 2.0,
        height - 12.0,
        escaped(caption)
    );
    out + "</svg>\n"
}

/// One panel, its frame at the origin.
fn panel(series: &Series) -> String {
    let [width, height] = FRAME;
    let axes = [Axis::around(&series.points, 0, width), Axis::around(&series.points, 1, height)];
    let place = |[x, y]: [f64; 2]| (axes[0].at(x), height - axes[1].at(y));
    let mut out = format!("<rect width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"{INK}\"/>\n");
    for tick in axes[0].decades() {
        let x = axes[0].at(tick);
        let _ = writeln!(
            out,
            "<path d=\"M{x:.1} 0V{height}\" stroke=\"{PALE}\"/><text x=\"{x:.1}\" y=\"{}\" \
             text-anchor=\"middle\">{}</text>",
            height + 17.0,
            power(tick)
        );
    }
    for tick in axes[1].decades() {
        let y = height - axes[1].at(tick);
        let _ = writeln!(
            out,
            "<path d=\"M0 {y:.1}H{width}\" stroke=\"{PALE}\"/><text x=\"-6\" y=\"{:.1}\" \
             text-anchor=\"end\">{}</text>",
            y + 4.0,
            power(tick)
        );
    }
    let mut title = series.name.clone();
    if let Some(law) = &series.fit {
        title = format!("{title}: exponent {:.3}", law.exponent);
        let ends: Vec<_> = series.points.iter().map(|point| point[0]).collect();
        let (first, last) =
            ends.iter().fold((f64::MAX, f64::MIN), |(first, last), &x| (first.min(x), last.max(x)));
        let ((x1, y1), (x2, y2)) = (place([first, law.at(first)]), place([last, law.at(last)]));
        let _ = writeln!(
            out,
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{MARK}\" stroke-width=\"1.5\" fill=\"none\"/>"
        );
    }
    for &point in &series.points {
        let (x, y) = place(point);
        let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{MARK}\"/>");
    }
    let _ = writeln!(
        out,
        "<text x=\"{0}\" y=\"-12\" text-anchor=\"middle\" font-weight=\"bold\">{1}</text>\
         <text x=\"{0}\" y=\"{2}\" text-anchor=\"middle\">{3}</text>\
         <text transform=\"translate(-46 {4}) rotate(-90)\" text-anchor=\"middle\">seconds</text>",
        width / 2.0,
        escaped(&title),
        height + 34.0,
        escaped(&series.name),
        height / 2.0
    );
    out
}

/// A logarithmic axis.
struct Axis {
    /// Decimal logarithms of its ends.
    from: f64,
    to: f64,
    length: f64,
}

impl Axis {
    /// An axis of `length` with some air around the points' coordinate `axis`.
    fn around(points: &[[f64; 2]], axis: usize, length: f64) -> Axis {
        let logs = points.iter().map(|point| point[axis].max(f64::MIN_POSITIVE).log10());
        let (from, to) = logs.fold((f64::MAX, f64::MIN), |(from, to), log| (from.min(log), to.max(log)));
        if from > to {
            return Axis { from: 0.0, to: 1.0, length };
        }
        let air = 0.08 * (to - from) + 0.05;
        Axis { from: from - air, to: to + air, length }
    }

    fn at(&self, value: f64) -> f64 {
        (value.log10() - self.from) / (self.to - self.from) * self.length
    }

    fn decades(&self) -> Vec<f64> {
        (self.from.ceil() as i32..=self.to.floor() as i32).map(|power| 10f64.powi(power)).collect()
    }
}

/// A power of ten as a label.
fn power(value: f64) -> String {
    if (0.01..=1e4).contains(&value) { format!("{value}") } else { format!("{value:e}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::fit::PowerLaw;
    use super::*;

    fn series(name: &str) -> Series {
        let points = vec![[10.0, 0.001], [100.0, 0.01], [1000.0, 0.1]];
        let fit = PowerLaw::through(&points);
        Series { name: name.to_owned(), points, fit }
    }

    #[test]
    fn every_point_and_every_series_is_drawn() {
        let text = svg(&[series("pixels"), series("domains"), series("a < b")], "one & all");
        assert_eq!(text.matches("<circle").count(), 9);
        assert_eq!(text.matches("<g ").count(), text.matches("</g>").count());
        assert!(text.contains("pixels: exponent 1.000") && text.contains("a &lt; b"));
        assert!(text.contains("one &amp; all") && !text.contains("NaN"));
    }

    #[test]
    fn points_lie_in_their_frame() {
        let axis = Axis::around(&series("").points, 0, 300.0);
        assert!(axis.at(10.0) > 0.0 && axis.at(1000.0) < 300.0 && axis.at(100.0) > axis.at(10.0));
        assert_eq!(axis.decades(), [10.0, 100.0, 1000.0]);
    }

    #[test]
    fn an_empty_series_is_an_empty_panel() {
        let text = svg(&[Series { name: "none".to_owned(), points: Vec::new(), fit: None }], "");
        assert!(!text.contains("NaN") && !text.contains("inf"));
    }
}
