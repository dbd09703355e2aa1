//! Stages on threads of their own, with short queues between them.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Makes a queue of at most `most` that wait.
pub(crate) fn queue<T>(most: usize) -> (Entry<T>, Exit<T>) {
    let (entry, exit) = sync_channel(most);
    (Entry(entry), Exit(Arc::new(Mutex::new(exit))))
}

/// Where a stage puts what it has done. The queue ends when all entries are gone.
pub(crate) struct Entry<T>(SyncSender<T>);

/// Where the threads of the next stage take it.
pub(crate) struct Exit<T>(Arc<Mutex<Receiver<T>>>);

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Entry(self.0.clone())
    }
}

impl<T> Clone for Exit<T> {
    fn clone(&self) -> Self {
        Exit(Arc::clone(&self.0))
    }
}

impl<T> Entry<T> {
    /// Waits until there is room; `false` where nobody takes things any more.
    pub fn put(&self, thing: T) -> bool {
        self.0.send(thing).is_ok()
    }
}

impl<T> Exit<T> {
    /// Waits for the next thing; `None` at the end.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn everything_arrives_once_and_no_more_waits_than_may() {
        const THINGS: usize = 1000;
        let (entry, exit) = queue(2);
        let (made, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut all: Vec<usize> = thread::scope(|scope| {
            let makers: Vec<_> = (0..3).map(|_| entry.clone()).collect();
            drop(entry);
            for entry in makers {
                let (made, taken) = (&made, &taken);
                scope.spawn(move || {
                    loop {
                        let number = made.fetch_add(1, Ordering::SeqCst);
                        if number >= THINGS {
                            return;
                        }
                        assert!(entry.put(number));
                        // Those that wait, those that makers hold, and those that takers have not counted yet.
                        assert!(number < taken.load(Ordering::SeqCst) + 2 + 3 + 2);
                    }
                });
            }
            let takers: Vec<_> = (0..2)
                .map(|_| {
                    let (exit, taken) = (exit.clone(), &taken);
                    scope.spawn(move || {
                        std::iter::from_fn(|| {
                            exit.take().inspect(|_| _ = taken.fetch_add(1, Ordering::SeqCst))
                        })
                        .collect::<Vec<_>>()
                    })
                })
                .collect();
            takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect()
        });
        all.sort_unstable();
        assert_eq!(all, (0..THINGS).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_waits_for_a_stage_that_is_gone() {
        let (entry, exit) = queue(0);
        drop(exit);
        assert!(!entry.put(1));
        let (entry, exit) = queue::<usize>(0);
        drop(entry);
        assert_eq!(exit.take(), None);
    }
}
