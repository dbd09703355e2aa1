//! Warnings of refinements and their page.

use nanobragg_refine::Warning;

#[test]
fn every_code_is_on_the_page() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/WARNINGS.md")).unwrap();
    let code = |line: &'static str| line.strip_prefix("| `")?.split_once("` |").map(|(code, _)| code);
    let page: &'static str = page.leak();
    let on_page: Vec<&str> =
        page.lines().filter_map(code).filter(|code| code.starts_with("refine.")).collect();
    assert_eq!(on_page, Warning::CODES);
}

#[test]
fn headers_are_compared_with_starts() {
    let distance = |header, start: &[f64]| Warning::of_header("distance", "mm", header, start);
    assert_eq!(distance(100.0, &[100.4]), None);
    assert_eq!(distance(98.0, &[100.0, 98.0]), None);
    let found = distance(60.0, &[100.0, 98.0]).unwrap();
    assert_eq!(found.code(), "refine.other-instrument");
    assert_eq!(
        found.to_string(),
        "its header has a distance of 60 mm, the start one of 100 mm, which counts"
    );
}
