//! Which files name a particular shape of the crystal: its own, and the few that have to.

use std::path::Path;

use nanobragg::model::{Quirk, Shape};

/// Crates in which a shape is a row of a registry.
const CRATES: [&str; 3] = ["nanobragg", "nanobragg-wgpu", "nanobragg-config"];
/// The files outside `shapes/` that name shapes. The list may only shrink.
const ALLOWED: [&str; 2] =
    ["crates/nanobragg/src/model/quirks.rs", "crates/nanobragg-config/src/classic/table/crystal.rs"];
/// Shapes whose names are words of everyday language: they count as `Shape::Square` and `square_xtal` only.
const EVERYDAY: [&str; 2] = ["square", "round"];
/// Other names of shapes.
const OTHERS: [&str; 5] = ["gaussian", "parallelepiped", "ellipsoid", "top-hat", "top hat"];

/// Lines that name a shape where none should be named, and files that are allowed to and do not.
pub fn problems(root: &Path, files: &[std::path::PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut naming = Vec::new();
    for path in files {
        let inside = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let sources = CRATES.iter().any(|name| inside.starts_with(&format!("crates/{name}/src/")));
        if !sources || inside.contains("/shapes/") {
            continue;
        }
        let text = std::fs::read_to_string(path)?;
        let lines: Vec<_> = text.lines().enumerate().filter(|(_, line)| names_a_shape(line)).collect();
        if lines.is_empty() {
            continue;
        }
        if ALLOWED.contains(&inside.as_str()) {
            naming.push(inside);
        } else {
            problems.extend(
                lines.iter().map(|(number, _)| format!("{inside}:{}: names a particular shape", number + 1)),
            );
        }
    }
    let idle = ALLOWED.iter().filter(|allowed| !naming.iter().any(|naming| naming == *allowed));
    problems.extend(idle.map(|path| format!("{path}: names no shape any more, take it off the list")));
    Ok(problems)
}

fn names_a_shape(line: &str) -> bool {
    let variant = line.match_indices("Shape::").any(|(at, found)| {
        let name: String =
            line[at + found.len()..].chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name != "ALL"
    });
    let lower = line.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let word = words.any(|word| {
        if Quirk::ALL.iter().any(|quirk| quirk.name().replace('_', "") == word.replace('_', "")) {
            return false;
        }
        Shape::ALL.iter().any(|shape| {
            let name = shape.name();
            let rest = word.strip_prefix(name);
            rest == Some("_xtal") || (!EVERYDAY.contains(&name) && rest.is_some())
        })
    });
    variant || word || OTHERS.iter().any(|other| lower.contains(other))
}

#[cfg(test)]
mod tests {
    use super::names_a_shape;

    #[test]
    fn a_shape_is_found_by_its_variant_its_flag_and_its_name() {
        for line in [
            "Shape::Square => 1,",
            "-round_xtal",
            "// of a Gaussian",
            "let gauss_peak = 1.0;",
            "a top-hat spot",
            "tophat",
        ] {
            assert!(names_a_shape(line), "{line}");
        }
        for line in [
            "Shape::ALL",
            "Shape::default()",
            "a square meter",
            "round(h)",
            "Quirk::GaussUnits",
            "the shape's title",
        ] {
            assert!(!names_a_shape(line), "{line}");
        }
    }
}
