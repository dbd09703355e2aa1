//! docs/CLI.md, from the flag table.

pub fn run(check: bool) -> anyhow::Result<()> {
    crate::settle(&crate::root().join("docs/CLI.md"), &nanobragg_config::classic::markdown(), check)
}
