//! What is known before a refinement: how far numbers may be from the start, and what an earlier run has found.

use nanobragg::plan::Parameters;

use crate::error::{Cause, Error};
use crate::freedom::{Freedom, stepped};
use crate::refinement::Refinement;

impl Refinement {
    /// Restrains what names stand for: each value has the standard deviation of how far it may be from the start, in its unit, or
    /// `None` where nothing is known of it. Of numbers whose logarithm is refined (scale, numbers of cells, mosaicity) it is that part of
    /// the start's. What images [share](Self::share) has to be said before.
    ///
    /// # Errors
    /// Unknown names, what is not free, and a name that stands for numbers of several units.
    pub fn restrain(&mut self, restraints: &[(String, Option<f64>)]) -> Result<(), Error> {
        for (name, _) in restraints {
            let named = Freedom::named(name, self.start())?;
            if named.iter().any(|other| Some(other.unit()) != named.first().map(Freedom::unit)) {
                return Err(Cause::Units(name.clone()).into());
            }
            if !named.iter().any(|one| self.freedoms.iter().any(|free| free.meets(one))) {
                return Err(Cause::NotFree(name.clone()).into());
            }
        }
        self.restraints = restraints.to_vec();
        let mut freedoms = std::mem::take(&mut self.freedoms);
        self.restrained(&mut freedoms)?;
        self.freedoms = freedoms;
        Ok(())
    }

    /// Gives `freedoms` the priors that were asked for.
    pub(crate) fn restrained(&self, freedoms: &mut [Freedom]) -> Result<(), Error> {
        let start = self.start();
        for (name, sigma) in &self.restraints {
            let named = Freedom::named(name, start)?;
            for freedom in freedoms.iter_mut().filter(|freedom| named.iter().any(|one| freedom.meets(one))) {
                freedom.prior = sigma.map(|sigma| sigma / freedom.factor(start));
            }
        }
        Ok(())
    }

    /// Goes on from the values that an earlier run has found, by name, as [`Found::value`](crate::Found::value) has them: spots are not widened again. What
    /// was known beforehand is still known of the start.
    ///
    /// # Errors
    /// A number that is not free now, one that is free now and has no earlier value, or a value that it cannot have.
    pub fn resume(&mut self, earlier: Vec<(String, f64)>) -> Result<(), Error> {
        let wrong =
            |name: &str, what: &'static str| Err(Cause::Resumed { name: name.to_owned(), what }.into());
        for (name, _) in &earlier {
            if !self.freedoms.iter().any(|freedom| freedom.name() == *name) {
                return wrong(name, "is not free now");
            }
        }
        for freedom in &self.freedoms {
            let name = freedom.name();
            let Some((_, value)) = earlier.iter().find(|(known, _)| *known == name) else {
                return wrong(&name, "is free now and has no earlier value");
            };
            if !freedom.step_to(*value, self.start()).is_finite() {
                return wrong(&name, "has an earlier value that it cannot have");
            }
        }
        self.resumed = earlier;
        Ok(())
    }

    /// Where an earlier run left the parameters, or the start.
    pub(crate) fn going_on(&self, start: &Parameters) -> Parameters {
        let value = |freedom: &Freedom| {
            let known = self.resumed.iter().find(|(name, _)| *name == freedom.name());
            known.map_or(0.0, |&(_, value)| freedom.step_to(value, start))
        };
        let steps: Vec<f64> = self.freedoms.iter().map(value).collect();
        stepped(start, self.freedoms.iter(), &steps)
    }
}
