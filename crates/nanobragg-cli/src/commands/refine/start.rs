//! The start of a refinement, and the experiment file of what was found.

use std::ffi::OsString;

use nanobragg::plan::Plan;
use nanobragg::plan::place::{LatticeParameters, PlacementParameters};
use nanobragg_config::classic::{self, FlagId, ParsedArgs};
use nanobragg_config::{Context, experiment_file, remedy, resolve};
use nanobragg_refine::Outcome;

use super::arguments::Arguments;
use crate::called;
use crate::console::Console;
use crate::run::log;
use crate::usage::UsageError;

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

/// The start.
pub struct Start {
    args: ParsedArgs,
    pub plan: Plan,
    pub console: Console,
    pub pedestal: f64,
    pub threads: usize,
}

impl Start {
    /// What the arguments describe.
    pub fn new(arguments: &Arguments) -> anyhow::Result<Self> {
        let args = called::described(arguments.experiment.as_deref(), &arguments.start)?;
        let console = Console::of(&args);
        log(&args);
        let setup = resolve(&args, &Context::default())?;
        setup.notes.iter().for_each(|note| console.say(note));
        setup.warnings.iter().for_each(|warning| console.warn(warning));
        if !setup.panels.is_empty() {
            let panels = setup.panels.len();
            let text = format!("refine: the detector has {panels} panels; -panel N chooses one");
            return Err(UsageError(text).into());
        }
        let plan = setup.experiment.plan().map_err(nanobragg_config::Error::from)?;
        plan.resolved.warnings.iter().for_each(|warning| console.warn(&remedy::line(warning)));
        console.deny_warnings()?;
        let pedestal = args.number(FlagId::Adc).unwrap_or(0.0);
        Ok(Start { threads: called::threads(setup.threads), args, plan, console, pedestal })
    }

    /// An experiment file that renders what was found, with whole numbers of cells.
    pub fn refined(&self, outcome: &Outcome) -> anyhow::Result<String> {
        let parameters = &outcome.parameters;
        let mut args = self.args.clone();
        args.occurrences.retain(|occurrence| !REPLACED.contains(&occurrence.flag));
        let mut words: Vec<String> = Vec::new();
        let mut flag = |name: &str, values: &[f64]| {
            words.push(name.to_owned());
            words.extend(values.iter().map(|value| format!("{value:?}")));
        };
        if let LatticeParameters::Cell(cell) = &parameters.lattice {
            let [alpha, beta, gamma] = cell.angles.map(f64::to_degrees);
            let [a, b, c] = cell.edges;
            flag("-cell", &[a, b, c, alpha, beta, gamma]);
        }
        flag("-misset", &parameters.misset.map(f64::to_degrees));
        flag("-fluence", &[parameters.fluence * parameters.scale]);
        if parameters.spread > 0.0 {
            flag("-mosaic", &[parameters.spread.to_degrees()]);
        }
        if outcome.found.iter().any(|found| found.name == "distance") {
            match parameters.detector.placement {
                PlacementParameters::Beam { distance, .. } => flag("-distance", &[distance * 1e3]),
                PlacementParameters::Near { distance, .. } => flag("-close_distance", &[distance * 1e3]),
                PlacementParameters::Origin(_) => {}
            }
        }
        for (name, cells) in ["-Na", "-Nb", "-Nc"].into_iter().zip(parameters.cells) {
            words.extend([name.to_owned(), format!("{}", cells.round().max(1.0))]);
        }
        args.extend(classic::parse(words.into_iter().map(OsString::from))?);
        self.check(&args, outcome)?;
        Ok(experiment_file::write(&args)?)
    }

    /// Whether flags say what was found: other inputs, such as a geometry, may have the last word.
    fn check(&self, args: &ParsedArgs, outcome: &Outcome) -> anyhow::Result<()> {
        let again = resolve(args, &Context::default())?.experiment.plan()?;
        let found = outcome.plan.crystal.lattice.vectors;
        let same =
            again.crystal.lattice.vectors.iter().zip(&found).all(|(a, b)| (a - b).norm() < 1e-6 * b.norm());
        let pix0 = (again.detector.panel.pix0 - outcome.plan.detector.panel.pix0).norm();
        anyhow::ensure!(
            same && pix0 < 1e-9,
            "what was found cannot be said by flags beside these inputs; nothing is written"
        );
        Ok(())
    }
}
