//! The pages about flags and about experiment files, and the schema of these, from the flag table.

use nanobragg_config::{classic, experiment_file};

pub fn run(check: bool) -> anyhow::Result<()> {
    let docs = crate::root().join("docs");
    crate::settle(&docs.join("CLI.md"), &classic::markdown(), check)?;
    crate::settle(&docs.join("EXPERIMENT.md"), &experiment_file::page(), check)?;
    if !check {
        std::fs::create_dir_all(docs.join("schema"))?;
    }
    crate::settle(&docs.join("schema/experiment.schema.json"), &experiment_file::schema(), check)
}
