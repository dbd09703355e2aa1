//! The files of each traced pixel.

use std::path::{Path, PathBuf};

use nanobragg_io::atomic::write_atomic;
use nanobragg_trace::TraceText;

/// Where the files of a pixel go.
pub struct Paths {
    /// Main log.
    pub main: PathBuf,
    /// Log of the phi steps.
    pub per_phi: PathBuf,
    /// The phi steps as JSON.
    pub per_phi_json: PathBuf,
    /// All events as JSON lines.
    pub json_lines: PathBuf,
}

impl Paths {
    /// The files beside `out`; with a pixel, its numbers are in their names.
    pub fn new(out: &Path, pixel: Option<(usize, usize)>) -> Self {
        let stem = out.file_stem().unwrap_or(out.as_os_str()).to_string_lossy().into_owned();
        let extension = out.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
        let stem = match pixel {
            Some((slow, fast)) => format!("{stem}_{slow}_{fast}"),
            None => stem,
        };
        let beside = |suffix: &str| out.with_file_name(format!("{stem}{suffix}"));
        Paths {
            main: beside(&extension),
            per_phi: beside("_per_phi.log"),
            per_phi_json: beside("_per_phi.json"),
            json_lines: beside(".jsonl"),
        }
    }

    /// Writes the trace; gives the paths that were written.
    pub fn write(&self, text: &TraceText, json_lines: bool) -> anyhow::Result<Vec<&Path>> {
        let mut files = vec![
            (&self.main, &text.main),
            (&self.per_phi, &text.per_phi),
            (&self.per_phi_json, &text.per_phi_json),
        ];
        if json_lines {
            files.push((&self.json_lines, &text.json_lines));
        }
        let mut written = Vec::new();
        for (path, text) in files {
            save(path, text)?;
            written.push(path.as_path());
        }
        Ok(written)
    }
}

/// Writes `text` whole or not at all.
pub fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(write_atomic(path, |out| out.write_all(text.as_bytes()))?)
}
