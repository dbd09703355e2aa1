//! Warnings taken for errors.

use nanobragg::plan::Plan;

use crate::{ConfigError, Error, Setup, remedy};

impl Setup {
    /// Takes no warning of inputs, flags or the plan.
    ///
    /// ```
    /// use nanobragg_config::{Context, ErrorKind, classic, resolve};
    ///
    /// let flags = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -stol x".split(' ').map(Into::into);
    /// let setup = resolve(&classic::parse(flags)?, &Context::default())?;
    /// let plan = setup.experiment.plan()?;
    /// assert_eq!(setup.deny_warnings(&plan).unwrap_err().kind(), ErrorKind::Denied);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) with the first of them.
    pub fn deny_warnings(&self, plan: &Plan) -> Result<(), Error> {
        let of_plan = || plan.resolved.warnings.first().map(remedy::line);
        self.warnings
            .first()
            .cloned()
            .or_else(of_plan)
            .map_or(Ok(()), |first| Err(ConfigError::Denied(first).into()))
    }
}
