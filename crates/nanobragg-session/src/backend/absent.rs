//! Graphics processors where they are not built in.

use nanobragg::backend::{Cpu, Differentiate};

use crate::error::Cause;
use crate::{Compute, Error, Note, Watch};

pub(super) fn open<'a>(_: &Compute, _: Watch<'a>) -> Result<Box<dyn Differentiate + 'a>, Error> {
    Err(Cause::NotBuilt.into())
}

pub(super) fn open_or<'a>(
    _: &Compute,
    watch: Watch<'a>,
    cpu: Cpu,
) -> Result<Box<dyn Differentiate + 'a>, Error> {
    watch.note(&Note::OnCpu("this program was built without graphics processors".to_owned()));
    Ok(Box::new(cpu))
}
