//! What renders an experiment: its plans and open backends.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nanobragg::backend::Want;
use nanobragg::image::Image;
use nanobragg::image::Pixel;
use nanobragg::plan::{Plan, SourcePlan};
use nanobragg::readout::Readout;
use nanobragg::statistics::Statistics;
use nanobragg::trace::{Options, trace_pixel};
use nanobragg_config::{Warning, show};
use nanobragg_session::{
    Brightness, Compute, Content, Device, Event, Flow, Observer, Watch, Writer, check_memory, check_pixels,
    seeds_of_image,
};
use numpy::{PyArray2, PyReadonlyArray2};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::device::{self, Both, Devices, Shared, Told};
use crate::setup::{Resolved, Setup};
use crate::wait::{Talk, wait};
use crate::{arrays, failure, pool, trace};

/// An experiment that is planned, and the backends that have rendered it.
#[pyclass(frozen, module = "nanobragg._native")]
pub struct Renderer {
    resolved: Arc<Resolved>,
    plans: Vec<Arc<Plan>>,
    devices: Arc<Devices>,
}

/// One line of the table of an experiment: group, name, value, unit, origin.
type Row = (&'static str, &'static str, String, &'static str, String);

/// Device, precision and number of threads that a call asks for; what is not given is as the experiment's flags say.
pub type Wanted<'a> = (Option<&'a str>, Option<&'a str>, Option<usize>);

/// The image of each panel.
pub type Panels<'py> = Vec<Bound<'py, PyArray2<f32>>>;

#[pymethods]
impl Renderer {
    /// Plans the images of an experiment; it takes the devices that `like` has opened.
    #[new]
    #[pyo3(signature = (setup, like=None))]
    fn new(py: Python<'_>, setup: &Setup, like: Option<&Renderer>) -> PyResult<Self> {
        let resolved = setup.resolved();
        let plans = plans(py, &resolved.experiments(), 0)?;
        let devices = like.map_or_else(Arc::default, |like| Arc::clone(&like.devices));
        Ok(Renderer { resolved, plans, devices })
    }

    /// What the user should know about the samples: code and text of each.
    #[getter]
    fn warnings(&self) -> Vec<Told> {
        let told = |&warning| (Warning::Plan(warning).code(), Warning::Plan(warning).to_string());
        self.plans.first().map_or_else(Vec::new, |plan| plan.resolved.warnings.iter().map(told).collect())
    }

    /// Rows and columns of the image of each panel.
    #[getter]
    fn shapes(&self) -> Vec<(usize, usize)> {
        self.plans.iter().map(|plan| (plan.region.image_slow, plan.region.image_fast)).collect()
    }

    /// Terms that all images together have.
    #[getter]
    fn terms(&self) -> f64 {
        self.plans.iter().map(|plan| plan.terms()).sum()
    }

    /// Direction of incidence, weight, and wavelength in meters of each source.
    #[getter]
    fn sources(&self) -> Vec<[f64; 5]> {
        let sources = self.plans.first().map_or(&[][..], |plan| &plan.sources);
        let row = |source: &SourcePlan<f64>| {
            let incident = source.incident;
            [incident.x, incident.y, incident.z, source.weight, source.wavelength]
        };
        sources.iter().map(row).collect()
    }

    /// What the first panel's experiment comes to, quantity after quantity.
    fn rows(&self) -> Vec<Row> {
        let Some(plan) = self.plans.first() else { return Vec::new() };
        let rows = show::rows(&self.resolved.setup, plan).into_iter();
        rows.map(|row| (row.group, row.name, row.value, row.unit, row.origin.to_string())).collect()
    }

    /// The same as text.
    fn text(&self) -> String {
        self.plans.first().map_or_else(String::new, |plan| show::text(&self.resolved.setup, plan))
    }

    /// Renders the image of each panel; only the pixels of `keep` where it is given. Gives them, and what the device
    /// warned of.
    #[pyo3(signature = (device=None, dtype=None, threads=None, keep=None, progress=None, allow_nonfinite=false))]
    fn render<'py>(
        &self,
        py: Python<'py>,
        device: Option<&str>,
        dtype: Option<&str>,
        threads: Option<usize>,
        keep: Option<PyReadonlyArray2<'_, bool>>,
        progress: Option<&Bound<'py, PyAny>>,
        allow_nonfinite: bool,
    ) -> PyResult<(Panels<'py>, Vec<Told>)> {
        let compute = self.compute(device, dtype, threads)?;
        let plans = match keep {
            None => self.plans.clone(),
            Some(keep) => {
                let mask = arrays::mask(&keep);
                let mut experiments = self.resolved.experiments();
                experiments.iter_mut().for_each(|experiment| experiment.rendering.mask = Some(mask.clone()));
                plans(py, &experiments, compute.threads)?
            }
        };
        let sizes: Vec<_> =
            plans.iter().map(|plan| (plan.region.image_fast, plan.region.image_slow)).collect();
        check_memory(&sizes, &[]).map_err(|error| failure::of_session(&error))?;
        let backend = py.detach(|| self.devices.backend(&compute))?;
        let mut heard = device::heard();
        let pool = pool::pool(compute.threads).map_err(|error| failure::of_session(&error))?;
        let talk = Talk::default();
        let rendered = wait(py, &pool, &talk, progress, || {
            let images: Result<Vec<Image>, nanobragg_session::Error> = plans
                .iter()
                .map(|plan| {
                    talk.restart();
                    image(backend.as_ref(), plan, &talk, allow_nonfinite || compute.allow_nonfinite)
                })
                .collect();
            (images, device::heard())
        })?;
        let (images, more) = rendered;
        heard.extend(more);
        let images = images.map_err(|error| failure::of_session(&error))?;
        let arrays = images.into_iter().map(|image| arrays::from_image(py, image));
        Ok((arrays.collect::<PyResult<_>>()?, heard))
    }

    /// Counts of photons with noise, of the image of each panel.
    fn counts<'py>(
        &self,
        py: Python<'py>,
        images: Vec<PyReadonlyArray2<'_, f32>>,
        seed: Option<i64>,
    ) -> PyResult<Vec<Bound<'py, PyArray2<i32>>>> {
        let pool = pool::pool(0).map_err(|error| failure::of_session(&error))?;
        let mut all = Vec::new();
        for (number, array) in images.iter().enumerate() {
            let image = arrays::to_image(array)?;
            let plan = self.plan_of(number, &image)?;
            let counts = wait(py, &pool, &Talk::default(), None, || {
                let mut plan = Plan::clone(&plan);
                let noise = &mut plan.resolved.noise;
                noise.seed = seed.unwrap_or(noise.seed);
                Readout::counted().read(&plan, &image, 0.0)
            })?;
            all.push(arrays::from_counts(py, [image.slow(), image.fast()], counts.pixels)?);
        }
        Ok(all)
    }

    /// The noise seeds of the images of a series of so many.
    fn noise_seeds(&self, images: usize) -> Vec<i64> {
        let base = &self.resolved.setup.experiment;
        (1..=images).map(|image| seeds_of_image(base, image).noise).collect()
    }

    /// Every intermediate of a pixel.
    fn trace<'py>(
        &self,
        py: Python<'py>,
        panel: usize,
        slow: usize,
        fast: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let plan = self.plans.get(panel).ok_or_else(|| {
            PyIndexError::new_err(format!("panel {panel}: the detector has {} panels", self.plans.len()))
        })?;
        let (rows, columns) = (plan.region.image_slow, plan.region.image_fast);
        if slow >= rows || fast >= columns {
            let size = format!("the image has {rows} x {columns} pixels (slow, fast)");
            return Err(PyIndexError::new_err(format!("pixel {slow} {fast}: {size}")));
        }
        let (_, traced) = py.detach(|| trace_pixel(plan, Pixel { slow, fast }, Options::default()));
        trace::dictionary(py, &traced)
    }

    /// Writes the image of each panel to `path`, in the format that its extension tells; gives what the user should
    /// know of the files.
    #[pyo3(signature = (path, images, allow_nonfinite=false))]
    fn save(
        &self,
        py: Python<'_>,
        path: PathBuf,
        images: Vec<PyReadonlyArray2<'_, f32>>,
        allow_nonfinite: bool,
    ) -> PyResult<Vec<Told>> {
        let outputs = self.resolved.setup.outputs.without_images().with_image(path);
        let outputs = outputs.map_err(|error| failure::of_config(&error))?.list();
        let images = images.iter().map(arrays::to_image).collect::<PyResult<Vec<_>>>()?;
        let plans = images.iter().enumerate().map(|(number, image)| self.plan_of(number, image));
        let plans = plans.collect::<PyResult<Vec<_>>>()?;
        // Photons as they are may be any numbers.
        let made = |content: &Content| {
            matches!(content, Content::Counts(_) | Content::Levels(_) | Content::Picture(_))
        };
        let is_made = outputs.iter().any(|output| made(&output.content));
        if is_made && !(allow_nonfinite || self.resolved.setup.allow_nonfinite) {
            images.iter().try_for_each(check_pixels).map_err(|error| failure::of_session(&error))?;
        }
        let heard = Heard::default();
        let written = py.detach(|| {
            let figures: Vec<_> =
                plans.iter().zip(&images).map(|(plan, image)| Statistics::of(plan, image)).collect();
            let brightness = Brightness::of(figures.iter());
            let stop = AtomicBool::new(false);
            let watch = Watch::new(&heard, &stop);
            plans.iter().zip(&images).enumerate().try_for_each(|(number, (plan, image))| {
                let outputs: Vec<_> = if plans.len() > 1 {
                    outputs.iter().filter_map(|output| output.of_panel(number)).collect()
                } else {
                    outputs.clone()
                };
                let writer = Writer::new(plan, image, brightness).made_by(Some(&self.resolved.provenance));
                writer.write(&outputs, &watch)
            })
        });
        written.map_err(|error| failure::of_session(&error))?;
        Ok(heard.take())
    }
}

impl Renderer {
    /// The plan of each panel.
    pub fn plans(&self) -> &[Arc<Plan>] {
        &self.plans
    }

    /// The experiment.
    pub fn resolved(&self) -> &Arc<Resolved> {
        &self.resolved
    }

    /// The backend that is wanted, and what was wanted.
    pub fn open(
        &self,
        py: Python<'_>,
        device: Option<&str>,
        dtype: Option<&str>,
        threads: Option<usize>,
    ) -> PyResult<(Shared, Compute)> {
        let compute = self.compute(device, dtype, threads)?;
        let backend = py.detach(|| self.devices.backend(&compute))?;
        Ok((backend, compute))
    }

    /// What computes derivatives where images are rendered, and what was wanted.
    pub fn open_for_derivatives(&self, py: Python<'_>, wanted: Wanted<'_>) -> PyResult<(Both, Compute)> {
        let (device, dtype, threads) = wanted;
        let compute = self.compute(device, dtype, threads)?;
        let backend = py.detach(|| self.devices.differentiating(&compute))?;
        Ok((backend, compute))
    }

    /// What renders: as asked, else as the flags say, else the best device in double precision.
    fn compute(
        &self,
        device: Option<&str>,
        dtype: Option<&str>,
        threads: Option<usize>,
    ) -> PyResult<Compute> {
        use nanobragg::backend::Precision;
        use nanobragg_config::classic::FlagId;
        let setup = &self.resolved.setup;
        let flagged = self.resolved.args.has(FlagId::Device);
        let device = match device {
            Some(name) => device::device(name).ok_or_else(|| {
                PyValueError::new_err(format!("device has to be auto, cpu, gpu or scalar, not {name:?}"))
            })?,
            None if flagged => setup.device,
            None => Device::Auto,
        };
        let precision = match dtype {
            Some(name) => device::precision(name)
                .ok_or_else(|| PyValueError::new_err(format!("dtype has to be f64 or f32, not {name:?}")))?,
            None => setup.precision.unwrap_or(Precision::Double),
        };
        Ok(Compute {
            device,
            precision: Some(precision),
            gpu: setup.gpu.clone(),
            threads: threads.unwrap_or(setup.threads),
            allow_nonfinite: setup.allow_nonfinite,
        })
    }

    /// The plan of panel `number`, which `image` has to be of.
    fn plan_of(&self, number: usize, image: &Image) -> PyResult<Arc<Plan>> {
        let plan = self.plans.get(number).ok_or_else(|| {
            PyValueError::new_err(format!("{} images for {} panels", number + 1, self.plans.len()))
        })?;
        let wanted = (plan.region.image_slow, plan.region.image_fast);
        let found = (image.slow(), image.fast());
        if wanted != found {
            return Err(PyValueError::new_err(format!("the image has the shape {found:?}, not {wanted:?}")));
        }
        Ok(Arc::clone(plan))
    }
}

/// The plans of `experiments`.
fn plans(
    py: Python<'_>,
    experiments: &[nanobragg::model::Experiment],
    threads: usize,
) -> PyResult<Vec<Arc<Plan>>> {
    let pool = pool::pool(threads).map_err(|error| failure::of_session(&error))?;
    let planned = wait(py, &pool, &Talk::default(), None, || {
        experiments.iter().map(|experiment| experiment.plan().map(Arc::new)).collect::<Result<Vec<_>, _>>()
    })?;
    planned.map_err(|error| failure::of_library(&error))
}

/// The image of a plan.
pub fn image(
    backend: &dyn nanobragg::backend::Backend,
    plan: &Plan,
    talk: &Talk,
    allow_nonfinite: bool,
) -> Result<Image, nanobragg_session::Error> {
    let note = |progress| talk.note(progress);
    let control = nanobragg::backend::Control { progress: Some(&note), cancel: Some(&talk.stop) };
    let image = backend.frame(plan, &Want::default(), &control)?.into_image();
    if !allow_nonfinite {
        check_pixels(&image)?;
    }
    Ok(image)
}

/// Keeps the warnings of a job.
#[derive(Default)]
struct Heard(std::sync::Mutex<Vec<Told>>);

impl Heard {
    fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Observer for Heard {
    fn on(&self, event: Event<'_>) -> Flow {
        if let Event::Warning(warning) = event {
            self.0
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push((warning.code(), warning.to_string()));
        }
        Flow::Continue
    }
}
