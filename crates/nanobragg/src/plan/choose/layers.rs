//! Layers of the sensor.

use crate::check::{MOST_SAMPLES, limited};
use crate::error::Error;
use crate::model::{Quirk, Quirks, Sensor, SensorLayers};
use crate::physics::geometry;
use crate::plan::{DetectorPlan, Warning};

/// Sensor layers with nothing left open: layer `t` lies `t * spacing` behind the front of the sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layers {
    /// Thickness of the sensor in meters, 0 when it is not modeled.
    pub thickness: f64,
    /// Distance between layers in meters.
    pub spacing: f64,
    /// Number of layers, at least one.
    pub count: usize,
}

/// Layers of a sensor of which no number is given: thin enough that one depth serves a layer at every angle, to a
/// fiftieth of a pixel.
const FEWEST_LAYERS: f64 = 3.0;
const MOST_LAYERS: f64 = 16.0;

impl Layers {
    /// The layers of `sensor`.
    pub(in crate::plan) fn of(sensor: &Sensor, quirks: Quirks) -> Layers {
        let thickness = sensor.thickness();
        if thickness <= 0.0 {
            return Layers { thickness: 0.0, spacing: 0.0, count: 1 };
        }
        let across = |count: usize| {
            if quirks.has(Quirk::LayerSpacing) {
                let count = count.max(2);
                Layers { thickness, spacing: thickness / (count - 1) as f64, count }
            } else {
                Layers { thickness, spacing: thickness / count as f64, count }
            }
        };
        match sensor.layers() {
            SensorLayers::Count(count) => across(count.get()),
            SensorLayers::Spaced { count, spacing } => Layers { thickness, spacing, count: count.get() },
            SensorLayers::Auto if quirks.has(Quirk::LayerFrontFace) => {
                Layers { thickness, spacing: thickness / 2.0, count: 2 }
            }
            SensorLayers::Auto => {
                let depths = attenuation(sensor) * thickness;
                across((2.5 * depths).ceil().clamp(FEWEST_LAYERS, MOST_LAYERS) as usize)
            }
        }
    }
}

/// The layers of `sensor`, and its attenuation coefficient in 1/m, -1 where there is none.
pub(in crate::plan) fn layers(
    sensor: &Sensor,
    quirks: Quirks,
    warnings: &mut Vec<Warning>,
) -> Result<(Layers, f64), Error> {
    let layers = Layers::of(sensor, quirks);
    limited("sensor layers", layers.count as f64, MOST_SAMPLES)?;
    if layers.thickness > 0.0 && sensor.attenuation().is_none() {
        warnings.push(Warning::AttenuationAssumed { thickness: layers.thickness });
    }
    Ok((layers, attenuation(sensor)))
}

/// The attenuation coefficient in 1/m: where none is given, that of a sensor as thick as its attenuation is deep; -1
/// where there is no sensor either.
fn attenuation(sensor: &Sensor) -> f64 {
    let thickness = sensor.thickness();
    sensor.attenuation().unwrap_or(if thickness > 0.0 { 1.0 / thickness } else { -1.0 })
}

/// Cosine of the greatest angle of incidence on the detector: that of its farthest corner.
pub(in crate::plan) fn obliquity(detector: &DetectorPlan<f64>) -> f64 {
    let edge = |pixels: usize| [0.0, pixels as f64 * detector.pixel_size];
    let (fast, slow) = (edge(detector.fast_pixels), edge(detector.slow_pixels));
    let corners = fast.iter().flat_map(|&f| slow.iter().map(move |&s| (f, s)));
    let cosines = corners.map(|(f, s)| {
        geometry::position(detector, f, s, 0.0).diffracted.dot(&detector.odet).abs().clamp(0.1, 1.0)
    });
    cosines.fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;

    fn of(sensor: Result<Sensor, Error>, quirks: impl Into<Quirks>) -> (f64, f64, usize) {
        let Layers { thickness, spacing, count } = Layers::of(&sensor.unwrap(), quirks.into());
        (thickness, spacing, count)
    }

    #[test]
    fn a_sensor_without_thickness_is_one_layer() {
        for preset in [Preset::Reference, Preset::Exact] {
            assert_eq!(of(Sensor::NONE.with_layers(4), preset), (0.0, 0.0, 1));
        }
    }

    #[test]
    fn layer_spacing_in_both_states_of_its_quirk() {
        let sensor = |count| Sensor::new(4.5e-4).and_then(|sensor| sensor.with_layers(count));
        assert_eq!(of(sensor(4), Preset::Reference), (4.5e-4, 4.5e-4 / 3.0, 4));
        assert_eq!(of(sensor(1), Preset::Reference), (4.5e-4, 4.5e-4, 2));
        assert_eq!(of(sensor(4), Preset::Exact), (4.5e-4, 4.5e-4 / 4.0, 4));
        assert_eq!(of(sensor(1), Preset::Exact), (4.5e-4, 4.5e-4, 1));
    }

    #[test]
    fn layers_of_which_no_number_is_given_are_two_or_enough() {
        assert_eq!(of(Sensor::new(1e-4), Preset::Reference), (1e-4, 5e-5, 2));
        assert_eq!(of(Sensor::new(1e-4), Preset::Exact), (1e-4, 1e-4 / 3.0, 3));
        let opaque = Sensor::new(1e-4).and_then(|sensor| sensor.with_attenuation(1e6));
        assert_eq!(of(opaque, Preset::Exact).2, 16);
    }

    #[test]
    fn spaced_layers_stay_where_they_are_put() {
        let sensor = Sensor::new(0.5e-6).and_then(|sensor| sensor.with_spaced_layers(5, 1e-7));
        assert_eq!(of(sensor, Preset::Reference), (0.5e-6, 1e-7, 5));
    }
}
