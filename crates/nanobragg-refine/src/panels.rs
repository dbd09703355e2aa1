//! The panels of a detector.

use nanobragg::gradient::{Parameter, ShiftAxis};
use nanobragg::plan::{Parameters, Plan};

use crate::error::{Cause, Error};
use crate::freedom::Freedom;

/// Plans of one crystal in one beam, one for each panel, that differ in where the panel is.
#[derive(Clone, Debug)]
pub(crate) struct Panels {
    first: Plan,
    others: Vec<Plan>,
}

impl Panels {
    pub fn new(first: Plan, others: Vec<Plan>) -> Self {
        Panels { first, others }
    }

    /// The first one, and the others.
    pub fn into_parts(self) -> (Plan, Vec<Plan>) {
        (self.first, self.others)
    }

    /// The first one, which says what all have in common.
    pub fn first(&self) -> &Plan {
        &self.first
    }

    /// The plan of a panel that there is: [`Refinement::boxes`](crate::Refinement::boxes) makes no others.
    pub fn get(&self, panel: usize) -> &Plan {
        panel.checked_sub(1).and_then(|other| self.others.get(other)).unwrap_or(&self.first)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        1 + self.others.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Plan> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// What `change` makes of each.
    pub fn map(&self, change: impl Fn(&Plan) -> Plan) -> Self {
        Panels { first: change(&self.first), others: self.others.iter().map(change).collect() }
    }

    /// A panel at `parameters`, which have the detector of the first one: another one is shifted along the beam, and turned around
    /// the crystal, as that is. Shifts along a panel's own axes are those of points within its pixels.
    pub fn place(&self, panel: usize, parameters: &Parameters) -> Plan {
        let plan = self.get(panel);
        let mut own = *parameters;
        if panel > 0 {
            let (there, start) = (parameters.detector, self.first.parameters().detector);
            own.detector = plan.parameters().detector;
            for (shift, (to, from)) in own.detector.shift.iter_mut().zip(there.shift.iter().zip(start.shift))
            {
                *shift += to - from;
            }
            for (turn, (to, from)) in own.detector.turn.iter_mut().zip(there.turn.iter().zip(start.turn)) {
                *turn += to - from;
            }
        }
        plan.place(&own)
    }

    /// All panels at `parameters`.
    pub fn placed(&self, parameters: &Parameters) -> Self {
        let others = (1..=self.others.len()).map(|panel| self.place(panel, parameters)).collect();
        Panels { first: self.place(0, parameters), others }
    }

    /// Whether all panels move alike with `freedoms`.
    ///
    /// # Errors
    /// The first number of which this is not so, where there are several panels.
    pub fn move_with(&self, freedoms: &[Freedom]) -> Result<(), Error> {
        let of_one_panel = |parameter: &Parameter| {
            matches!(
                parameter,
                Parameter::Distance
                    | Parameter::Shift(ShiftAxis::Fast | ShiftAxis::Slow)
                    | Parameter::Tilt(_)
                    | Parameter::Twotheta
            )
        };
        let single = freedoms.iter().find(|freedom| freedom.members.iter().any(of_one_panel));
        match single.filter(|_| !self.others.is_empty()) {
            Some(freedom) => Err(Cause::OfOnePanel(freedom.name()).into()),
            None => Ok(()),
        }
    }
}
