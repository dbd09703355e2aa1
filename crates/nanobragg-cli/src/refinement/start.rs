//! The start of a refinement, and the experiment file of what was found.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use nanobragg::model::symmetry::SymmetryOperator;
use nanobragg::model::{StructureFactors, angles_of};
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::physics::rotation::about_axis;
use nanobragg::plan::Plan;
use nanobragg::plan::place::{LatticeParameters, Orientations, PlacementParameters};
use nanobragg_config::classic::{self, FlagId, ParsedArgs, Role};
use nanobragg_config::{Context, Setup, experiment_file, resolve};
use nanobragg_io::clean;
use nanobragg_io::experiments::ImageExperiment;
use nanobragg_refine::Outcome;
use nanobragg_session::Compute;
use nanobragg_session::header::laboratory;

use super::Request;
use crate::called;
use crate::console::Console;
use crate::run::log;
use crate::usage::{UsageError, refuse_flags_of_one_image};

/// Flags that what was found takes the place of.
const REPLACED: [FlagId; 17] = [
    FlagId::Mat,
    FlagId::Cell,
    FlagId::Pdb,
    FlagId::Misset,
    FlagId::MissetSeed,
    FlagId::N,
    FlagId::Na,
    FlagId::Nb,
    FlagId::Nc,
    FlagId::XtalSize,
    FlagId::XtalX,
    FlagId::XtalY,
    FlagId::XtalZ,
    FlagId::Fluence,
    FlagId::Flux,
    FlagId::Show,
    FlagId::Strict,
];

/// Flags of structure factors, but for the one of those that are in no file.
const OF_AMPLITUDES: [FlagId; 5] =
    [FlagId::Hkl, FlagId::HklColumn, FlagId::SpaceGroup, FlagId::Dump, FlagId::NoDump];

/// Flags of the description of an instrument, and of what it says.
const OF_INSTRUMENT: [FlagId; 7] = [
    FlagId::Geometry,
    FlagId::ExperimentNumber,
    FlagId::ScanPoint,
    FlagId::Panel,
    FlagId::Phi,
    FlagId::Osc,
    FlagId::SpindleAxis,
];

/// The start.
pub struct Start {
    args: ParsedArgs,
    /// Of several panels that of the first.
    pub plan: Plan,
    /// Those of the other panels.
    pub others: Vec<Plan>,
    /// The names of panels, where there are several.
    names: Vec<String>,
    pub console: Console,
    /// What `-adc` says.
    pub pedestal: Option<f64>,
    /// Files that it is made from.
    pub inputs: Vec<PathBuf>,
    /// Those of them that are read beside the description of the experiment, all of which is among the settings.
    pub read: Vec<PathBuf>,
    /// What differentiates.
    pub compute: Compute,
    pub progress: bool,
    /// Whether sub-pixels were asked for.
    pub has_subpixels: bool,
    /// Whether structure factors are interpolated where there is a table of them.
    pub interpolates: bool,
    /// Symmetry of the structure factors, as far as they were expanded by it.
    pub symmetry: Vec<SymmetryOperator>,
    /// Structure factors that were found, in the place of those of the start.
    hkl: Option<PathBuf>,
    /// The panel of the data that the start describes, where the start has no other panel.
    alone: Option<usize>,
}

impl Start {
    /// Takes structure factors that were found, with all equivalents, which a file of text has.
    pub fn take_amplitudes(&mut self, hkl: PathBuf) {
        self.hkl = Some(hkl);
    }

    /// The panel that a flag chooses.
    pub fn panel(&self) -> Option<usize> {
        self.alone.or_else(|| panel(&self.args))
    }

    /// The panel that a flag chooses of the data alone, where the start has no other panel.
    pub fn panel_of_data(&self) -> Option<usize> {
        self.alone
    }

    /// The mask that gives the detector its size, where nothing else does.
    pub fn size_by_mask(&self) -> Option<&Path> {
        const OF_SIZE: [FlagId; 8] = [
            FlagId::Img,
            FlagId::Geometry,
            FlagId::DetPixels,
            FlagId::DetPixelsF,
            FlagId::DetPixelsS,
            FlagId::DetSize,
            FlagId::DetSizeF,
            FlagId::DetSizeS,
        ];
        let mask =
            self.args.last(FlagId::Mask).filter(|_| !OF_SIZE.iter().any(|flag| self.args.has(*flag)))?;
        Some(mask.values.path(0))
    }

    /// The plan of each panel.
    pub fn panels(&self) -> impl Iterator<Item = &Plan> {
        std::iter::once(&self.plan).chain(&self.others)
    }

    /// What was found as the model of an experiment.
    pub fn model(&self, identifier: String, outcome: &Outcome) -> Option<ImageExperiment> {
        let name = |panel: usize| self.names.get(panel).map_or("panel", String::as_str);
        let panels: Vec<(&str, &Plan)> =
            outcome.panels().enumerate().map(|(panel, plan)| (name(panel), plan)).collect();
        Some(ImageExperiment { identifier, geometry: laboratory(&panels)? })
    }

    /// The experiment of a list that a flag chooses.
    pub fn experiment(&self) -> Option<usize> {
        usize::try_from(self.args.last(FlagId::ExperimentNumber)?.values.integer(0)).ok()
    }

    /// What the start and `request` say of the result, for finding out whether an earlier run is of the same.
    pub fn settings(&self, request: &Request) -> Vec<String> {
        let flags = called::relevant(&self.args).into_iter().map(|words| words.join(" "));
        let panel = self.alone.map(|panel| format!("-panel {panel} of the data"));
        request.settings().into_iter().chain(flags).chain(panel).collect()
    }
}

impl Start {
    /// What `flags` describe, added to an experiment file if there is one. What that says of the files of a render does not count.
    /// Notes and warnings that are among `told` are not repeated, and the others are added to it.
    pub fn new(
        experiment: Option<&Path>,
        flags: &[OsString],
        told: &mut BTreeSet<String>,
    ) -> anyhow::Result<Self> {
        let mut args = called::described(experiment, flags)?;
        called::drop_outputs_of_files(&mut args);
        refuse_flags_of_one_image("refine", &args, "-o names the files of a refinement")?;
        let is_of_outputs = |occurrence: &&classic::Occurrence| called::is_of_outputs(occurrence.flag);
        if let Some(occurrence) = args.occurrences.iter().find(is_of_outputs) {
            let given = &occurrence.given;
            let text = match occurrence.flag {
                FlagId::GeometryOut => {
                    format!("refine: {given} is a flag of a render; NAME.expt has the refined experiment")
                }
                _ => format!("refine: {given} is a flag of a render, which a refinement does not write"),
            };
            return Err(UsageError(text).into());
        }
        let console = Console::of(&args);
        log(&args);
        let (setup, alone) = resolved(&mut args)?;
        setup.notes.iter().filter(|note| told.insert((*note).clone())).for_each(|note| console.say(note));
        console.warn_all(setup.warnings_before_plan().filter(|warning| told.insert(warning.to_string())));
        let (plan, others) = plans(&setup)?;
        let names = setup.panels.iter().map(|panel| panel.name.clone()).collect();
        let warnings = setup.warnings_of_plan(&plan).filter(|warning| told.insert(warning.to_string()));
        warnings.for_each(|warning| console.warn(warning));
        console.deny_warnings()?;
        let small = plan.crystal.shape.cells.iter().any(|cells| *cells <= 2.0);
        let interpolates = setup.experiment.rendering.interpolate.unwrap_or(small);
        let pedestal = args.number(FlagId::Adc);
        let inputs = setup.inputs.iter().chain(&args.files).cloned().collect();
        let read = setup.inputs;
        let has_subpixels = args.has(FlagId::Oversample);
        let progress = setup.progress;
        let compute = Compute {
            device: setup.device,
            precision: setup.precision,
            gpu: setup.gpu,
            threads: called::threads(setup.threads),
            allow_nonfinite: false,
        };
        let (symmetry, hkl) = (setup.symmetry, None);
        Ok(Start {
            args,
            plan,
            others,
            names,
            console,
            pedestal,
            inputs,
            read,
            compute,
            progress,
            has_subpixels,
            interpolates,
            symmetry,
            hkl,
            alone,
        })
    }

    /// Whether what was found is said by a description of an instrument, as where the start was, or the detector was shifted.
    pub fn is_described(&self, outcome: &Outcome) -> bool {
        let [start, found] = [self.plan.parameters(), &outcome.parameters].map(|of| of.detector.shift);
        start != found || self.args.has(FlagId::Geometry)
    }

    /// An experiment file that renders what was found, with whole numbers of cells. Where the description of an instrument was the start,
    /// or the detector was shifted, it refers to the experiment of what was found, which will be at `experiment` and is `written` now.
    pub fn refined(&self, outcome: &Outcome, experiment: &Path, written: &Path) -> anyhow::Result<String> {
        let described = self.is_described(outcome);
        let rotation = outcome.plan.resolved.rotation;
        let parameters = &outcome.parameters;
        let mut args = self.args.clone();
        args.occurrences.retain(|occurrence| !REPLACED.contains(&occurrence.flag));
        if let Some(hkl) = &self.hkl {
            args.occurrences.retain(|occurrence| !OF_AMPLITUDES.contains(&occurrence.flag));
            // The binary copy of the start's would be replaced.
            args.extend(classic::parse(["-nodump".into(), OsString::from("-hkl"), hkl.into()])?);
        }
        let mut words: Vec<String> = Vec::new();
        let mut flag = |name: &str, values: &[f64]| {
            words.push(name.to_owned());
            words.extend(values.iter().map(|value| format!("{:?}", clean(*value))));
        };
        if described {
            let replaced = |flag: FlagId| {
                OF_INSTRUMENT.contains(&flag)
                    || classic::flag(flag)
                        .is_some_and(|row| row.is(Role::PlacesDetector) && flag != FlagId::CurvedDet)
            };
            args.occurrences.retain(|occurrence| !replaced(occurrence.flag));
            args.extend(geometry(experiment)?);
            if rotation.range() != 0.0 {
                let steps = rotation.steps().to_string();
                args.extend(classic::parse(["-phisteps".into(), OsString::from(steps)])?);
            } else if rotation.start() != 0.0 {
                // That experiment has the crystal as the spindle has turned it. Turned back, the crystal is turned again with its domains.
                let axis = outcome.plan.detector.spindle_axis[1];
                let back = [Vector3::x(), Vector3::y(), Vector3::z()]
                    .map(|unit| about_axis(&unit, &axis, -rotation.start()));
                flag("-misset", &angles_of(&Matrix3::from_columns(&back)).map(f64::to_degrees));
                flag("-phi", &[rotation.start().to_degrees()]);
                flag("-spindle_axis", &[axis.x, axis.y, axis.z]);
            }
        } else if let LatticeParameters::Cell(cell) = &parameters.lattice {
            let [alpha, beta, gamma] = cell.angles.map(f64::to_degrees);
            let [a, b, c] = cell.edges;
            flag("-cell", &[a, b, c, alpha, beta, gamma]);
            flag("-misset", &parameters.misset.map(f64::to_degrees));
        }
        // Photons of a reflection are proportional to the cells, of which the file has whole ones.
        let fluence = parameters.fluence * parameters.scale;
        let whole = parameters.cells.map(|cells| cells.round().max(1.0));
        let fluence =
            fluence * parameters.cells.iter().zip(whole).map(|(cells, whole)| cells / whole).product::<f64>();
        flag("-fluence", &[fluence]);
        // Water is not refined: as many photons of it as at the start.
        let before = self.plan.parameters();
        if let Some(size) = self.args.number(FlagId::Water).filter(|size| *size > 0.0) {
            flag("-water", &[size * (before.fluence * before.scale / fluence).cbrt()]);
        }
        if parameters.spread > 0.0 {
            flag("-mosaic", &[parameters.spread.to_degrees()]);
        }
        let placement = parameters.detector.placement;
        if !described && placement != self.plan.parameters().detector.placement {
            match placement {
                PlacementParameters::Beam { distance, .. } => flag("-distance", &[distance * 1e3]),
                PlacementParameters::Near { distance, .. } => flag("-close_distance", &[distance * 1e3]),
                PlacementParameters::Origin(_) => {}
            }
        }
        for (name, cells) in ["-Na", "-Nb", "-Nc"].into_iter().zip(whole) {
            words.extend([name.to_owned(), format!("{cells}")]);
        }
        if args.has(FlagId::MosaicDomains) && outcome.plan.orientations.domains.len() > 1 {
            // Another spread may need another number of domains, and what was found is that of these.
            words.extend(["-mosaic_domains".to_owned(), outcome.plan.orientations.domains.len().to_string()]);
        }
        args.extend(classic::parse(words.into_iter().map(OsString::from))?);
        let mut tried = args.clone();
        if described {
            tried.extend(geometry(written)?);
        }
        check(&tried, outcome)?;
        Ok(experiment_file::write(&seen_from(args, experiment.parent())?)?)
    }
}

/// The panel that a flag chooses.
fn panel(args: &ParsedArgs) -> Option<usize> {
    usize::try_from(args.last(FlagId::Panel)?.values.integer(0)).ok()
}

/// What `args` describe, and the panel of the data that they describe alone. A refinement of one panel writes a description of this
/// panel alone. With such a start the flag for the panel chooses among the panels of the data, and this function removes it from `args`.
fn resolved(args: &mut ParsedArgs) -> anyhow::Result<(Setup, Option<usize>)> {
    let error = match resolve(args, &Context::default()) {
        Ok(setup) => return Ok((setup, None)),
        Err(error) => error,
    };
    let Some(panel) = panel(args).filter(|_| args.has(FlagId::Geometry)) else { return Err(error.into()) };
    let mut alone = args.clone();
    alone.occurrences.retain(|occurrence| occurrence.flag != FlagId::Panel);
    match resolve(&alone, &Context::default()) {
        Ok(setup) if setup.panels.len() < 2 => {
            *args = alone;
            Ok((setup, Some(panel)))
        }
        _ => Err(error.into()),
    }
}

/// The plan of the first panel, and those of the others.
fn plans(setup: &Setup) -> anyhow::Result<(Plan, Vec<Plan>)> {
    let first = setup.experiment.plan().map_err(nanobragg_config::Error::from)?;
    let job = setup.clone().into_job();
    let others: Result<Vec<Plan>, _> =
        job.experiments().skip(1).map(|experiment| experiment.plan()).collect();
    Ok((first, others.map_err(nanobragg_config::Error::from)?))
}

/// Flags of a description of an instrument.
fn geometry(path: &Path) -> anyhow::Result<ParsedArgs> {
    Ok(classic::parse([OsString::from("-geometry"), path.into()])?)
}

/// Whether flags say what was found: other inputs, such as a geometry, may have the last word.
fn check(args: &ParsedArgs, outcome: &Outcome) -> anyhow::Result<()> {
    let (again, others) = plans(&resolve(args, &Context::default())?)?;
    let [found, said] = [&outcome.plan, &again].map(|plan| &plan.orientations);
    let counts = |of: &Orientations| (of.steps.len(), of.domains.len());
    let near = |step: usize| {
        let [found, said] = [found, said].map(|of| of.lattice(step, 0).vectors);
        found.iter().zip(&said).all(|(found, said)| (said - found).norm() < 1e-6 * found.norm())
    };
    let same = counts(found) == counts(said) && (0..found.steps.len()).all(near);
    let placed =
        |(said, found): (&Plan, &Plan)| (said.detector.panel.pix0 - found.detector.panel.pix0).norm() < 1e-9;
    let panels = others.len() == outcome.others.len()
        && std::iter::once((&again, &outcome.plan)).chain(others.iter().zip(&outcome.others)).all(placed);
    let amplitudes = same_amplitudes(&again.structure_factors, &outcome.plan.structure_factors);
    let differs = match (same, amplitudes, panels) {
        (false, _, _) if counts(found) != counts(said) => {
            "the number of mosaic domains or of steps of the rotation"
        }
        (false, _, _) => "the orientation or the cell of the crystal",
        (_, false, _) => "the structure factors",
        (_, _, false) => "the place of the detector",
        _ => return Ok(()),
    };
    anyhow::bail!(
        "these inputs leave no way to describe the result by flags: {differs} would be another; nothing is written"
    )
}

/// Whether two tables say the same of every node: that of a file that leaves out what is the default may be smaller.
fn same_amplitudes(one: &StructureFactors, other: &StructureFactors) -> bool {
    let same = |node: [i32; 3]| one.nearest(node) == other.nearest(node);
    let nodes = || [one, other].into_iter().filter_map(StructureFactors::bounds).flat_map(|of| of.indices());
    one.is_same_table(other) || one == other || (one.default_f() == other.default_f() && nodes().all(same))
}

/// `args` with the paths of inputs as they are seen from `folder`, in which an experiment file looks for its inputs.
fn seen_from(mut args: ParsedArgs, folder: Option<&Path>) -> anyhow::Result<ParsedArgs> {
    let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(args) };
    for occurrence in &mut args.occurrences {
        let Some(row) = classic::flag(occurrence.flag).filter(|row| row.is(Role::InputFile)) else {
            continue;
        };
        let path = occurrence.values.path(0);
        let there = match path.strip_prefix(folder) {
            Ok(inside) => inside.to_owned(),
            Err(_) => std::path::absolute(path)?,
        };
        let name = row.names.first().copied().unwrap_or_default();
        let again = classic::parse([OsString::from(name), there.into_os_string()])?;
        if let Some(found) = again.occurrences.into_iter().next() {
            occurrence.values = found.values;
        }
    }
    Ok(args)
}
