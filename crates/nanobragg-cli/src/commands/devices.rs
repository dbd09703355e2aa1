//! `nanobragg devices`: the graphics processors of the machine, and whether they can be trusted.

use std::ffi::OsString;
use std::process::ExitCode;

use nanobragg_wgpu::{AdapterInfo, Error, Precision, Request, Selection};

use crate::console::print;
use crate::usage::UsageError;

const HELP: &str = "\
Usage: nanobragg devices [-selftest]

Lists the graphics processors that -device gpu can use: number and name (either chooses one with -adapter), driver,
whether it computes in double precision, limits, and the error of a test image in single (f32) and
double (f64) precision. Test results are kept for each driver; -selftest tests again.

Exit status: 0 when there is a graphics processor and every one passed, 1 otherwise.
";

/// Runs the command.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let mut retest = false;
    for argument in arguments {
        match argument.to_str().map(|text| text.trim_start_matches('-')) {
            Some("h" | "help") => {
                print(HELP.trim_end());
                return Ok(ExitCode::SUCCESS);
            }
            Some("selftest") => retest = true,
            _ => {
                return Err(UsageError(format!(
                    "devices: unknown argument {argument:?}; -h shows the usage"
                ))
                .into());
            }
        }
    }
    let adapters = nanobragg_wgpu::adapters();
    if adapters.is_empty() {
        return Err(Error::no_adapter().into());
    }
    let mut sound = true;
    for info in &adapters {
        sound &= describe(info, retest);
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(crate::error::FAILED) })
}

/// Prints what is known of an adapter; false when it failed a test.
fn describe(info: &AdapterInfo, retest: bool) -> bool {
    const MIB: u64 = 1 << 20;
    print(&format!("{} {}", info.index, info.name));
    print(&format!("    kind       {}, {}", info.kind.name(), info.backend));
    print(&format!("    driver     {} {}", info.driver, info.driver_version));
    let limits = &info.limits;
    print(&format!(
        "    limits     {} MiB a binding, {} MiB a buffer, {} work groups a dimension",
        limits.binding / MIB,
        limits.buffer / MIB,
        limits.groups
    ));
    print(&format!("    timing     {}", if info.timestamps { "on the device" } else { "on the host" }));
    let mut sound = true;
    for precision in [Precision::Single, Precision::Double] {
        let name = precision.name();
        if precision == Precision::Double && !info.double_precision {
            print(&format!("    {name}        not supported"));
            continue;
        }
        let selection = Selection::Index(info.index);
        match nanobragg_wgpu::open(&Request { selection, precision, retest, ..Request::default() }) {
            Ok(opened) => print(&format!(
                "    {name}        passed: within {:.1e} of the brightest pixel, median {:.1e} of a pixel",
                opened.selftest.max_of_max, opened.selftest.median_relative
            )),
            Err(error) => {
                print(&format!("    {name}        FAILED: {error}"));
                sound = false;
            }
        }
    }
    sound
}
