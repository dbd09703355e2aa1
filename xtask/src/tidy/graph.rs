//! Which crate may know which.

use std::collections::BTreeMap;

use anyhow::Context as _;

/// Each crate with those that it may depend on directly; what is not listed may not be.
///
/// `nanobragg` and `nanobragg-io` know none of the others and not each other. Tests may also use the testkit.
const ALLOWED: &[(&str, &[&str])] = &[
    ("nanobragg", &[]),
    ("nanobragg-io", &[]),
    ("nanobragg-compare", &["nanobragg-io"]),
    ("nanobragg-wgpu", &["nanobragg"]),
    ("nanobragg-session", &["nanobragg", "nanobragg-io", "nanobragg-wgpu"]),
    ("nanobragg-sweep", &["nanobragg", "nanobragg-io", "nanobragg-session"]),
    ("nanobragg-config", &["nanobragg", "nanobragg-io", "nanobragg-session"]),
    ("nanobragg-trace", &["nanobragg", "nanobragg-io"]),
    ("nanobragg-refine", &["nanobragg"]),
    (
        "nanobragg-cli",
        &[
            "nanobragg",
            "nanobragg-io",
            "nanobragg-compare",
            "nanobragg-session",
            "nanobragg-sweep",
            "nanobragg-config",
            "nanobragg-trace",
            "nanobragg-refine",
            "nanobragg-wgpu",
        ],
    ),
    ("nanobragg-python", &["nanobragg", "nanobragg-io", "nanobragg-session", "nanobragg-config"]),
    (
        "nanobragg-testkit",
        &["nanobragg", "nanobragg-io", "nanobragg-compare", "nanobragg-config", "nanobragg-trace"],
    ),
    // Not published: what counts as agreement stands in the testkit.
    (
        "nanobragg-parity",
        &[
            "nanobragg",
            "nanobragg-io",
            "nanobragg-compare",
            "nanobragg-config",
            "nanobragg-trace",
            "nanobragg-testkit",
        ],
    ),
    (
        "xtask",
        &[
            "nanobragg",
            "nanobragg-io",
            "nanobragg-config",
            "nanobragg-wgpu",
            "nanobragg-parity",
            "nanobragg-refine",
            "nanobragg-testkit",
            "nanobragg-trace",
        ],
    ),
];

/// Dependencies of the workspace's crates that the table does not allow.
pub fn problems() -> anyhow::Result<Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .current_dir(crate::root())
        .output()
        .context("cargo metadata")?;
    anyhow::ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        found.insert(
            text(package, "name"),
            normal.map(|dependency| text(dependency, "name")).collect::<Vec<_>>(),
        );
    }
    Ok(check(&found))
}

fn check(found: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut problems = Vec::new();
    for (name, dependencies) in found {
        let Some(allowed) = table.get(name.as_str()) else {
            problems.push(format!("{name}: not in the table of crates (xtask/src/tidy/graph.rs)"));
            continue;
        };
        let ours = dependencies.iter().filter(|dependency| found.contains_key(*dependency));
        for dependency in ours.filter(|dependency| !allowed.contains(&dependency.as_str())) {
            problems.push(format!("{name} may not depend on {dependency}"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        pairs.iter().map(|(name, others)| ((*name).to_owned(), owned(others))).collect()
    }

    #[test]
    fn an_arrow_that_points_up_is_refused() {
        let found = found(&[("nanobragg", &["nanobragg-io", "rayon"]), ("nanobragg-io", &[])]);
        assert_eq!(check(&found), ["nanobragg may not depend on nanobragg-io"]);
    }

    #[test]
    fn an_unknown_crate_is_refused() {
        assert_eq!(check(&found(&[("nanobragg-new", &[])])).len(), 1);
    }

    #[test]
    fn arrows_that_point_down_are_allowed() {
        assert!(check(&found(&[("nanobragg", &[]), ("nanobragg-wgpu", &["nanobragg", "wgpu"])])).is_empty());
    }
}
