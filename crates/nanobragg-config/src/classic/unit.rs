//! The units in which values are written.

use nanobragg::units::{angstrom, deg, mm, mrad, percent, um};

/// The unit of a flag's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// A ratio, a count, a word, or nothing.
    None,
    /// Ångström.
    Angstrom,
    /// Square Ångström.
    SquareAngstrom,
    /// Micrometers.
    Micrometer,
    /// Millimeters.
    Millimeter,
    /// Meters.
    Meter,
    /// Degrees.
    Degree,
    /// Milliradians.
    Milliradian,
    /// Hundredths.
    Percent,
    /// Electronvolts.
    ElectronVolt,
    /// Photons through a square meter.
    PhotonsPerM2,
    /// Photons in a second.
    PhotonsPerSecond,
    /// Seconds.
    Second,
    /// Edges of a pixel.
    Pixel,
    /// Counts of the detector.
    Count,
    /// Electrons: the scattering of a free one is the unit of structure factors.
    Electron,
    /// Density.
    GramsPerCm3,
    /// Molar mass.
    GramsPerMole,
    /// Three edges in Ångström, then three angles in degrees.
    Cell,
}

impl Unit {
    /// As the help writes it; empty for none.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Unit::None => "",
            Unit::Angstrom => "Angstrom",
            Unit::SquareAngstrom => "Angstrom^2",
            Unit::Micrometer => "um",
            Unit::Millimeter => "mm",
            Unit::Meter => "m",
            Unit::Degree => "deg",
            Unit::Milliradian => "mrad",
            Unit::Percent => "percent",
            Unit::ElectronVolt => "eV",
            Unit::PhotonsPerM2 => "photons/m^2",
            Unit::PhotonsPerSecond => "photons/s",
            Unit::Second => "s",
            Unit::Pixel => "pixels",
            Unit::Count => "counts",
            Unit::Electron => "electrons",
            Unit::GramsPerCm3 => "g/cm^3",
            Unit::GramsPerMole => "g/mol",
            Unit::Cell => "Angstrom, deg",
        }
    }

    /// Other units that a number may have been meant in, with the factor from each to this one.
    pub(crate) fn others(self) -> impl Iterator<Item = (&'static str, f64)> {
        const LENGTHS: &[(&str, f64)] =
            &[("m", 1.0), ("mm", 1e-3), ("um", 1e-6), ("nm", 1e-9), ("Angstrom", 1e-10)];
        const ANGLES: &[(&str, f64)] = &[("deg", std::f64::consts::PI / 180.0), ("rad", 1.0), ("mrad", 1e-3)];
        const ENERGIES: &[(&str, f64)] = &[("keV", 1e3)];
        const FRACTIONS: &[(&str, f64)] = &[("as a fraction", 1.0)];
        let (units, own) = match self {
            Unit::Meter | Unit::Millimeter | Unit::Micrometer | Unit::Angstrom => (LENGTHS, self.to_si(1.0)),
            Unit::Degree | Unit::Milliradian => (ANGLES, self.to_si(1.0)),
            Unit::Cell => (ANGLES, Unit::Degree.to_si(1.0)),
            Unit::ElectronVolt => (ENERGIES, 1.0),
            Unit::Percent => (FRACTIONS, self.to_si(1.0)),
            _ => (&[][..], 1.0),
        };
        units.iter().map(move |&(name, si)| (name, si / own)).filter(move |(name, _)| *name != self.text())
    }

    /// Lengths in meters, areas in m², angles in radians, fractions; what the model keeps in another unit as it is.
    #[must_use]
    pub fn to_si(self, value: f64) -> f64 {
        match self {
            Unit::Angstrom => angstrom(value),
            Unit::SquareAngstrom => value * 1e-20,
            Unit::Micrometer => um(value),
            Unit::Millimeter => mm(value),
            Unit::Degree => deg(value),
            Unit::Milliradian => mrad(value),
            Unit::Percent => percent(value),
            Unit::None
            | Unit::Meter
            | Unit::ElectronVolt
            | Unit::PhotonsPerM2
            | Unit::PhotonsPerSecond
            | Unit::Second
            | Unit::Pixel
            | Unit::Count
            | Unit::Electron
            | Unit::GramsPerCm3
            | Unit::GramsPerMole
            | Unit::Cell => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn conversions_are_those_of_the_c_program() {
        assert_eq!(Unit::Millimeter.to_si(100.0), 100.0 / 1000.0);
        assert_eq!(Unit::Micrometer.to_si(450.0), 450.0 * 1e-6);
        assert_eq!(Unit::Angstrom.to_si(1.5), 1.5 / 1e10);
        assert_eq!(Unit::Meter.to_si(0.25), 0.25);
    }
}
