//! Parts of the detector.

use nalgebra::Vector3;
use serde::{Deserialize, Serialize};

use super::Parts;
use crate::error::Error;
use crate::model::{Frame, Sensor, SensorLayers};

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FrameParts {
    beam: [f64; 3],
    fdet: [f64; 3],
    sdet: [f64; 3],
    odet: [f64; 3],
    twotheta_axis: [f64; 3],
    polar: [f64; 3],
    spindle_axis: [f64; 3],
}

impl Default for FrameParts {
    fn default() -> Self {
        FrameParts::of(&Frame::default())
    }
}

impl Parts for FrameParts {
    type Whole = Frame;

    fn of(frame: &Frame) -> Self {
        FrameParts {
            beam: frame.beam.into(),
            fdet: frame.fdet.into(),
            sdet: frame.sdet.into(),
            odet: frame.odet.into(),
            twotheta_axis: frame.twotheta_axis.into(),
            polar: frame.polar.into(),
            spindle_axis: frame.spindle_axis.into(),
        }
    }

    fn whole(self) -> Result<Frame, Error> {
        let vector = Vector3::<f64>::from;
        Ok(Frame {
            beam: vector(self.beam),
            fdet: vector(self.fdet),
            sdet: vector(self.sdet),
            odet: vector(self.odet),
            twotheta_axis: vector(self.twotheta_axis),
            polar: vector(self.polar),
            spindle_axis: vector(self.spindle_axis),
        })
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SensorParts {
    thickness: Option<f64>,
    attenuation: Option<f64>,
    layers: SensorLayers,
}

impl Parts for SensorParts {
    type Whole = Sensor;

    fn of(sensor: &Sensor) -> Self {
        SensorParts {
            thickness: Some(sensor.thickness()).filter(|&thickness| thickness > 0.0),
            attenuation: sensor.attenuation(),
            layers: sensor.layers(),
        }
    }

    fn whole(self) -> Result<Sensor, Error> {
        let sensor = self.thickness.map_or(Ok(Sensor::NONE), Sensor::new)?;
        let sensor = self.attenuation.map_or(Ok(sensor), |mu| sensor.with_attenuation(mu))?;
        match self.layers {
            SensorLayers::Auto => Ok(sensor),
            SensorLayers::Count(count) => sensor.with_layers(count.get()),
            SensorLayers::Spaced { count, spacing } => sensor.with_spaced_layers(count.get(), spacing),
        }
    }
}
