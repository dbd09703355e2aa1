//! Flags of the program as such, none of which the reference has.

use nanobragg::backend::Precision;
use nanobragg_session::Device;

use super::row::rows;
use crate::classic::{Group, Role, Shell};

/// More threads than any machine has.
const THREADS: (i64, i64) = (0, 4_096);

rows!(
    Group::Program,
    Quirks(&["-quirks"], "which known defects of the C program to keep")
        .word("PRESET", &["reference", "spec", "exact", "port"])
        .otherwise("exact; reference if the program is called nanoBragg")
        .role(Role::Extension)
        .shows(&["quirks"])
        .elsewhere(),
    PhiCarryoverMode(&["-phi_carryover_mode"], "crystal at phi = 0: unrotated, or as in the previous step")
        .word("MODE", &["spec", "c-parity"])
        .otherwise("as -quirks says")
        .role(Role::Extension)
        .shows(&["quirks"])
        .elsewhere(),
    Device(
        &["-device"],
        "what renders: cpu, all cores; gpu, a graphics processor; auto, a hardware graphics processor \
         if there is one, else the CPU; scalar, the plain definition on one core"
    )
    .word("cpu|gpu|auto|scalar", &["cpu", "gpu", "auto", "scalar", "reference", "cuda"])
    .default("cpu")
    .role(Role::Extension)
    .shows(&["device"])
    .effect(|draft, given| {
        draft.setup.device = match given.text().as_str() {
            "scalar" | "reference" => Device::Scalar,
            "gpu" | "cuda" => Device::Gpu,
            "auto" => Device::Auto,
            _ => Device::Cpu,
        };
    }),
    Dtype(&["-dtype"], "precision of the lattice factor")
        .word("TYPE", &["f64", "f32", "float64", "float32"])
        .otherwise("f64; on a graphics processor f32")
        .role(Role::Extension)
        .shows(&["precision"])
        .effect(|draft, given| {
            let single = matches!(given.text().as_str(), "f32" | "float32");
            draft.setup.precision = Some(if single { Precision::Single } else { Precision::Double });
        }),
    Adapter(&["-adapter"], "graphics processor: part of its name, or its number in nanobragg devices")
        .text("NAME|INDEX")
        .otherwise("the best")
        .role(Role::Extension)
        .effect(|draft, given| draft.setup.gpu.adapter = Some(given.text())),
    SelfTest(
        &["-selftest"],
        "test the graphics processor against the definition even if it has passed before"
    )
    .role(Role::Extension)
    .effect(|draft, _| draft.setup.gpu.selftest = true),
    GpuLimits(
        &["-gpu_limits"],
        "for tests: limits below those of the graphics processor, as \
            binding=BYTES,buffer=BYTES,groups=N,terms=N,submissions=N; after N submissions it is lost"
    )
    .text("LIST")
    .role(Role::Extension)
    .effect(|draft, given| draft.setup.gpu.limits = Some(given.text())),
    Threads(&["-threads"], "number of threads; 0 means OMP_NUM_THREADS or, without it, one per core")
        .integer("N", THREADS)
        .default("0")
        .role(Role::NoPixels)
        .role(Role::Extension)
        .effect(|draft, given| draft.setup.threads = usize::try_from(given.integer(0)).unwrap_or(0)),
    Show(
        &["-show"],
        "print the experiment that the flags describe as a table, or as an experiment file (toml), and stop"
    )
    .optional_word("[text|toml]", &["text", "toml"])
    .role(Role::Prints)
    .role(Role::Extension)
    .elsewhere(),
    Verbose(&["-v", "-verbose"], "print more about what is done")
        .role(Role::NoPixels)
        .role(Role::Extension)
        .elsewhere(),
    VeryVerbose(&["-vv"], "print much more about what is done")
        .role(Role::NoPixels)
        .role(Role::Extension)
        .elsewhere(),
    Strict(&["-strict"], "treat the first warning as an error, before rendering where possible")
        .role(Role::NoPixels)
        .role(Role::Extension)
        .elsewhere(),
    TrustPaths(
        &["-trust_paths"],
        "let an experiment file write anywhere, not only below the working directory"
    )
    .role(Role::NoPixels)
    .role(Role::Extension)
    .elsewhere(),
    AllowNonfinite(&["-allow_nonfinite"], "write images even if photons are negative or not finite")
        .role(Role::NoPixels)
        .role(Role::Extension)
        .effect(|draft, _| draft.setup.allow_nonfinite = true),
    Quiet(&["-q", "-quiet"], "print only errors").role(Role::NoPixels).role(Role::Extension).elsewhere(),
    Help(&["-help", "-h"], "print this help, and stop").role(Role::Prints).role(Role::Extension).elsewhere(),
    Version(&["-version", "-V"], "print the version, and stop")
        .role(Role::Prints)
        .role(Role::Extension)
        .elsewhere(),
    ManPage(&["-man"], "print the manual page, and stop")
        .role(Role::Prints)
        .role(Role::Extension)
        .elsewhere(),
    Completions(&["-completions"], "print a completion script for this shell, and stop")
        .word("SHELL", Shell::NAMES)
        .role(Role::Prints)
        .role(Role::Extension)
        .elsewhere(),
);
