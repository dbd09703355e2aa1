//! From lines to a trace.

use std::collections::HashMap;

use super::text::{self, Line, Prefix};
use super::{Entry, Format, LineCounts, Order, Stage, Trace, json, stage_and_order};
use crate::error::{Error, Problem};

/// Collects the entries of a trace line by line.
#[derive(Debug, Default)]
pub(super) struct Builder {
    entries: Vec<Entry>,
    /// How often a line of a name has been seen.
    seen: HashMap<String, usize>,
    counts: LineCounts,
    format: Option<Format>,
    pixel: Option<(usize, usize)>,
    tics: Vec<u64>,
    /// Place of the last entry whose name is known: where names that are not go.
    last: Option<(Stage, Order)>,
}

impl Builder {
    /// Takes the next line, without its end.
    pub fn line(&mut self, bytes: &[u8]) {
        self.counts.lines += 1;
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        let read = if text.starts_with('{') {
            json::read(text).map(|(pixel, line)| (Format::JsonLines, pixel, line))
        } else {
            text::read(text).map(|(prefix, line)| (Format::from(prefix), None, line))
        };
        let Some((format, pixel, line)) = read else {
            self.ignore(text);
            return;
        };
        self.pixel = self.pixel.or(pixel);
        if !matches!(line, Line::Pixel { .. }) {
            self.format.get_or_insert(format);
        }
        if self.take(line).is_none() {
            self.ignore(text);
        }
    }

    /// A line that cannot be read in full, for its length.
    pub fn overlong(&mut self) {
        self.counts.lines += 1;
        self.counts.ignored += 1;
    }

    fn ignore(&mut self, text: &str) {
        if !text.is_empty() {
            self.counts.ignored += 1;
        }
    }

    fn take(&mut self, line: Line) -> Option<()> {
        match line {
            Line::Fact { key, values, setup } => {
                let key =
                    if key == "I_before_scaling" { "I_before_scaling_pre_polar".to_owned() } else { key };
                let repetition = self.repetition(&key);
                let place = match stage_and_order(&key, 0, repetition, self.counts.lines) {
                    Some(place) => place,
                    None if setup => (Stage::Geometry, Order::SETUP.on_line(self.counts.lines)),
                    None => {
                        let (stage, order) = self.last.unwrap_or((Stage::Geometry, Order::SETUP));
                        (stage, order.on_line(self.counts.lines))
                    }
                };
                self.push(key, repetition, place, values);
                self.counts.facts += 1;
            }
            Line::Step(fields) => {
                let (tic, label) = step_label(&fields)?;
                let repetition = self.repetition(&format!("phi{label}"));
                let components = ["S_x", "S_y", "S_z"];
                let scattering =
                    components.iter().map(|name| field(&fields, name)).collect::<Option<Vec<_>>>();
                for (name, value) in &fields {
                    let whole_vector = scattering.is_some() && components.contains(&name.as_str());
                    if !whole_vector && !LABELS.contains(&name.as_str()) && name != "phi_tic" {
                        self.step("phi", &label, name, tic, repetition, vec![*value]);
                    }
                }
                if let Some(scattering) = scattering {
                    self.step("phi", &label, "S", tic, repetition, scattering);
                }
                self.tics.push(tic);
                self.counts.steps += 1;
            }
            Line::RotStar(fields) => {
                let (tic, label) = step_label(&fields)?;
                let repetition = self.repetition(&format!("rotstar{label}"));
                for (name, value) in fields.iter().filter(|(name, _)| name != "phi_tic") {
                    self.step("rotstar", &label, name, tic, repetition, vec![*value]);
                }
                self.counts.rot_stars += 1;
            }
            Line::Tricubic { at: [i, j, k], value } => {
                self.tricubic(format!("tricubic[{i},{j},{k}]"), "tricubic", vec![value]);
            }
            Line::TricubicAxis { axis, values } => {
                let key = format!("tricubic_{axis}_coords");
                self.tricubic(key.clone(), &key, values);
            }
            Line::TricubicMark => self.counts.tricubic += 1,
            Line::Pixel { slow, fast } => self.pixel = self.pixel.or(Some((slow, fast))),
        }
        Some(())
    }

    fn tricubic(&mut self, key: String, name: &str, values: Vec<f64>) {
        let repetition = self.repetition(&key);
        if let Some(place) = stage_and_order(name, 0, repetition, self.counts.lines) {
            self.push(key, repetition, place, values);
        }
        self.counts.tricubic += 1;
    }

    fn step(&mut self, kind: &str, label: &str, name: &str, tic: u64, repetition: usize, values: Vec<f64>) {
        let place = stage_and_order(&format!("{kind}.{name}"), tic, repetition, self.counts.lines)
            .or_else(|| stage_and_order("phi.F_latt", tic, repetition, self.counts.lines));
        if let Some(place) = place {
            self.push(format!("{kind}{label}.{name}"), repetition, place, values);
        }
    }

    /// How many lines of this name came before.
    fn repetition(&mut self, name: &str) -> usize {
        let seen = self.seen.entry(name.to_owned()).or_default();
        *seen += 1;
        *seen - 1
    }

    fn push(&mut self, key: String, repetition: usize, (stage, order): (Stage, Order), values: Vec<f64>) {
        self.last = Some((stage, order));
        let key = if repetition == 0 { key } else { format!("{key}#{}", repetition + 1) };
        self.entries.push(Entry { key, stage, values, line: self.counts.lines, order });
    }

    /// The trace of all the lines.
    pub fn finish(mut self, name: &str) -> Result<Trace, Error> {
        let Some(format) = self.format.filter(|_| !self.entries.is_empty()) else {
            return Err(Problem::NoTrace { name: name.to_owned(), lines: self.counts.lines }.into());
        };
        self.entries.sort_by_key(|entry| entry.order);
        let index = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
        self.tics.sort_unstable();
        self.tics.dedup();
        Ok(Trace {
            name: name.to_owned(),
            format,
            pixel: self.pixel,
            entries: self.entries,
            index,
            counts: self.counts,
            tics: self.tics,
        })
    }
}

impl From<Prefix> for Format {
    fn from(prefix: Prefix) -> Format {
        match prefix {
            Prefix::Parity => Format::Parity,
            Prefix::Reference => Format::Reference,
        }
    }
}

const LABELS: [&str; 4] = ["source", "subpixel", "layer", "domain"];

fn field(fields: &[(String, f64)], wanted: &str) -> Option<f64> {
    fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value)
}

/// The step's number, and what tells it from others: `[3]`, with source and domain unless both are the first.
///
/// Sub-pixels and layers are told apart by their order alone, because that is all the C program's lines have,
/// which are those of the first source and domain.
fn step_label(fields: &[(String, f64)]) -> Option<(u64, String)> {
    let whole = |value: f64| (value.fract() == 0.0 && (0.0..1e15).contains(&value)).then_some(value as u64);
    let tic = whole(field(fields, "phi_tic")?)?;
    let label = |name: &str| field(fields, name).map_or(Some(0), whole);
    let label = match (label("source")?, label("domain")?) {
        (0, 0) => format!("[{tic}]"),
        (source, domain) => format!("[{tic},source={source},domain={domain}]"),
    };
    Some((tic, label))
}
