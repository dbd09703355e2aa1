//! `trace-harness compare`.

use std::io::IsTerminal as _;

use nanobragg_trace::{Comparison, RunMetadata, Style, Trace, diff};

use crate::arguments::{CompareOptions, Reports};
use crate::pixels::save;
use crate::streams::print;
use crate::{environment, say};

/// Compares two traces and says what was found; true when nothing diverges.
pub fn run(options: &CompareOptions) -> anyhow::Result<bool> {
    let a = Trace::read_with_steps(&options.a)?;
    let b = Trace::read_with_steps(&options.b)?;
    let comparison = Comparison::new(&a, &b, options.tolerance)?;
    if options.diff {
        let style = if std::io::stdout().is_terminal() { Style::Ansi } else { Style::Plain };
        print(diff(&comparison, style).trim_end());
    }
    print(&comparison.explanation());
    match &options.out {
        None => {}
        Some(Reports::Summary(path)) => {
            save(path, &comparison.summary_md())?;
            say(&format!("wrote {}", path.display()));
        }
        Some(Reports::Folder(folder)) => {
            let run = RunMetadata {
                timestamp: Some(environment::now()),
                command: environment::command(),
                program: Some(environment::program()),
            };
            comparison.write_reports(folder, &run)?;
            say(&format!("wrote metrics.json, summary.md and run_metadata.json to {}", folder.display()));
        }
    }
    Ok(comparison.passes())
}
