//! The device of the tests, and the flags of their experiments.

use std::ffi::OsString;
use std::sync::OnceLock;

use nanobragg::image::Pixel;
use nanobragg::model::{Preset, Size, StructureFactors};
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use nanobragg_config::{Context, classic, resolve};
use nanobragg_wgpu::{ErrorKind, Gpu, Kind, Precision, Renderer, Selection, UpperLimits};

/// The machine's best adapter; without one the test says so and passes.
pub fn open(limits: UpperLimits) -> Option<Gpu> {
    match Gpu::open_within(&Selection::Any, limits) {
        Ok(gpu) => Some(gpu),
        Err(error) if error.kind() == ErrorKind::NoAdapter => {
            eprintln!("SKIPPED: this machine has no graphics adapter, nothing was tested");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Whether the machine's best adapter may fuse multiplications with additions, as those that are no software do.
pub fn fuses() -> bool {
    static FUSES: OnceLock<bool> = OnceLock::new();
    *FUSES.get_or_init(|| open(UpperLimits::default()).is_some_and(|gpu| gpu.info().kind != Kind::Cpu))
}

/// A renderer on it.
pub fn renderer(precision: Precision) -> Option<Renderer> {
    let gpu = open(UpperLimits::default())?;
    match Renderer::new(gpu, precision) {
        Ok(renderer) => Some(renderer),
        Err(error) if error.kind() == ErrorKind::NoDoublePrecision => {
            eprintln!("SKIPPED: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The plan of `flags`; `None` where they leave no source.
pub fn plan(flags: &[String], preset: Preset, table: Option<&StructureFactors>) -> Option<Plan> {
    let flags =
        flags.iter().map(OsString::from).chain(["-nodump", "-quirks", preset.name()].map(OsString::from));
    let parsed = classic::parse(flags).unwrap();
    let mut setup = resolve(&parsed, &Context::default()).unwrap();
    if let Some(table) = table {
        setup.experiment.structure_factors = table.clone();
        setup.experiment.rendering.interpolate =
            Some(matches!(setup.experiment.crystal.size()[0], Size::Cells(5.0..)));
    }
    setup.experiment.plan().ok()
}

/// The plan of flags in one string.
pub fn planned(flags: &str) -> Plan {
    let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
    plan(&flags, Preset::Exact, None).unwrap()
}

/// Photons by the definition, in double precision.
pub fn definition(plan: &Plan) -> Vec<f64> {
    let region = &plan.region;
    let mut photons = vec![0.0; region.image_fast * region.image_slow];
    for (at, photons) in photons.iter_mut().enumerate() {
        let (slow, fast) = (at / region.image_fast, at % region.image_fast);
        if region.renders(slow, fast) {
            *photons = pixel(plan, Pixel { slow, fast }, &mut ());
        }
    }
    photons
}
