//! Writing descriptions of an instrument.

use std::f64::consts::FRAC_PI_2;
use std::path::Path;

use nalgebra::{Matrix3, Rotation3, Vector3};

use super::about::About;
use super::{Geometry, GeometryFormat, write_crystfel, write_dxtbx, write_xds};
use crate::atomic::write_atomic;
use crate::error::Result;

/// Radians by which rounding may turn a field.
const ALIGNED: f64 = 1e-9;

/// Writes a description of an instrument for the program that reads `format`.
///
/// Vectors keep the frame that they have in a list of DIALS. For XDS and CrystFEL a beam along -z is turned about x. CrystFEL wants the
/// beam along z and the field along x: the whole is turned until they are.
///
/// ```
/// use nanobragg_io::geometry::{About, GeometryFormat, Selection, read_geometry, write_geometry};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a.geom");
/// # std::fs::write(&path, "photon_energy = 9500\nres = 10000\nclen = 0.1\np0/min_fs = 0\np0/max_fs = 99\n\
/// #     p0/min_ss = 0\np0/max_ss = 79\np0/corner_x = -50\np0/corner_y = -40\n")?;
/// let instrument = read_geometry(&path, Selection::default())?;
/// # let path = folder.path().join("a.expt");
/// write_geometry(&path, GeometryFormat::Expt, &instrument, &About::default())?;
/// let again = read_geometry(&path, Selection::default())?;
/// assert_eq!(again.panels[0].fast_pixels, 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) for what the format cannot say; [`Write`](crate::ErrorKind::Write).
pub fn write_geometry(path: &Path, format: GeometryFormat, geometry: &Geometry, about: &About) -> Result<()> {
    let text = match format {
        GeometryFormat::Expt => write_dxtbx::text(path, geometry, about)?,
        GeometryFormat::Geom => write_crystfel::text(path, &in_crystfel(geometry), about)?,
        GeometryFormat::XdsInp => write_xds::text(path, &downstream(geometry), about)?,
    };
    write_atomic(path, |file| file.write_all(text.as_bytes()))
}

/// Beam along z, and the field along x, the short way: the file has no place for its direction.
fn in_crystfel(geometry: &Geometry) -> Geometry {
    let geometry = downstream(geometry);
    let Some(beam) = geometry.beam else { return geometry };
    let to_z = Rotation3::rotation_between(&beam, &Vector3::z()).unwrap_or_default();
    let geometry = if beam == Vector3::z() { geometry } else { geometry.turned(to_z.matrix()) };
    let Some(polarization) = geometry.polarization else { return geometry };
    let field = polarization.normal.cross(&Vector3::z());
    // It may point either way along x.
    let angle = match field.x.abs() < ALIGNED {
        true => FRAC_PI_2.copysign(field.y),
        false => (field.y / field.x).atan(),
    };
    if angle.abs() < ALIGNED { geometry } else { geometry.turned(&about_z(-angle)) }
}

fn about_z(angle: f64) -> Matrix3<f64> {
    *Rotation3::from_axis_angle(&Vector3::z_axis(), angle).matrix()
}

fn downstream(geometry: &Geometry) -> Geometry {
    match &geometry.beam {
        Some(beam) if opposite(beam) => {
            geometry.turned(&Matrix3::from_diagonal(&Vector3::new(1.0, -1.0, -1.0)))
        }
        _ => geometry.clone(),
    }
}

/// Whether a unit vector is -z, but for rounding.
fn opposite(beam: &Vector3<f64>) -> bool {
    (beam + Vector3::z()).norm() < 1e-12
}
