//! Warnings taken for errors.

use nanobragg::plan::Plan;

use crate::{CombinationWarning, ConfigError, Error, Setup, Warning};

impl Setup {
    /// Takes no warning of inputs, flags or the plan.
    ///
    /// ```
    /// use nanobragg_config::{Context, ErrorKind, classic, resolve};
    ///
    /// let flags = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -stol x".split(' ').map(Into::into);
    /// let setup = resolve(&classic::parse(flags)?, &Context::default())?;
    /// let plan = setup.experiment.plan()?;
    /// let error = setup.deny_warnings(&plan).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Denied);
    /// assert_eq!(error.denied().map(|warning| warning.code()), Some("config.no-effect"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) with the first of them, which [`Error::denied`](crate::Error::denied) gives.
    pub fn deny_warnings(&self, plan: &Plan) -> Result<(), Error> {
        self.warnings_with(plan)
            .next()
            .map_or(Ok(()), |first| Err(ConfigError::Denied(Box::new(first)).into()))
    }

    /// The warnings of inputs and flags, then those of the plan.
    pub fn warnings_with<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Warning> + 'a {
        self.warnings_before_plan().cloned().chain(self.warnings_of_plan(plan))
    }

    /// The warnings of inputs and flags that stand whatever the plan says.
    pub fn warnings_before_plan(&self) -> impl Iterator<Item = &Warning> {
        self.warnings.iter().filter(|warning| !is_of_domains(warning))
    }

    /// The warnings of the plan, behind those that wait for it: where it says how many mosaic domains are needed, nothing is said of their
    /// number that was assumed.
    pub fn warnings_of_plan<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Warning> + 'a {
        Setup::those_of_plan(&self.warnings, plan)
    }

    /// [`Setup::warnings_of_plan`] of a setup that has become a job, and had these warnings.
    pub fn those_of_plan<'a>(warnings: &'a [Warning], plan: &'a Plan) -> impl Iterator<Item = Warning> + 'a {
        let of_plan = &plan.resolved.warnings;
        let is_few =
            of_plan.iter().any(|warning| matches!(warning, nanobragg::plan::Warning::FewDomains { .. }));
        let waiting = warnings.iter().filter(move |warning| is_of_domains(warning) && !is_few);
        waiting.cloned().chain(of_plan.iter().copied().map(Warning::from))
    }
}

/// Whether a number of mosaic domains was assumed, which the plan may find too small.
fn is_of_domains(warning: &Warning) -> bool {
    matches!(warning, Warning::Combination(CombinationWarning::SpreadAlone { .. }))
}
