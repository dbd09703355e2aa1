//! fixtures/manifest.json: how each case and log was made, and checksums of its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

const MADE_BY: &str = "the reference program (bl831/nanoBragg of July 2026, one thread, no -ffast-math), run with args.txt \
    and the input files of the folder; inputs were made for this project";

pub fn run(check: bool) -> anyhow::Result<()> {
    let root = crate::root().join("fixtures");
    let mut kinds = BTreeMap::new();
    for kind in ["cases", "traces"] {
        let mut entries = BTreeMap::new();
        for folder in sorted(&root.join(kind))?.into_iter().filter(|path| path.is_dir()) {
            let mut files = BTreeMap::new();
            for file in sorted(&folder)? {
                files.insert(name(&file), nanobragg_parity::checksum::of_file(&file)?);
            }
            let about = std::fs::read_to_string(folder.join("about.txt")).unwrap_or_default();
            entries.insert(name(&folder), json!({ "about": about.trim(), "sha256": files }));
        }
        kinds.insert(kind, entries);
    }
    let manifest = json!({ "made_by": MADE_BY, "cases": kinds["cases"], "traces": kinds["traces"] });
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    crate::settle(&root.join("manifest.json"), &text, check)
}

fn sorted(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
