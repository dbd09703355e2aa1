//! How the C program makes a sensor of what flags say of it.

use nanobragg::Error;
use nanobragg::model::Sensor;

use crate::draft::SensorRequest;

/// Thickness in meters where a number of layers comes without one.
const THICKNESS_OF_LAYERS: f64 = 0.5e-6;

/// The sensor: numbers that are not positive say nothing.
///
/// # Errors
/// Numbers that make no sensor.
pub(crate) fn sensor(request: &SensorRequest) -> Result<Sensor, Error> {
    let layers = request.layers.and_then(|count| usize::try_from(count).ok()).filter(|&count| count > 0);
    let sensor = match (request.thickness, layers) {
        (thickness, Some(count)) if thickness < 0.0 => {
            let spacing = THICKNESS_OF_LAYERS / count as f64;
            Sensor::new(THICKNESS_OF_LAYERS)?.with_spaced_layers(count, spacing)?
        }
        (thickness, _) if thickness <= 0.0 => Sensor::NONE,
        (thickness, None) => Sensor::new(thickness)?,
        (thickness, Some(count)) => Sensor::new(thickness)?.with_layers(count)?,
    };
    match request.mu.filter(|&mu| mu >= 0.0) {
        Some(mu) => sensor.with_attenuation(mu),
        None => Ok(sensor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(thickness: f64, layers: Option<i64>) -> Sensor {
        sensor(&SensorRequest { thickness, layers, mu: None }).unwrap()
    }

    #[test]
    fn each_row() {
        assert_eq!(of(0.0, None), Sensor::NONE);
        assert_eq!(of(0.0, Some(4)), Sensor::NONE);
        assert_eq!(of(-1.0, None), Sensor::NONE);
        let thin = Sensor::new(0.5e-6).unwrap();
        assert_eq!(of(-1.0, Some(5)), thin.with_spaced_layers(5, 0.5e-6 / 5.0).unwrap());
        let thick = Sensor::new(1e-4).unwrap();
        assert_eq!([of(1e-4, None), of(1e-4, Some(0)), of(1e-4, Some(-1))], [thick; 3]);
        assert_eq!(of(1e-4, Some(4)), thick.with_layers(4).unwrap());
    }

    #[test]
    fn an_attenuation_below_zero_is_not_given() {
        let of = |mu| sensor(&SensorRequest { thickness: 1e-4, mu: Some(mu), layers: None }).unwrap();
        assert_eq!((of(-3.0).attenuation(), of(3.0).attenuation()), (None, Some(3.0)));
    }
}
