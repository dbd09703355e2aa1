//! Pixels that depend on more structure factors than a device has room for: the CPU takes what they owe to each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use nanobragg::Error;
use nanobragg::backend::{Control, Cpu, Differentiate};
use nanobragg::plan::Plan;
use nanobragg::sensitivity::{Groups, Layout, PixelSet};

/// What a pixel owes to structure factors: places in the padded grid of the table, and photons per electron.
pub(crate) type Owed = Vec<(u32, f64)>;

/// What `pixels` of `plan`, given as [slow, fast], owe to all structure factors.
///
/// # Errors
/// Those of the CPU: that the caller's flag was raised.
pub(crate) fn on_cpu(
    plan: &Plan,
    pixels: &[[u32; 2]],
    control: &Control<'_>,
) -> Result<HashMap<[u32; 2], Owed>, Error> {
    let all = Mutex::new(HashMap::new());
    if pixels.is_empty() {
        return Ok(HashMap::new());
    }
    let layout = Layout::new(plan, Groups { table: true, ..Groups::default() });
    let control = Control { progress: None, cancel: control.cancel };
    Cpu::default().sensitivities(plan, &layout, PixelSet::Listed(pixels), &control, &|_, block| {
        let mut owed: HashMap<[u32; 2], Owed> = block.pixels().iter().map(|&at| (at, Owed::new())).collect();
        for (lane, place, slope) in block.amplitudes() {
            let own = block.pixels().get(lane).and_then(|at| owed.get_mut(at));
            if let (Some(own), Ok(place)) = (own, u32::try_from(place)) {
                own.push((place, slope));
            }
        }
        all.lock().unwrap_or_else(PoisonError::into_inner).extend(owed);
    })?;
    Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
}
