//! The sensor: what is absorbed in it, and in how many layers.

use std::num::NonZeroUsize;

use crate::check::{positive, ranged};
use crate::error::Error;

/// The material that photons are absorbed in; lengths in meters.
///
/// ```
/// use nanobragg::model::Sensor;
///
/// let sensor = Sensor::new(450e-6)?.with_attenuation(1.0 / 300e-6)?.with_layers(4)?;
/// assert_eq!(sensor.thickness(), 450e-6);
/// assert_eq!(Sensor::new(-1.0).unwrap_err().kind().code(), "plan.out-of-range");
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sensor {
    thickness: f64,
    mu: Option<f64>,
    layers: SensorLayers,
}

/// The layers that stand for a sensor's thickness.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum SensorLayers {
    /// As many as the plan finds enough.
    #[default]
    Auto,
    /// So many, across the thickness.
    Count(NonZeroUsize),
    /// So many, at a distance of their own.
    Spaced {
        /// How many.
        count: NonZeroUsize,
        /// From one to the next.
        spacing: f64,
    },
}

impl Sensor {
    /// A sensor without thickness, which captures every photon.
    pub const NONE: Sensor = Sensor { thickness: 0.0, mu: None, layers: SensorLayers::Auto };

    /// A sensor as thick as its attenuation depth.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a thickness that is not positive.
    pub fn new(thickness: f64) -> Result<Self, Error> {
        positive("the sensor thickness (m)", thickness)?;
        Ok(Sensor { thickness, ..Sensor::NONE })
    }

    /// The same sensor of another material: its attenuation coefficient in 1/m.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a negative coefficient.
    pub fn with_attenuation(self, mu: f64) -> Result<Self, Error> {
        ranged("the attenuation coefficient of the sensor (1/m)", mu, "not negative", mu >= 0.0)?;
        Ok(Sensor { mu: Some(mu), ..self })
    }

    /// The same sensor in `count` layers across its thickness.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for no layers.
    pub fn with_layers(self, count: usize) -> Result<Self, Error> {
        Ok(Sensor { layers: SensorLayers::Count(at_least_one(count)?), ..self })
    }

    /// The same sensor in `count` layers with `spacing` from one to the next.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for no layers and for a spacing that is not positive.
    pub fn with_spaced_layers(self, count: usize, spacing: f64) -> Result<Self, Error> {
        positive("the distance between sensor layers (m)", spacing)?;
        Ok(Sensor { layers: SensorLayers::Spaced { count: at_least_one(count)?, spacing }, ..self })
    }

    /// Thickness, 0 of a sensor that captures every photon.
    pub const fn thickness(&self) -> f64 {
        self.thickness
    }

    /// Attenuation coefficient in 1/m; the inverse thickness where it is not known.
    pub const fn attenuation(&self) -> Option<f64> {
        self.mu
    }

    /// Layers to integrate over.
    pub const fn layers(&self) -> SensorLayers {
        self.layers
    }
}

fn at_least_one(count: usize) -> Result<NonZeroUsize, Error> {
    positive("the number of sensor layers", count as f64)?;
    Ok(NonZeroUsize::MIN.saturating_add(count.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_no_sensor_has_is_refused() {
        let one = || Sensor::new(1e-4).unwrap();
        let refused = [
            Sensor::new(0.0),
            Sensor::new(f64::NAN),
            one().with_attenuation(-1.0),
            one().with_attenuation(f64::INFINITY),
            one().with_layers(0),
            one().with_spaced_layers(3, 0.0),
            one().with_spaced_layers(0, 1e-5),
        ];
        for (number, refused) in refused.into_iter().enumerate() {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::OutOfRange, "{number}");
        }
        assert_eq!(Sensor::default(), Sensor::NONE);
    }
}
