//! Warnings taken for errors.

use nanobragg::plan::Plan;

use crate::{ConfigError, Error, Setup, Warning};

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
        let of_plan = plan.resolved.warnings.iter().copied().map(Warning::from);
        self.warnings.iter().cloned().chain(of_plan)
    }
}
