//! Perturb one side: the comparison finds it, where it is and nowhere before.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

mod supervisor;

use nanobragg_trace::{Comparison, DEFAULT_TOLERANCE, Status, Trace};

/// Every number of `log`, by byte range.
fn numbers(log: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in log.split_inclusive('\n') {
        let mut start = 0;
        for word in line.split_inclusive([' ', '=', '[', ']', ',', '\n', ':']) {
            let number = word.trim_end_matches([' ', '=', '[', ']', ',', '\n', ':']);
            // Tics and places in the neighborhood tell which number is meant; they are not compared.
            let before = &line[..start];
            let label = before.ends_with("phi_tic=")
                || (before.starts_with("TRACE_PY_TRICUBIC: [") && !before.contains(']'));
            if !label && number.parse::<f64>().is_ok() {
                found.push(offset + start..offset + start + number.len());
            }
            start += word.len();
        }
        offset += line.len();
    }
    found
}

fn perturbed(log: &str, range: &std::ops::Range<usize>, relative: f64) -> String {
    let value: f64 = log[range.clone()].parse().unwrap();
    let value = if value == 0.0 { relative } else { value * (1.0 + relative) };
    format!("{}{value:e}{}", &log[..range.start], &log[range.end..])
}

fn each_is_found(log: &str, expected: usize) {
    let original: Trace = log.parse().unwrap();
    let against_itself = Comparison::new(&original, &original, DEFAULT_TOLERANCE).unwrap();
    assert!(against_itself.passes() && against_itself.num_divergent() == 0);
    let ranges = numbers(log);
    assert_eq!(ranges.len(), expected);
    for range in ranges {
        let line = log[..range.start].lines().count().max(1);
        let changed: Trace = perturbed(log, &range, 1e-5).parse().unwrap();
        for (a, b) in [(&original, &changed), (&changed, &original)] {
            let comparison = Comparison::new(a, b, DEFAULT_TOLERANCE).unwrap();
            let what = log.lines().nth(line - 1).unwrap();
            let first = comparison.first_divergence().unwrap_or_else(|| panic!("not found: {what}"));
            assert_eq!(original.entry(&plain(&first.key)).unwrap().line, line, "{what}");
            assert_eq!(comparison.num_divergent(), 1, "{what}");
            assert!(matches!(first.status, Status::Minor | Status::Divergent | Status::Critical), "{what}");
            assert!(comparison.explanation().contains(first.stage.name()));
        }
        let within: Trace = perturbed(log, &range, 1e-8).parse().unwrap();
        if log[range].parse::<f64>().unwrap() != 0.0 {
            assert!(Comparison::new(&original, &within, DEFAULT_TOLERANCE).unwrap().passes());
        }
    }
}

fn plain(key: &str) -> String {
    if key == "I_before_scaling" { "I_before_scaling_pre_polar".to_owned() } else { key.to_owned() }
}

#[test]
fn any_number_of_a_parity_log() {
    let text = supervisor::traced(&supervisor::plan(nanobragg::model::Preset::Port), 685, 1039);
    // Facts, 64 structure factors and 12 indices, three numbers a rotation, eleven a phi step.
    each_is_found(&format!("{}{}", text.main, text.per_phi), 79 + 64 + 12 + 30 + 110);
}

#[test]
fn any_number_of_a_c_log() {
    let path = supervisor::fixture("traces/supervisor/trace_c_685_1039.log");
    let log = std::fs::read_to_string(path).unwrap();
    let traced = log.lines().filter(|line| line.starts_with("TRACE_C: ") || line.starts_with("TRACE_C_PHI"));
    let log: String = traced.flat_map(|line| [line, "\n"]).collect();
    each_is_found(&log, 70 + 40);
}

#[test]
fn the_earlier_of_two_divergences_is_the_first() {
    let text = supervisor::traced(&supervisor::plan(nanobragg::model::Preset::Port), 685, 1039);
    let log = format!("{}{}", text.main, text.per_phi);
    let original: Trace = log.parse().unwrap();
    let ranges = numbers(&log);
    for pair in ranges.chunks(7).filter(|chunk| chunk.len() == 7) {
        let (one, two) = (&pair[0], &pair[6]);
        let changed: Trace = perturbed(&perturbed(&log, two, 1e-5), one, 1e-5).parse().unwrap();
        let order = |trace: &Trace| Comparison::new(&original, trace, 1e-6).unwrap();
        let both = order(&changed);
        let firsts = [one, two].map(|range| {
            let alone: Trace = perturbed(&log, range, 1e-5).parse().unwrap();
            order(&alone).first_divergence().unwrap().key.clone()
        });
        let place = |key: &str| original.entries().iter().position(|entry| entry.key == key).unwrap();
        let expected = firsts.iter().min_by_key(|key| place(key)).unwrap();
        assert_eq!(&both.first_divergence().unwrap().key, expected);
    }
}
