//! Graphics processors where they are not built in.

use nanobragg::backend::{Backend, Cpu, Differentiate};

use crate::error::Cause;
use crate::{Compute, Error, Note, Watch};

pub(super) fn open<'a>(_: &Compute, _: Watch<'a>) -> Result<Box<dyn Backend + 'a>, Error> {
    Err(Cause::NotBuilt.into())
}

pub(super) fn open_for_derivatives<'a>(
    _: &Compute,
    _: Watch<'a>,
) -> Result<Box<dyn Differentiate + 'a>, Error> {
    Err(Cause::NotBuilt.into())
}

pub(super) fn open_or<'a>(_: &Compute, watch: Watch<'a>, cpu: Cpu) -> Result<Box<dyn Backend + 'a>, Error> {
    watch.note(&Note::OnCpu("this program was built without graphics processors".to_owned()));
    Ok(Box::new(cpu))
}

pub(super) fn open_for_derivatives_or<'a>(
    _: &Compute,
    watch: Watch<'a>,
    cpu: Cpu,
) -> Result<Box<dyn Differentiate + 'a>, Error> {
    watch.note(&Note::OnCpu("this program was built without graphics processors".to_owned()));
    Ok(Box::new(cpu))
}
