//! Warnings taken for errors.

use nanobragg::plan::Plan;

use crate::{ConfigError, Setup, remedy};

impl Setup {
    /// Takes no warning of inputs, flags or the plan.
    ///
    /// ```
    /// use nanobragg_config::{ConfigError, Context, classic, resolve};
    ///
    /// let flags = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -stol x".split(' ').map(Into::into);
    /// let setup = resolve(&classic::parse(flags)?, &Context::default())?;
    /// let plan = setup.experiment.plan()?;
    /// assert!(matches!(setup.deny_warnings(&plan), Err(ConfigError::Denied(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Denied`] with the first of them.
    pub fn deny_warnings(&self, plan: &Plan) -> Result<(), ConfigError> {
        let of_plan = || plan.resolved.warnings.first().map(remedy::line);
        self.warnings
            .first()
            .cloned()
            .or_else(of_plan)
            .map_or(Ok(()), |first| Err(ConfigError::Denied(first)))
    }
}
