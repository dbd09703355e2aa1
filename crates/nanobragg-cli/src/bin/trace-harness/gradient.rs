//! `--wrt`: derivatives of the traced pixels.

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{Derivatives, Parameter};
use nanobragg::model::Experiment;
use nanobragg::plan::Plan;
use nanobragg_trace::{Slope, TraceText};

use crate::usage::UsageError;
use crate::wanted::{self, Wanted};

/// What pixels of a plan are differentiated by.
pub struct Gradient<'a> {
    wanted: Vec<Wanted>,
    derivatives: Derivatives<'a>,
    backend: Cpu,
}

impl<'a> Gradient<'a> {
    /// For the parameters `names`; `None` without any.
    pub fn new(names: &[String], experiment: &Experiment, plan: &'a Plan) -> anyhow::Result<Option<Self>> {
        if names.is_empty() {
            return Ok(None);
        }
        let wanted = wanted::all("--wrt", names, experiment, std::slice::from_ref(plan))?;
        let parameters: Vec<Parameter> = wanted.iter().map(|wanted| wanted.parameter).collect();
        let derivatives =
            Derivatives::new(plan, &parameters).map_err(|refusal| UsageError(format!("--wrt: {refusal}")))?;
        Ok(Some(Gradient { wanted, derivatives, backend: Cpu::default() }))
    }

    /// Adds the derivatives of pixel (`slow`, `fast`) to its trace.
    pub fn add(&self, trace: &mut TraceText, slow: usize, fast: usize, digits: usize) -> anyhow::Result<()> {
        let pixel = [[u32::try_from(slow)?, u32::try_from(fast)?]];
        let rows = self.derivatives.rows(&self.backend, &pixel, &Control::default())?;
        let row = rows.rows.first().map(Vec::as_slice).unwrap_or_default();
        let slopes = self.wanted.iter().zip(0..).map(|(wanted, number)| {
            let value = row.get(number).copied().unwrap_or(f64::NAN) * wanted.factor_in(0);
            Slope { parameter: &wanted.name, unit: wanted.unit, at: wanted.value, value }
        });
        trace.add_gradient(slopes, slow, fast, digits);
        Ok(())
    }
}
