//! What a bundle was made with.

use serde_json::{Value, json};

use crate::machine;

/// The contents of `cpu_info.txt`: what the system says about the first processor, and how many there are.
pub fn cpu_info() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    // Clock and bogomips change from one look to the next and say nothing about results.
    let stable = |line: &&str| !line.starts_with("cpu MHz") && !line.starts_with("bogomips");
    let first: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).filter(stable).collect();
    format!("processors available: {cores}\n{}\n", first.join("\n"))
}

/// The contents of `env.json`.
pub fn describe(time: &str) -> Value {
    let (commit, clean) = machine::commit();
    let variables: Vec<(String, String)> = ["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "RUSTFLAGS"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect();
    json!({
        "time": time,
        "program": format!("nanobragg {}", env!("CARGO_PKG_VERSION")),
        "git_commit": commit,
        "git_clean": clean,
        "rustc": machine::rustc_version(),
        "os": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "kernel": std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
        "cpu": machine::processor(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "variables": variables.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    })
}
