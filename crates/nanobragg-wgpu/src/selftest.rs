//! A graphics processor is not trusted unseen: it renders a small image that is compared with the definition.

use std::num::NonZeroU32;
use std::path::Path;

use nanobragg::backend::Control;
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Crystal, Experiment, IndexBox, Misset, Mosaicity, PixelGrid, Polarization, Reflection,
    StructureFactors, UnitCell,
};
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use serde::{Deserialize, Serialize};

use crate::Precision;
use crate::cache::fnv;
use crate::error::{Cause, Error};
use crate::gpu::Gpu;
use crate::permutation::Permutation;
use crate::renderer::Renderer;

/// How far a device's image is from the definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Name of the adapter.
    pub adapter: String,
    /// Precision: `f32` or `f64`.
    pub precision: String,
    /// Largest difference of a pixel, relative to the brightest one.
    pub max_of_max: f64,
    /// Median of the pixels' relative differences.
    pub median_relative: f64,
    /// Whether both are within their bounds.
    pub passed: bool,
}

/// Largest difference of a pixel, relative to the brightest, and median of the relative differences. In double
/// precision a driver may fuse a multiplication and an addition, which moves the last bits of an index.
const BOUNDS_SINGLE: (f64, f64) = (1e-4, 1e-6);
const BOUNDS_DOUBLE: (f64, f64) = (1e-10, 1e-11);

impl SelfTest {
    /// The result, or the error that it is.
    ///
    /// # Errors
    /// [`ErrorKind::SelfTest`](crate::ErrorKind::SelfTest) where the test did not pass.
    pub fn passes(self) -> Result<Self, Error> {
        if self.passed {
            return Ok(self);
        }
        let reason = format!(
            "a test image in {} is off by {:.1e} of its brightest pixel",
            self.precision, self.max_of_max
        );
        Err(Cause::SelfTest { adapter: self.adapter, reason }.into())
    }
}

/// Renders 32 × 32 pixels with a table of structure factors, sub-pixels, mosaic domains and polarization, and
/// compares them with the definition.
///
/// # Errors
/// What the device reports; an image that is wrong is a result that has not passed.
pub fn selftest(gpu: &Gpu, precision: Precision) -> Result<SelfTest, Error> {
    let span = tracing::info_span!("selftest", adapter = gpu.info().name, precision = precision.name());
    let _entered = span.enter();
    let plan = case().map_err(|error| Cause::Refused { reason: error.to_string() })?;
    let photons = Renderer::new(gpu.clone(), precision)?.photons(&plan, &Control::default())?;
    Ok(judge(gpu, precision, &plan, &photons))
}

fn judge(gpu: &Gpu, precision: Precision, plan: &Plan, photons: &[f64]) -> SelfTest {
    let width = plan.region.image_fast.max(1);
    let expected = |at: usize| pixel(plan, Pixel { slow: at / width, fast: at % width }, &mut ());
    let pairs: Vec<(f64, f64)> =
        photons.iter().enumerate().map(|(at, &found)| (found, expected(at))).collect();
    let brightest = pairs.iter().fold(0.0f64, |most, (_, expected)| most.max(*expected));
    // A maximum that keeps what is not a number.
    let max_of_max = pairs
        .iter()
        .map(|(found, expected)| (found - expected).abs() / brightest)
        .fold(0.0f64, |most, off| if off <= most { most } else { off });
    let mut relative: Vec<f64> =
        pairs.iter().map(|(found, expected)| (found / expected - 1.0).abs()).collect();
    relative.sort_by(f64::total_cmp);
    let median_relative = relative.get(relative.len() / 2).copied().unwrap_or(f64::NAN);
    let (most, median) = match precision {
        Precision::Single => BOUNDS_SINGLE,
        Precision::Double => BOUNDS_DOUBLE,
    };
    SelfTest {
        adapter: gpu.info().name.clone(),
        precision: precision.name().to_owned(),
        max_of_max,
        median_relative,
        passed: max_of_max <= most && median_relative <= median,
    }
}

/// The experiment of the test.
fn case() -> Result<Plan, nanobragg::Error> {
    let bounds = IndexBox { min: [-12; 3], max: [12; 3] };
    let indices =
        (-12..=12i32).flat_map(|h| (-12..=12).flat_map(move |k| (-12..=12).map(move |l| [h, k, l])));
    let reflections = indices.map(|hkl| {
        let [h, k, l] = hkl;
        Reflection { hkl, f: f64::from((7 * h + 13 * k + 29 * l).rem_euclid(101)) }
    });
    let table = StructureFactors::from_reflections(bounds, 3.0, reflections)
        .unwrap_or_else(|_| StructureFactors::uniform(100.0));
    let cell = UnitCell::new(60.0, 70.0, 85.0, 75.0, 85.0, 95.0)?;
    let mut experiment = Experiment::new(Crystal::from_cell(cell).with_cells(7, 8, 9)?, table);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([0.2, 0.3, 0.5]))?;
    let mosaicity = Mosaicity::Domains { spread: 0.02, count: 3 };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity)?;
    experiment.beam = Beam::new(1.5e-10)?.with_polarization(Polarization::Kahn(0.7))?;
    experiment.detector.pixels = PixelGrid::new(32, 32, 2e-3);
    experiment.rendering.oversample = NonZeroU32::new(2);
    experiment.plan()
}

/// The result of an earlier test of this adapter, driver and program that is kept in `folder`, or else a new one,
/// which is then kept there. A folder that cannot be read or written is no error: the test is only run again.
///
/// # Errors
/// As [`selftest`].
pub fn selftest_cached(folder: &Path, gpu: &Gpu, precision: Precision) -> Result<SelfTest, Error> {
    let file = folder.join(file_name(gpu, precision));
    if let Some(kept) = read(&file).filter(|kept| kept.passed) {
        return Ok(kept);
    }
    let fresh = selftest(gpu, precision)?;
    if let Err(error) = write(folder, &file, &fresh) {
        tracing::debug!(%error, file = %file.display(), "the self-test's result is not kept");
    }
    Ok(fresh)
}

fn read(file: &Path) -> Option<SelfTest> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

fn write(folder: &Path, file: &Path, result: &SelfTest) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut temporary, result)?;
    temporary.persist(file)?;
    Ok(())
}

/// A name that changes with the adapter, its driver, and the shaders.
fn file_name(gpu: &Gpu, precision: Precision) -> String {
    let info = gpu.info();
    let parts = [&info.name, &info.backend, &info.driver, &info.driver_version].map(String::as_str);
    let program = [env!("CARGO_PKG_VERSION"), precision.name()];
    let text = Permutation::example(precision).source();
    let parts = parts.into_iter().chain(program).chain([text.as_str()]);
    let bytes: Vec<u8> = parts.flat_map(|part| part.bytes().chain([0])).collect();
    format!("selftest-{:016x}.json", fnv(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_has_not_passed_is_an_error_that_says_how_far_it_is_off() {
        let result = SelfTest {
            adapter: "card".to_owned(),
            precision: "f32".to_owned(),
            max_of_max: 0.25,
            median_relative: 1e-7,
            passed: false,
        };
        let error = result.passes().unwrap_err().to_string();
        assert!(error.contains("card") && error.contains("2.5e-1"), "{error}");
    }

    #[test]
    fn the_test_image_has_structure() {
        let plan = case().unwrap();
        let row: Vec<f64> = (0..32).map(|fast| pixel(&plan, Pixel { slow: 9, fast }, &mut ())).collect();
        let (least, most) = row.iter().fold((f64::MAX, 0.0f64), |(a, b), &x| (a.min(x), b.max(x)));
        assert!(plan.structure_factors.bounds().is_some() && most > 100.0 * least && least > 0.0);
    }
}
