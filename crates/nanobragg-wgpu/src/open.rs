//! Opening a graphics processor for use: chosen, opened, and tested before it is trusted.

use crate::Precision;
use crate::adapter::Selection;
use crate::cache::cache_folder;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::limits::UpperLimits;
use crate::selftest::{SelfTest, selftest, selftest_cached};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which adapter.
    pub selection: Selection,
    /// The most that is used of it.
    pub limits: UpperLimits,
    /// Precision that it is to render in.
    pub precision: Precision,
    /// Whether it is tested although the result of an earlier test is kept.
    pub retest: bool,
}

impl Default for Request {
    fn default() -> Self {
        Request {
            selection: Selection::default(),
            limits: UpperLimits::default(),
            precision: Precision::Single,
            retest: false,
        }
    }
}

/// A graphics processor that computes what the definition says.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The device.
    pub gpu: Gpu,
    /// How far it is from the definition.
    pub selftest: SelfTest,
}

/// Opens what `request` asks for. An adapter is tested once for each driver and version of this crate; the result is
/// kept in the user's cache folder, where there is one.
///
/// # Errors
/// Those of [`Gpu::open_within`] and of the test; [`ErrorKind::SelfTest`](crate::ErrorKind::SelfTest) where the device computes something else.
pub fn open(request: &Request) -> Result<Opened, Error> {
    let gpu = Gpu::open_within(&request.selection, request.limits)?;
    let result = match cache_folder().filter(|_| !request.retest) {
        Some(folder) => selftest_cached(&folder, &gpu, request.precision)?,
        None => selftest(&gpu, request.precision)?,
    };
    Ok(Opened { gpu, selftest: result.passes()? })
}

/// A list of limits that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{part}' is not one of binding=BYTES, buffer=BYTES, groups=N, terms=N, submissions=N")]
pub struct LimitsError {
    /// The part of the list.
    pub part: String,
}

impl std::str::FromStr for UpperLimits {
    type Err = LimitsError;

    /// Reads `binding=BYTES,buffer=BYTES,groups=N,terms=N,submissions=N`, of which any may be left out.
    fn from_str(list: &str) -> Result<Self, LimitsError> {
        let mut upper = UpperLimits::default();
        for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let wrong = || LimitsError { part: part.to_owned() };
            let (name, number) = part.split_once('=').ok_or_else(wrong)?;
            let number: u64 = number.trim().parse().map_err(|_| wrong())?;
            match name.trim() {
                "binding" => upper.binding = Some(number),
                "buffer" => upper.buffer = Some(number),
                "groups" => upper.groups = Some(u32::try_from(number).map_err(|_| wrong())?),
                "terms" => upper.terms = Some(number),
                "submissions" => upper.submissions = Some(number),
                _ => return Err(wrong()),
            }
        }
        Ok(upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_by_name_and_anything_else_is_an_error() {
        let read = |list: &str| list.parse::<UpperLimits>();
        let some = UpperLimits { binding: Some(65_536), terms: Some(100), ..UpperLimits::default() };
        assert_eq!(read("binding=65536, terms = 100"), Ok(some));
        assert_eq!(read(""), Ok(UpperLimits::default()));
        for list in ["binding", "binding=x", "bindings=3", "groups=99999999999", "terms=-1"] {
            assert_eq!(read(list), Err(LimitsError { part: list.to_owned() }));
        }
    }
}
