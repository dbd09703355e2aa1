//! Circles among the modules of a crate.
//!
//! For every module, its children with all that is below them form a graph: an arrow from one child to another
//! stands for a path that leads from the first into the second. Siblings in a circle cannot be read, tested or moved
//! without each other. A path to what a module exports again counts as one to where it is defined.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::paths;

/// A module by its names below the crate.
type Module = Vec<String>;

/// The circles of the crate whose sources are in `folder`, each as `crate: parent: a b c`.
pub fn of_crate(name: &str, folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut sources = BTreeMap::new();
    collect(folder, &[], &mut sources)?;
    Ok(circles(&sources).into_iter().map(|circle| format!("{name}: {circle}")).collect())
}

fn collect(folder: &Path, at: &[String], sources: &mut BTreeMap<Module, String>) -> anyhow::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let below = [at, std::slice::from_ref(&stem)].concat();
        if path.is_dir() {
            // Programs are crates of their own.
            if !(at.is_empty() && stem == "bin") {
                collect(&path, &below, sources)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = match stem.as_str() {
                "lib" | "main" if at.is_empty() => Vec::new(),
                "mod" => at.to_vec(),
                _ => below,
            };
            sources.insert(module, std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn circles(sources: &BTreeMap<Module, String>) -> Vec<String> {
    let exports = exports(sources);
    // Parent of two siblings, the one that names, the one that is named.
    let mut arrows: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (module, text) in sources {
        for path in paths::of(text) {
            let Some(target) = resolve(sources, &exports, module, &path) else { continue };
            let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) {
                let parent = module[..shared].to_vec();
                arrows.entry(parent).or_default().entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    let mut found = Vec::new();
    for (parent, graph) in &arrows {
        let mut seen = BTreeSet::new();
        for start in graph.keys() {
            let circle: BTreeSet<&String> =
                reach(graph, start).into_iter().filter(|other| reach(graph, other).contains(start)).collect();
            if circle.len() > 1 && seen.insert(circle.clone()) {
                let names = circle.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
                let parent = if parent.is_empty() { "crate".to_owned() } else { parent.join("::") };
                found.push(format!("{parent}: {names}"));
            }
        }
    }
    found
}

/// All that can be reached from `start` by at least one arrow.
fn reach<'a>(graph: &'a BTreeMap<String, BTreeSet<String>>, start: &str) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = graph.get(start).into_iter().flatten().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(graph.get(next).into_iter().flatten());
        }
    }
    reached
}

/// For each module, what it exports again from its children: name and child.
fn exports(sources: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeMap<String, Module>> {
    let mut exports: BTreeMap<Module, BTreeMap<String, Module>> = BTreeMap::new();
    for (module, text) in sources {
        for path in paths::of(text) {
            let [child, .., name] = path.as_slice() else { continue };
            let below = [module.as_slice(), std::slice::from_ref(child)].concat();
            if sources.contains_key(&below) {
                exports.entry(module.clone()).or_default().insert(name.clone(), below);
            }
        }
    }
    exports
}

/// The module that `path`, written in `module`, leads to; `None` where it leaves the crate.
fn resolve(
    sources: &BTreeMap<Module, String>,
    exports: &BTreeMap<Module, BTreeMap<String, Module>>,
    module: &Module,
    path: &[String],
) -> Option<Module> {
    let mut segments = path.iter().peekable();
    let mut at = match segments.peek()?.as_str() {
        "crate" => {
            segments.next();
            Vec::new()
        }
        "self" => {
            segments.next();
            module.clone()
        }
        "super" => module.clone(),
        first => {
            let below = [module.as_slice(), &[first.to_owned()]].concat();
            sources.contains_key(&below).then(|| module.clone())?
        }
    };
    while segments.peek().is_some_and(|segment| *segment == "super") {
        segments.next();
        at.pop();
    }
    for segment in segments {
        let below = [at.as_slice(), std::slice::from_ref(segment)].concat();
        if sources.contains_key(&below) {
            at = below;
        } else {
            if let Some(origin) = exports.get(&at).and_then(|names| names.get(segment)) {
                at = origin.clone();
            }
            break;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::circles;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let module =
            |name: &str| name.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        circles(&files.iter().map(|(name, text)| (module(name), (*text).to_owned())).collect())
    }

    #[test]
    fn siblings_that_name_each_other_are_a_circle() {
        assert_eq!(found(&[("", ""), ("a", "use crate::b::B;"), ("b", "use super::a::A;")]), ["crate: a b"]);
    }

    #[test]
    fn a_longer_way_round_is_one_too() {
        let files = [
            ("a", "use crate::b::B;"),
            ("b", "use crate::c::C;"),
            ("c", "use crate::a::A;"),
            ("d", "use crate::a::A;"),
        ];
        assert_eq!(found(&files), ["crate: a b c"]);
    }

    #[test]
    fn names_that_a_parent_exports_again_lead_to_their_origin() {
        let files = [("m", "pub use a::A;"), ("m::a", "use super::b::f;"), ("m::b", "use super::A;")];
        assert_eq!(found(&files), ["m: a b"]);
    }

    #[test]
    fn parents_and_children_may_name_each_other() {
        assert!(found(&[("m", "use m::a::A; mod a;"), ("m::a", "use super::M;")]).is_empty());
    }
}
