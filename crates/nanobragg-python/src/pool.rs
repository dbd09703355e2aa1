//! Threads that render.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nanobragg_session::Error;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads for each core that a pool, and all pools of a size, may have: more only get in each other's way.
const MOST_PER_CORE: usize = 16;

/// Pools by their number of threads.
type Pools = HashMap<usize, Vec<Arc<ThreadPool>>>;

/// The pools of a process, which has this number. One that was forked has none of its parent's threads.
static POOLS: Mutex<Option<(u32, Pools)>> = Mutex::new(None);

/// A pool of `threads` threads; with 0, of as many as `OMP_NUM_THREADS` says, or else one on every core. It is made
/// when there is none that nobody holds: in one that two renders shared, the second would wait until the first is done.
pub fn pool(threads: usize) -> Result<Arc<ThreadPool>, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let asked = if threads > 0 { threads } else { openmp().unwrap_or(cores) };
    let threads = asked.min(cores.saturating_mul(MOST_PER_CORE));
    let process = std::process::id();
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if pools.as_ref().is_some_and(|(owner, _)| *owner != process) {
        // To end the parent's pools would be to wait for threads that are not there.
        std::mem::forget(pools.take());
    }
    let (_, pools) = pools.get_or_insert_with(|| (process, Pools::new()));
    let there = pools.entry(threads).or_default();
    // Only this function hands a pool out, and it holds the lock.
    let most = (cores.saturating_mul(MOST_PER_CORE) / threads.max(1)).max(2);
    let idlest = there.iter().min_by_key(|pool| Arc::strong_count(pool));
    if let Some(pool) = idlest.filter(|pool| Arc::strong_count(pool) == 1 || there.len() >= most) {
        return Ok(Arc::clone(pool));
    }
    let built = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = Arc::new(built.map_err(nanobragg::Error::backend)?);
    there.push(Arc::clone(&pool));
    Ok(pool)
}

/// Threads that programs with OpenMP would use, where that is said.
fn openmp() -> Option<usize> {
    let said = std::env::var("OMP_NUM_THREADS").ok()?;
    said.split(',').next()?.trim().parse().ok().filter(|threads| *threads > 0)
}
