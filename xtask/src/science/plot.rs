//! The circle as a picture: amplitudes that came back against those that went in, photons over theory by resolution,
//! and the orientation over the scan.

use std::fmt::Write as _;

use serde_json::Value;

use super::bounds::{Measured, shells};

/// Edges of a panel's frame, in the picture's units.
const FRAME: [f64; 2] = [270.0, 220.0];
/// Room around a frame: left, top, right, bottom.
const ROOM: [f64; 4] = [62.0, 36.0, 16.0, 48.0];
const INK: &str = "#24292f";
const PALE: &str = "#d8dee4";
const COLORS: [&str; 4] = ["#0b62c4", "#c4480b", "#2a7d4f", "#7a3fb0"];

/// A line or a cloud of points.
struct Curve {
    name: String,
    points: Vec<[f64; 2]>,
    is_cloud: bool,
}

/// A frame with its curves.
struct Panel {
    title: &'static str,
    axes: [&'static str; 2],
    x: [f64; 2],
    y: [f64; 2],
    curves: Vec<Curve>,
}

/// Draws what was measured.
pub fn svg(measured: &[Measured<'_>]) -> String {
    let panels = [amplitudes(measured), resolution(measured), orientation(measured)];
    let cell = [ROOM[0] + FRAME[0] + ROOM[2], ROOM[1] + FRAME[1] + ROOM[3]];
    let (width, height) = (3.0 * cell[0], cell[1]);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{INK}\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (at, panel) in panels.iter().enumerate() {
        let left = at as f64 * cell[0] + ROOM[0];
        let _ = writeln!(out, "<g transform=\"translate({left} {})\">\n{}</g>", ROOM[1], panel.draw());
    }
    out + "</svg>\n"
}

/// The value of one reduction.
fn of<'a>(measured: &'a [Measured<'_>], name: &str) -> Option<&'a Value> {
    measured.iter().find(|(_, reduction, _)| *reduction == name).map(|(_, _, value)| value)
}

fn amplitudes(measured: &[Measured<'_>]) -> Panel {
    let rows = of(measured, "gauss").and_then(|value| value["points"].as_array());
    let points: Vec<[f64; 2]> = rows
        .into_iter()
        .flatten()
        .filter_map(|row| Some([row.get(0)?.as_f64()?, row.get(1)?.as_f64()?]))
        .collect();
    let most = points.iter().flatten().copied().fold(1.0, f64::max);
    Panel {
        title: "Merged amplitudes, Friedel mates apart",
        axes: ["F that went in, electrons", "F that came back, electrons"],
        x: [0.0, most],
        y: [0.0, most],
        curves: vec![
            Curve { name: String::new(), points: vec![[0.0, 0.0], [most, most]], is_cloud: false },
            Curve { name: "gauss".to_owned(), points, is_cloud: true },
        ],
    }
}

fn resolution(measured: &[Measured<'_>]) -> Panel {
    let curves = ["gauss", "round", "square", "sensor"].iter().filter_map(|name| {
        let value = of(measured, name)?;
        let points = shells(value).map(|shell| {
            let d = 0.5 * (shell.low + shell.high.min(12.0));
            [1.0 / d, shell.mean]
        });
        Some(Curve { name: (*name).to_owned(), points: points.collect(), is_cloud: false })
    });
    Panel {
        title: "Photons over theory, by summation",
        axes: ["1/d, 1/Å", "no parameter is free"],
        x: [0.0, 0.5],
        y: [0.94, 1.02],
        curves: curves.collect(),
    }
}

fn orientation(measured: &[Measured<'_>]) -> Panel {
    let rows = of(measured, "gauss").and_then(|value| value["orientation_by_scan_point_deg"].as_array());
    let rows: Vec<[f64; 3]> = rows
        .into_iter()
        .flatten()
        .filter_map(|row| Some([row.get(0)?.as_f64()?, row.get(1)?.as_f64()?, row.get(2)?.as_f64()?]))
        .collect();
    let curve = |axis: usize, name: &str| Curve {
        name: format!("about {name}"),
        points: rows.iter().enumerate().map(|(at, row)| [at as f64, row[axis] * 1e3]).collect(),
        is_cloud: false,
    };
    Panel {
        title: "Error of the orientation, in the crystal's frame",
        axes: ["image", "0.001 deg"],
        x: [0.0, rows.len().max(2) as f64 - 1.0],
        y: [-3.0, 3.0],
        curves: vec![curve(0, "x"), curve(1, "y"), curve(2, "z")],
    }
}

impl Panel {
    /// The panel, its frame at the origin.
    fn draw(&self) -> String {
        let [width, height] = FRAME;
        let place = |[x, y]: [f64; 2]| {
            let share = |value: f64, [low, high]: [f64; 2]| ((value - low) / (high - low)).clamp(0.0, 1.0);
            [share(x, self.x) * width, height - share(y, self.y) * height]
        };
        let mut out = format!(
            "<rect width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"{INK}\"/>\n\
             <text x=\"{}\" y=\"-12\" text-anchor=\"middle\" font-weight=\"bold\">{}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(-46 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
            width / 2.0,
            self.title,
            width / 2.0,
            height + 38.0,
            self.axes[0],
            height / 2.0,
            self.axes[1],
        );
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            let [x, y] = [share * width, height - share * height];
            let value = |[low, high]: [f64; 2]| tick(low + share * (high - low));
            let _ = writeln!(
                out,
                "<path d=\"M{x:.1} 0V{height}M0 {y:.1}H{width}\" stroke=\"{PALE}\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
                 <text x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                height + 17.0,
                value(self.x),
                y + 4.0,
                value(self.y)
            );
        }
        let mut named = 0;
        for (at, curve) in self.curves.iter().enumerate() {
            let color = COLORS[at % COLORS.len()];
            let places = curve.points.iter().map(|point| place(*point));
            if curve.is_cloud {
                for [x, y] in places {
                    let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1\" fill=\"{color}\"/>");
                }
            } else {
                let path: Vec<String> = places.map(|[x, y]| format!("{x:.1} {y:.1}")).collect();
                let _ = writeln!(
                    out,
                    "<path d=\"M{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>",
                    path.join("L")
                );
            }
            if !curve.name.is_empty() {
                let y = height - 10.0 - 15.0 * f64::from(named);
                let _ = writeln!(
                    out,
                    "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\" fill=\"{color}\">{}</text>",
                    width - 8.0,
                    curve.name
                );
                named += 1;
            }
        }
        out
    }
}

/// A number beside an axis.
fn tick(value: f64) -> String {
    let text = format!("{value:.3}");
    if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_measured_is_three_empty_frames() {
        let picture = svg(&[]);
        assert_eq!(picture.matches("font-weight").count(), 3);
        assert!(picture.ends_with("</svg>\n"));
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!((tick(0.125), tick(1.0), tick(1234.5)), ("0.125".into(), "1".into(), "1234".into()));
    }
}
