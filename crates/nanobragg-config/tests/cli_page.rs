//! docs/CLI.md is what the flag table says.

use std::path::Path;

use nanobragg_config::classic;

#[test]
fn the_page_of_flags_is_current() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CLI.md");
    let found = std::fs::read_to_string(page).unwrap();
    assert!(found == classic::markdown(), "docs/CLI.md is not what `cargo xtask cli-docs` writes");
}
