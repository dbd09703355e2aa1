//! What an image shares with others.

use nanobragg::plan::{Interpolation, Parameters};

use crate::error::{Cause, Error};
use crate::freedom::Freedom;
use crate::refinement::{Refinement, differentiable, free};

impl Refinement {
    /// Lets what `names` stand for, which images share, be free in this image as well, under what is known of it beforehand: an image
    /// whose detector is elsewhere than at the start is found by itself only where that is free. [`refine_together`](crate::refine_together)
    /// begins at the mean of what the images have found.
    ///
    /// # Errors
    /// Names that are unknown, not differentiable, or free in the image as a number of its own.
    pub fn share(&mut self, names: &[&str]) -> Result<(), Error> {
        let mut shared = free(self.panels.first(), names)?;
        self.restrained(&mut shared)?;
        let own = &self.freedoms[..self.locals()];
        if let Some(twice) = shared.iter().find(|new| own.iter().any(|known| known.meets(new))) {
            return Err(Cause::Own(twice.name()).into());
        }
        let mut freedoms = own.to_vec();
        freedoms.extend(shared.iter().cloned());
        differentiable(&self.panels, &freedoms)?;
        (self.freedoms, self.shared) = (freedoms, shared.len());
        Ok(())
    }

    /// How many numbers are the image's own.
    pub(crate) fn locals(&self) -> usize {
        self.freedoms.len() - self.shared
    }

    /// The numbers that images share.
    pub(crate) fn shared(&self) -> &[Freedom] {
        &self.freedoms[self.locals()..]
    }

    /// Finds out whether this refinement, of the image `number`, shares what `first` does, and starts where that starts.
    ///
    /// # Errors
    /// The first number of which this is not so.
    pub fn shared_with(&self, first: &Refinement, number: usize) -> Result<(), Error> {
        let names = |of: &Refinement| of.shared().iter().map(Freedom::name).collect::<Vec<_>>();
        if names(self) != names(first) {
            return Err(Cause::OtherShared(number).into());
        }
        for freedom in first.shared() {
            let [own, there] = [self, first].map(|one| freedom.value(one.start(), one.start()));
            if (own - there).abs() > 1e-9 * own.abs().max(there.abs()) {
                let (name, unit) = (freedom.name(), freedom.unit());
                return Err(Cause::Start { number, name, unit, own, first: there }.into());
            }
        }
        Ok(())
    }

    /// Finds out whether this refinement, of the image `number`, starts with the structure factors of `first`.
    ///
    /// # Errors
    /// Other ones, and some that are interpolated: by these there are no derivatives.
    pub fn amplitudes_of(&self, first: &Refinement, number: usize) -> Result<(), Error> {
        if self.panels.first().interpolation != Interpolation::Off {
            return Err(Cause::Interpolated.into());
        }
        let [own, there] = [self, first].map(|one| &one.panels.first().structure_factors);
        if own.is_same_table(there) || own == there { Ok(()) } else { Err(Cause::OtherTable(number).into()) }
    }

    /// The same in which nothing is known beforehand of what images share: all of them together know it once.
    pub(crate) fn as_one_of_many(&self) -> Self {
        let mut all = self.clone();
        let locals = self.locals();
        all.freedoms[locals..].iter_mut().for_each(|freedom| freedom.prior = None);
        all
    }

    /// The same in which what images share is held.
    pub(crate) fn with_shared_held(&self) -> Self {
        let mut alone = self.clone();
        alone.freedoms.truncate(self.locals());
        alone.shared = 0;
        alone
    }

    /// The parameters at the start.
    pub(crate) fn start(&self) -> &Parameters {
        self.panels.first().parameters()
    }
}
