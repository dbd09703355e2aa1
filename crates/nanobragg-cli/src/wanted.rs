//! Names of what is differentiated by.

use nanobragg::gradient::{Derivatives, Parameter};
use nanobragg::model::Experiment;
use nanobragg::plan::Plan;
use nanobragg::units::EV_ANGSTROM;
use nanobragg_io::clean;

use crate::usage::UsageError;

/// A number of the experiment that derivatives are taken by.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As it is written to files.
    pub name: String,
    pub unit: &'static str,
    /// Its value, where it has one.
    pub value: Option<f64>,
    /// What the library differentiates by, and how much of it changes with this number.
    pub parameter: Parameter,
    pub factor: f64,
    /// The panel that alone has it.
    pub panel: Option<usize>,
}

impl Wanted {
    fn of(plan: &Plan, parameter: Parameter) -> Self {
        let value = match parameter {
            Parameter::SourceWeight(number) => plan.sources.get(number).map(|source| source.weight),
            Parameter::Amplitude(node) => Some(plan.structure_factors.nearest(node)),
            _ => parameter
                .of(&mut plan.parameters().clone())
                .map(|number| clean(*number / parameter.unit_in_parameters())),
        };
        Wanted {
            name: parameter.name(),
            unit: parameter.unit().symbol(),
            value,
            parameter,
            factor: 1.0,
            panel: None,
        }
    }

    /// How much of the parameter of a panel changes with this number.
    pub fn factor_in(&self, panel: usize) -> f64 {
        if self.panel.is_none_or(|own| own == panel) { self.factor } else { 0.0 }
    }
}

/// What the names after `option` stand for, in their order; `plans` are those of the panels.
pub fn all(
    option: &str,
    names: &[String],
    experiment: &Experiment,
    plans: &[Plan],
) -> anyhow::Result<Vec<Wanted>> {
    let mut all: Vec<Wanted> = Vec::new();
    for name in names {
        for wanted in one(option, name, experiment, plans)? {
            if !all.iter().any(|known| known.name == wanted.name) {
                all.push(wanted);
            }
        }
    }
    Ok(all)
}

fn one(option: &str, name: &str, experiment: &Experiment, plans: &[Plan]) -> anyhow::Result<Vec<Wanted>> {
    if let Some((panel, of_panel)) = name.strip_prefix("panel").and_then(|rest| rest.split_once('.')) {
        return of_one_panel(option, name, panel, of_panel, plans);
    }
    // What is not of one panel is the same in all.
    let Some(plan) = plans.first() else { return Ok(Vec::new()) };
    if name == "all" {
        // What the symmetry of the lattice leaves free is in the six numbers of the cell.
        let has = |parameter: &Parameter| {
            !matches!(parameter, Parameter::FreeCell(_)) && Derivatives::new(plan, &[*parameter]).is_ok()
        };
        let known = Parameter::names().into_iter().filter_map(|name| Parameter::named(&name));
        let single = known.filter(|members| members.len() == 1).flatten().filter(has);
        return Ok(single.map(|parameter| Wanted::of(plan, parameter)).collect());
    }
    if let Some(wanted) = alias(option, name, experiment, plan)? {
        return Ok(vec![wanted]);
    }
    let Some(found) = Parameter::named_in(name, plan) else {
        return Err(UsageError(format!("{option} {name} is not a parameter{}", meant(name))).into());
    };
    let is_of_a_reflection = |parameter: &Parameter| matches!(parameter, Parameter::Amplitude(_));
    if found.iter().any(is_of_a_reflection) && plan.structure_factors.bounds().is_none() {
        let text =
            format!("{option} {name}: all structure factors are the same number, -default_F; give -hkl FILE");
        return Err(UsageError(text).into());
    }
    Ok(found.into_iter().map(|parameter| Wanted::of(plan, parameter)).collect())
}

/// The name that another one was meant for, or all names.
fn meant(name: &str) -> String {
    let mut known = Parameter::names();
    known.extend(["all", "osc", "energy", "flux", "exposure", "weight_I", "F_H_K_L"].map(str::to_owned));
    nanobragg_config::hint(name, &known.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What moves one panel of several: `name` is `panelN.` and what moves a detector.
fn of_one_panel(
    option: &str,
    name: &str,
    panel: &str,
    of_panel: &str,
    plans: &[Plan],
) -> anyhow::Result<Vec<Wanted>> {
    let panels = plans.len();
    let own = panel.parse().ok().and_then(|number: usize| Some((number, plans.get(number)?)));
    let Some((number, plan)) = own else {
        let text = format!("{option} {name}: the detector has {panels} panels, counted from 0");
        return Err(UsageError(text).into());
    };
    let moves = |parameter: &Parameter| parameter.moves_detector();
    match Parameter::named(of_panel) {
        Some(found) if found.iter().all(moves) => Ok(found
            .into_iter()
            .map(|parameter| {
                let wanted = Wanted::of(plan, parameter);
                Wanted { name: format!("panel{number}.{}", wanted.name), panel: Some(number), ..wanted }
            })
            .collect()),
        _ => Err(UsageError(format!(
            "{option} {name}: a panel has distance, shift_fast, shift_slow, shift_beam, detector_rot, twotheta and detector_turn \
             of its own"
        ))
        .into()),
    }
}

/// Numbers that flags give and the library counts otherwise.
fn alias(option: &str, name: &str, experiment: &Experiment, plan: &Plan) -> anyhow::Result<Option<Wanted>> {
    let like = |parameter: Parameter, unit: &'static str, value: f64, factor: f64| {
        let name = name.to_owned();
        Ok(Some(Wanted { name, unit, value: Some(value), parameter, factor, panel: None }))
    };
    let angstrom = plan.parameters().wavelength * 1e10;
    let dose = experiment.beam.dose();
    match name {
        "wavelength" => like(Parameter::Wavelength, "A", angstrom, 1.0),
        "energy" => {
            let energy = EV_ANGSTROM / angstrom;
            like(Parameter::Wavelength, "eV", energy, -angstrom / energy)
        }
        "osc" => {
            let steps = plan.resolved.rotation.steps() as f64;
            like(
                Parameter::PhiStep,
                "deg",
                nanobragg::units::to_deg(plan.resolved.rotation.range()),
                1.0 / steps,
            )
        }
        "mosaic_spread" => Ok(Some(Wanted::of(plan, Parameter::Mosaic))),
        "exposure" | "flux" => match dose.flux().filter(|flux| *flux > 0.0) {
            Some(_) if name == "exposure" => {
                like(Parameter::Scale, "s", dose.exposure(), 1.0 / dose.exposure())
            }
            Some(flux) => like(Parameter::Scale, "photons/s", flux, 1.0 / flux),
            None => Err(UsageError(format!("{option} {name} needs -flux; {option} fluence does not")).into()),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Placement, UnitCell};

    #[test]
    fn a_number_of_a_panel_has_the_value_that_it_has_there() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        let plans = [0.1, 0.25].map(|distance| {
            experiment.detector.placement = Placement::at(distance);
            experiment.plan().unwrap()
        });
        let names = ["panel0.distance", "panel1.distance"].map(str::to_owned);
        let found = all("-wrt", &names, &experiment, &plans).unwrap();
        let values: Vec<f64> = found.iter().filter_map(|wanted| wanted.value).collect();
        assert!((values[0] - 100.0).abs() < 1e-9 && (values[1] - 250.0).abs() < 1e-9, "{values:?}");
        let error = all("--wrt", &["panel2.distance".to_owned()], &experiment, &plans).unwrap_err();
        let expected = "--wrt panel2.distance: the detector has 2 panels, counted from 0";
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
