//! Writing descriptions of an instrument.

use std::path::Path;

use nalgebra::{Matrix3, Rotation3, Vector3};

use super::about::About;
use super::{Geometry, GeometryFormat, write_crystfel, write_dxtbx, write_xds};
use crate::atomic::write_atomic;
use crate::error::Result;

/// Writes a description of an instrument for the program that reads `format`.
///
/// Vectors keep the frame that they have in a list of DIALS. CrystFEL wants the beam along z: the whole is turned until it
/// is, by half a turn about y where it comes from the other side. For XDS a beam along -z is turned about x.
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
        GeometryFormat::Geom => write_crystfel::text(path, &with_beam_along_z(geometry), about)?,
        GeometryFormat::XdsInp => write_xds::text(path, &downstream(geometry), about)?,
    };
    write_atomic(path, |file| file.write_all(text.as_bytes()))
}

fn with_beam_along_z(geometry: &Geometry) -> Geometry {
    let Some(beam) = geometry.beam else { return geometry.clone() };
    let turn = match opposite(&beam) {
        true => Matrix3::from_diagonal(&Vector3::new(-1.0, 1.0, -1.0)),
        false => Rotation3::rotation_between(&beam, &Vector3::z())
            .map_or_else(Matrix3::identity, |rotation| *rotation.matrix()),
    };
    geometry.turned(&turn)
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
