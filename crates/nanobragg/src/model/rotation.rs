//! The rotation of a crystal while an image is taken.

use super::{Quirk, Quirks};
use crate::error::{Error, PlanCause};
use crate::real::{Real, real};

/// The rotation about the spindle while an image is taken. Step `i` turns from `start + step * i` to the next one's
/// beginning and is sampled in its middle, unless [`at`](Self::at) or a quirk says otherwise; angles are in radians.
///
/// ```
/// use nanobragg::model::Rotation;
///
/// let rotation = Rotation::over(0.5, 0.1, 4)?;
/// assert_eq!((rotation.step(), rotation.steps()), (0.025, 4));
/// assert_eq!(Rotation::still(0.5).steps(), 1);
/// assert!(Rotation::over(0.5, 0.1, 0).is_err());
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rotation {
    start: f64,
    range: f64,
    step: f64,
    /// One less than the number of steps, so that there is always one.
    further: usize,
    at: Option<StepPoint>,
    /// Where the number of steps is the plan's to choose: the most that there may be.
    most: Option<usize>,
}

/// Where in a phi step the crystal is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum StepPoint {
    /// Where it starts.
    Start,
    /// In its middle.
    Middle,
}

impl Rotation {
    /// A crystal that stands still at the spindle angle `phi`.
    pub const fn still(phi: f64) -> Self {
        Rotation { start: phi, range: 0.0, step: 0.0, further: 0, at: None, most: None }
    }

    /// A rotation by `range` in `steps` equal steps.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for no steps and for angles that are not finite.
    pub fn over(start: f64, range: f64, steps: usize) -> Result<Self, Error> {
        Rotation::sampled(start, range, range / steps as f64, steps)
    }

    /// As [`Self::over`], with a step that need not divide the range.
    ///
    /// # Errors
    /// Those of [`Self::over`].
    pub fn sampled(start: f64, range: f64, step: f64, steps: usize) -> Result<Self, Error> {
        let out_of_range = |quantity, value, expected| PlanCause::OutOfRange { quantity, value, expected };
        let further = steps
            .checked_sub(1)
            .ok_or_else(|| out_of_range("the number of phi steps", 0.0, "at least one"))?;
        if let Some(angle) = [start, range, step].into_iter().find(|angle| !angle.is_finite()) {
            return Err(out_of_range("a spindle angle (rad)", angle, "finite").into());
        }
        Ok(Rotation { start, range, step, further, at: None, most: None })
    }

    /// A rotation by `range` in as many steps as its plan finds enough for the photons of a reflection, at most `most`;
    /// until then it has one.
    ///
    /// ```
    /// use nanobragg::model::{Experiment, Rotation, UnitCell};
    ///
    /// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
    /// experiment.crystal = experiment.crystal.with_cells(10, 10, 10)?;
    /// experiment.rotation = Rotation::in_enough_steps(0.0, 1_f64.to_radians(), 1000)?;
    /// assert!((5..50).contains(&experiment.plan()?.resolved.rotation.steps()));
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a `most` of zero and for angles that are not finite.
    pub fn in_enough_steps(start: f64, range: f64, most: usize) -> Result<Self, Error> {
        Rotation::over(start, range, most)?;
        Ok(Rotation { most: Some(most), ..Rotation::over(start, range, 1)? })
    }

    /// The most steps that its plan may choose, where it is to choose them.
    pub const fn most_steps(&self) -> Option<usize> {
        self.most
    }

    /// The same rotation with the steps that `choose` finds enough for the most that there may be.
    pub(crate) fn settled(self, choose: impl FnOnce(usize) -> usize) -> Self {
        let Some(most) = self.most else { return self };
        let steps = choose(most).max(1);
        Rotation { step: self.range / steps as f64, further: steps - 1, most: None, ..self }
    }

    /// The same rotation from another angle.
    #[must_use]
    pub const fn starting_at(self, start: f64) -> Self {
        Rotation { start, ..self }
    }

    /// The same rotation with its steps sampled at `point`, whatever the quirks.
    #[must_use]
    pub const fn sampled_at(self, point: StepPoint) -> Self {
        Rotation { at: Some(point), ..self }
    }

    /// Where steps are sampled, if that was asked for.
    pub const fn at(&self) -> Option<StepPoint> {
        self.at
    }

    /// Where steps are sampled with `quirks`: where it was asked for, else in their middle, or where they start with
    /// the quirk `phi_at_step_start`.
    pub fn point(&self, quirks: Quirks) -> StepPoint {
        let at_start = quirks.has(Quirk::PhiAtStepStart);
        self.at.unwrap_or(if at_start { StepPoint::Start } else { StepPoint::Middle })
    }

    /// Spindle angle at which step `step` is sampled with `quirks`.
    pub fn angle(&self, step: usize, quirks: Quirks) -> f64 {
        self.angle_from(step, quirks, self.start, self.step)
    }

    /// The same of a rotation that starts at `start` and takes steps of `each`.
    pub(crate) fn angle_from<T: Real>(&self, step: usize, quirks: Quirks, start: T, each: T) -> T {
        let first = match self.point(quirks) {
            StepPoint::Start => start,
            StepPoint::Middle => start + each / real(2.0),
        };
        first + each * real(step as f64)
    }

    /// Spindle angle at which the rotation begins.
    pub const fn start(&self) -> f64 {
        self.start
    }

    /// Angle by which the crystal turns.
    pub const fn range(&self) -> f64 {
        self.range
    }

    /// Angle between steps.
    pub const fn step(&self) -> f64 {
        self.step
    }

    /// Number of steps, at least one.
    pub const fn steps(&self) -> usize {
        self.further.saturating_add(1)
    }
}
