//! The detector of an experiment list: panels, and the groups that carry them.

use nalgebra::{Matrix3, Vector3};
use serde_json::Value;

use super::node::Node;
use super::{MOST_PANELS, Panel, pixels};
use crate::error::Result;
use crate::warning::{Assumption, Warning, WarningKind};

/// A frame in the laboratory: what the vectors of a panel or of a group inside it refer to.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Columns: fast axis, slow axis, normal.
    axes: Matrix3<f64>,
    origin: Vector3<f64>,
}

impl Frame {
    const LABORATORY: Frame = Frame {
        axes: Matrix3::new(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        origin: Vector3::new(0.0, 0.0, 0.0),
    };

    /// The frame of a node whose vectors refer to this one.
    fn child(&self, node: &Node<'_>) -> Result<Frame> {
        let (fast, slow) = (node.field("fast_axis")?.vector()?, node.field("slow_axis")?.vector()?);
        let unit = |v: Vector3<f64>| v.try_normalize(1e-6).unwrap_or(v);
        let (fast, slow) = (unit(fast), unit(slow));
        let axes = self.axes * Matrix3::from_columns(&[fast, slow, unit(fast.cross(&slow))]);
        let origin = self.axes * node.field("origin")?.vector()? + self.origin;
        Ok(Frame { axes, origin })
    }
}

/// All panels in their order.
pub(super) fn panels(detector: &Node<'_>, warnings: &mut Vec<Warning>) -> Result<Vec<Panel>> {
    let listed: Vec<Node<'_>> = detector.field("panels")?.entries().take(MOST_PANELS + 1).collect();
    if listed.is_empty() || listed.len() > MOST_PANELS {
        return Err(detector.error("from 1 to 10000 panels"));
    }
    // A panel that no group mentions stands in the laboratory by itself.
    let mut parents = vec![Frame::LABORATORY; listed.len()];
    if let Some(root) = detector.optional("hierarchy") {
        descend(&root, &Frame::LABORATORY, &mut parents)?;
    }
    warnings.extend(left_out(&listed));
    listed.iter().zip(&parents).map(|(node, parent)| panel(node, parent)).collect()
}

/// What panels say of their pixels that changes counts and is not taken.
fn left_out(panels: &[Node<'_>]) -> Vec<Warning> {
    let is_set = |value: &Value| match value {
        Value::Array(entries) => !entries.is_empty(),
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        _ => false,
    };
    let one = |value: &Value| value.as_f64() == Some(1.0);
    let says = |key: &str| {
        let mut values = panels.iter().filter_map(|node| node.value.get(key)).filter(|value| is_set(value));
        values.any(|value| key != "gain" || !one(value))
    };
    let Some(first) = panels.first() else { return Vec::new() };
    let place = first.place.rsplit_once('[').map_or(first.place.as_str(), |(list, _)| list);
    let warning = |keys: &[&str], assumed: &str, what: Option<Assumption>| {
        let keys: Vec<&str> = keys.iter().copied().filter(|key| says(key)).collect();
        let kind = WarningKind::DetectorProperties;
        let warning = Warning::new(kind, first.path, place, keys.join(", "), assumed);
        (!keys.is_empty()).then_some(Warning { assumption: what, ..warning })
    };
    let sensor =
        "ignored: pixels count photons at their surface; -detector_thick and -detector_abs give a sensor";
    let others = warning(&["mask", "gain", "pedestal"], "ignored: pixels count photons", None);
    warning(&["thickness"], sensor, Some(Assumption::Sensor)).into_iter().chain(others).collect()
}

/// Finds the frame of every panel below `group`. Documents nest at most 128 deep.
fn descend(group: &Node<'_>, parent: &Frame, parents: &mut [Frame]) -> Result<()> {
    let frame = parent.child(group)?;
    let Some(children) = group.optional("children") else { return Ok(()) };
    for child in children.entries() {
        match child.optional("panel") {
            Some(number) => {
                let place = number.whole()?;
                let known = parents.get_mut(place).ok_or_else(|| number.error("the number of a panel"))?;
                *known = frame;
            }
            None => descend(&child, &frame, parents)?,
        }
    }
    Ok(())
}

fn panel(node: &Node<'_>, parent: &Frame) -> Result<Panel> {
    let frame = parent.child(node)?;
    let [fast_mm, slow_mm] = node.field("pixel_size")?.numbers::<2>()?;
    let [fast_pixels, slow_pixels] = node.field("image_size")?.numbers::<2>()?;
    let name = node.optional("name").and_then(|name| name.value.as_str()).unwrap_or_default();
    let of = |what: &str| format!("{}.{what}", node.place);
    Ok(Panel {
        name: name.chars().filter(|c| !c.is_control()).take(80).collect(),
        origin_mm: frame.origin,
        fast: frame.axes.column(0).into_owned(),
        slow: frame.axes.column(1).into_owned(),
        pixel_mm: [fast_mm, slow_mm],
        distance_elsewhere: None,
        fast_pixels: pixels(node.path, &of("image_size"), fast_pixels)?,
        slow_pixels: pixels(node.path, &of("image_size"), slow_pixels)?,
    })
}
