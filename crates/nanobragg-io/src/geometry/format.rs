//! Which description of an instrument a file is to be.

use std::path::Path;

/// A description of an instrument that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeometryFormat {
    /// Experiment list of dxtbx, for DIALS: instrument, scan and crystal.
    Expt,
    /// Geometry file of CrystFEL: the detector and the photon energy.
    Geom,
    /// Input file of XDS: instrument, scan and crystal.
    XdsInp,
}

impl GeometryFormat {
    /// The names that [`GeometryFormat::of`] knows, as text.
    pub const KNOWN: &str = ".expt (DIALS), .geom (CrystFEL), XDS.INP";

    /// The format that the name of a file stands for.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let ends = |end: &str| name.len() > end.len() && name.ends_with(end);
        if ends(".expt") {
            Some(GeometryFormat::Expt)
        } else if ends(".geom") {
            Some(GeometryFormat::Geom)
        } else if name == "xds.inp" || ends(".inp") {
            Some(GeometryFormat::XdsInp)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        let of = |name: &str| GeometryFormat::of(Path::new(name));
        assert_eq!(of("x/a.expt"), Some(GeometryFormat::Expt));
        assert_eq!(of("a.GEOM"), Some(GeometryFormat::Geom));
        assert_eq!([of("run/XDS.INP"), of("a.inp")], [Some(GeometryFormat::XdsInp); 2]);
        assert_eq!([of("a.cbf"), of(".expt"), of("XPARM.XDS"), of("")], [None; 4]);
    }
}
