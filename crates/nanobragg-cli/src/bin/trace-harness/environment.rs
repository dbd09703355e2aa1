//! What a trace was made with.

use serde_json::{Value, json};

/// The program's name and version.
pub fn program() -> String {
    concat!("trace-harness ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// The time now, ISO 8601 in UTC.
pub fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}

/// The command line.
pub fn command() -> Vec<String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect()
}

/// Program, compiler, machine, evaluation and command line; of a graphics processor also what `adapter` says about it.
pub fn describe(device: &str, dtype: &str, adapter: Option<&Value>) -> Value {
    let commit = Some(env!("NANOBRAGG_COMMIT")).filter(|commit| !commit.is_empty());
    let mut environment = json!({
        "program": program(),
        "git_commit": commit,
        "rustc": env!("NANOBRAGG_RUSTC"),
        "target": env!("NANOBRAGG_TARGET"),
        "os": std::env::consts::OS,
        "cpu": cpu(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "device": device,
        "dtype": dtype,
        "time": now(),
        "command": command(),
    });
    if let Some(adapter) = adapter {
        environment["adapter"] = adapter.clone();
    }
    environment
}

/// The processor's name where the system tells it.
fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
