//! Graphics processors from the command line. Software ones count; where there is none at all, tests say so.

use std::path::Path;
use std::process::Command;

use crate::scratch::{Run, Scratch, TINY};

/// Mesa looks for a display beside the adapters, and complains where there is none.
pub fn quiet(command: &mut Command, cache: &Scratch) -> Run {
    command.env("NODEVICE_SELECT", "1").env("XDG_CACHE_HOME", cache.folder()).output().unwrap().into()
}

fn run(scratch: &Scratch, line: &str) -> Run {
    quiet(&mut scratch.command(line.split_whitespace()), &Scratch::new())
}

/// Without drivers there are no adapters.
fn without_drivers(scratch: &Scratch, line: &str) -> Run {
    let mut command = scratch.command(line.split_whitespace());
    for name in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        command.env(name, scratch.path("no driver.json"));
    }
    quiet(&mut command, &Scratch::new())
}

/// Whether the machine has an adapter. Says loudly where it has none.
pub fn present() -> bool {
    let found = run(&Scratch::new(), "devices").status == 0;
    if !found {
        println!("SKIPPED: no graphics adapter; software ones come with mesa-vulkan-drivers");
    }
    found
}

fn floats(scratch: &Scratch, name: &str) -> Vec<f32> {
    let bytes = scratch.read(name);
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

#[test]
fn the_image_is_the_cpus_and_the_run_says_where_it_was_made() {
    if !present() {
        return;
    }
    let scratch = Scratch::new();
    run(&scratch, &format!("{TINY} -o cpu.bin")).good();
    let cpu = floats(&scratch, "cpu.bin");
    let brightest = cpu.iter().copied().fold(0.0, f32::max);
    for (dtype, tolerance) in [("f32", 1e-4), ("f64", 1e-6)] {
        for more in ["", "-gpu_limits terms=64,groups=1", "-selftest -adapter 0"] {
            let line = format!("{TINY} -device gpu -dtype {dtype} {more} -o gpu.bin");
            let run = run(&scratch, &line).good();
            assert!(run.line("rendered ").contains(&format!("(gpu: {dtype} on ")), "{}", run.out);
            assert!(run.line("gpu ").contains("self-test"));
            let gpu = floats(&scratch, "gpu.bin");
            assert_eq!(gpu.len(), cpu.len());
            for (gpu, cpu) in gpu.iter().zip(&cpu) {
                assert!((gpu - cpu).abs() <= tolerance * brightest, "{line}: {gpu} {cpu}");
            }
        }
    }
}

#[test]
fn auto_takes_the_cpu_where_there_is_no_hardware_and_says_so() {
    let scratch = Scratch::new();
    let run = without_drivers(&scratch, &format!("{TINY} -device auto -o auto.bin")).good();
    assert!(run.line("-device auto: ").contains("cpu"));
    assert!(run.line("rendered ").contains("(cpu: "));
    assert!(scratch.read("auto.bin").len() == 1024);
}

#[test]
fn without_an_adapter_the_gpu_is_an_error_that_says_what_to_do() {
    let scratch = Scratch::new();
    for (line, status) in [(format!("{TINY} -device gpu -o gpu.bin"), 3), ("devices".to_owned(), 1)] {
        let run = without_drivers(&scratch, &line);
        let error = run.error(status);
        assert!(error.contains("no graphics adapter") && error.contains("cpu"), "{error}");
    }
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn flags_that_name_what_is_not_there_are_refused() {
    let scratch = Scratch::new();
    let limits = run(&scratch, &format!("{TINY} -device gpu -gpu_limits terms=many"));
    assert!(limits.error(2).contains("-gpu_limits terms=many"));
    assert!(run(&scratch, "devices -faster").error(2).contains("-faster"));
    if present() {
        let adapter = run(&scratch, &format!("{TINY} -device gpu -adapter nosuchcard -o gpu.bin"));
        let error = adapter.error(2);
        assert!(error.contains("-adapter") && error.contains("there are: 0 "), "{error}");
    }
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn what_depends_on_the_order_of_terms_is_refused_with_the_quirks_name() {
    if !present() {
        return;
    }
    let scratch = Scratch::new();
    let line = format!("{TINY} -oversample_omega -quirks reference -device gpu -o gpu.bin");
    let run = run(&scratch, &line);
    assert!(run.error(4).contains("running_sum_factors"), "{}", run.err);
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn auto_renders_on_the_cpu_what_the_gpu_refuses_and_says_so() {
    if !present() {
        return;
    }
    let scratch = Scratch::new();
    let flags = format!("{TINY} -oversample_omega -quirks reference");
    run(&scratch, &format!("{flags} -o cpu.bin")).good();
    // Adapter 0 is asked for by its number, so that software counts.
    let auto = run(&scratch, &format!("{flags} -device auto -adapter 0 -o auto.bin")).good();
    assert!(auto.line("-device auto: ").contains("running_sum_factors"), "{}", auto.out);
    assert!(auto.line("rendered ").contains("(cpu: "), "{}", auto.out);
    assert_eq!(scratch.read("auto.bin"), scratch.read("cpu.bin"));
    let plain = run(&scratch, &format!("{TINY} -device auto -adapter 0 -o auto.bin")).good();
    assert!(plain.line("rendered ").contains("(gpu: "), "{}", plain.out);
}

#[test]
fn adapters_are_listed_with_what_they_can_do() {
    if !present() {
        return;
    }
    let listed = run(&Scratch::new(), "devices -selftest").good();
    for what in ["0 ", "    kind ", "    driver ", "    limits ", "    f32 ", "    f64 "] {
        assert!(listed.out.lines().any(|line| line.starts_with(what)), "{what}: {}", listed.out);
    }
    assert!(run(&Scratch::new(), "devices -h").good().out.contains("Usage: nanobragg devices"));
}

/// Columns of an array of doubles.
fn columns(scratch: &Scratch, name: &str, count: usize) -> Vec<Vec<f64>> {
    let bytes = scratch.read(name);
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let doubles = bytes[header..].chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()));
    let doubles: Vec<f64> = doubles.collect();
    doubles.chunks_exact(doubles.len() / count).map(<[f64]>::to_vec).collect()
}

#[test]
fn derivatives_are_the_cpus() {
    if !present() {
        return;
    }
    let scratch = Scratch::new();
    let line = format!("gradient {TINY} -wrt misset,cell,N,distance,scale");
    run(&scratch, &format!("{line} -o cpu.npy")).good();
    for (dtype, tolerance) in [("f32", 1e-4), ("f64", 1e-9)] {
        let run = run(&scratch, &format!("{line} -device gpu -dtype {dtype} -o gpu.npy")).good();
        assert!(run.line("gpu ").contains("self-test"), "{}", run.out);
        let [found, expected] = ["gpu.npy", "cpu.npy"].map(|name| columns(&scratch, name, 14));
        assert_ne!(found, expected);
        for (found, expected) in found.iter().zip(&expected) {
            let most = expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            let off = found.iter().zip(expected).fold(0.0, |off: f64, (a, b)| off.max((a - b).abs()));
            assert!(most > 0.0 && off <= tolerance * most, "{dtype}: {off} {most}");
        }
    }
    // Panels are differentiated one after the other.
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/geometry/two_panels.geom"),
        scratch.path("two.geom"),
    )
    .unwrap();
    let line = "gradient -geometry two.geom -cell 70 80 90 75 85 95 -default_F 100 -N 3 -oversample 1 -misset 10 20 30 \
        -wrt panel1.shift_fast";
    run(&scratch, &format!("{line} -o cpu.npy")).good();
    run(&scratch, &format!("{line} -device gpu -o gpu.npy")).good();
    let [found, expected] = ["gpu.npy", "cpu.npy"].map(|name| columns(&scratch, name, 1).concat());
    let most = expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-4 * most) && found != expected);
    let check = run(&scratch, &format!("gradient {TINY} -wrt misset,scale -device gpu -check")).good();
    assert!(check.line("misset_x ").split_whitespace().count() == 6, "{}", check.out);
}

#[test]
fn derivatives_that_the_gpu_has_not_are_refused_by_name_or_taken_by_auto_on_the_cpu() {
    if !present() {
        return;
    }
    let scratch = Scratch::new();
    let reflections: String = (0..17).map(|l| format!("1 2 {l} 100\n")).collect();
    std::fs::write(scratch.path("p.hkl"), reflections).unwrap();
    let names: Vec<String> = (0..17).map(|l| format!("F_1_2_{l}")).collect();
    let line = format!("gradient {TINY} -hkl p.hkl -wrt {}", names.join(","));
    let refused = run(&scratch, &format!("{line} -device gpu -o gpu.npy"));
    let error = refused.error(4);
    let reason = "by more than 16 structure factors at once";
    assert!(error.contains(reason) && error.contains("on the cpu"), "{error}");
    assert_eq!(scratch.names(), ["p.hkl"]);
    run(&scratch, &format!("{line} -o cpu.npy")).good();
    let auto = run(&scratch, &format!("{line} -device auto -adapter 0 -o auto.npy")).good();
    assert!(auto.line("-device auto: ").contains(reason), "{}", auto.out);
    assert_eq!(scratch.read("auto.npy"), scratch.read("cpu.npy"));
    let without = without_drivers(&scratch, &format!("{line} -device auto -o auto.npy")).good();
    assert!(without.line("-device auto: ").contains("cpu"), "{}", without.out);
}

#[test]
fn an_image_is_refined_on_the_gpu() {
    if !present() {
        return;
    }
    let scratch = Scratch::new();
    let crystal = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.2 -detpixels 200 -gauss_xtal \
        -mosaic 0.05 -mosaic_domains 5 -oversample 1 -seed 1 -fluence 3e25";
    run(&scratch, &format!("{crystal} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    let line =
        format!("refine {crystal} -N 20 -misset 10.03 20.02 29.98 -data shot.cbf -refine misset,scale");
    let mut found = Vec::new();
    for device in ["cpu", "gpu"] {
        let run = run(&scratch, &format!("{line} -device {device} -o {device}")).good();
        assert_eq!(run.out.contains("self-test"), device == "gpu", "{}", run.out);
        assert!(run.out.lines().last().unwrap().starts_with("converged after "), "{}", run.out);
        let json: serde_json::Value =
            serde_json::from_slice(&scratch.read(&format!("{device}.json"))).unwrap();
        found.push(json["chi2_per_pixel"].as_f64().unwrap());
    }
    assert!((found[0] - found[1]).abs() < 1e-4 * found[0], "{found:?}");
}
