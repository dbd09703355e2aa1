//! The loops over the terms of a pixel's sum.

use std::sync::atomic::{AtomicBool, Ordering};

use super::index::TermIndex;
use crate::plan::{Plan, SourcePlan};
use crate::real::Real;

/// What is evaluated on the walk over the terms, from the outermost loop to the innermost.
pub(crate) trait Stages<T: Real> {
    /// A sub-pixel of a layer begins.
    fn subpixel(&mut self, at: TermIndex);

    /// A source begins; false when none of its terms counts.
    fn source(&mut self, at: TermIndex, source: &SourcePlan<T>) -> bool;

    /// A term: a phi step and a mosaic domain of the source that began last.
    fn term(&mut self, at: TermIndex);

    /// All terms of a source have been visited.
    fn source_done(&mut self);
}

/// Asks now and then whether the caller still wants the sum.
struct Patience<'a> {
    /// Terms until it asks again.
    left: usize,
    stop: Option<&'a AtomicBool>,
}

impl Patience<'_> {
    /// Terms from one question to the next: of a block a million, which take some milliseconds.
    const TERMS: usize = 1 << 14;

    /// Whether the walk goes on after so many terms.
    #[inline(always)]
    fn lasts(&mut self, terms: usize) -> bool {
        if terms < self.left {
            self.left -= terms;
            return true;
        }
        self.left = Self::TERMS;
        !self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// Visits all terms in the order layer, sub-pixel (slow, then fast), source, phi step, mosaic domain. Once `stop` is raised it
/// leaves the rest out: what has been summed by then is of no use.
#[inline(always)]
pub(crate) fn walk<T: Real>(plan: &Plan<T>, stages: &mut impl Stages<T>, stop: Option<&AtomicBool>) {
    let (steps, domains) = (plan.orientations.steps.len(), plan.orientations.domains.len());
    let mut patience = Patience { left: Patience::TERMS, stop };
    for layer in 0..plan.layers.count {
        for sub_slow in 0..plan.oversample {
            for sub_fast in 0..plan.oversample {
                let mut at = TermIndex { layer, sub_slow, sub_fast, ..TermIndex::default() };
                stages.subpixel(at);
                for (number, source) in plan.sources.iter().enumerate() {
                    at.source = number;
                    if !patience.lasts(1) {
                        return;
                    }
                    if !stages.source(at, source) {
                        continue;
                    }
                    for phi in 0..steps {
                        let mut first = 0;
                        while first < domains {
                            let last = domains.min(first + Patience::TERMS);
                            for domain in first..last {
                                stages.term(TermIndex { phi, domain, ..at });
                            }
                            if !patience.lasts(last - first) {
                                return;
                            }
                            first = last;
                        }
                    }
                    stages.source_done();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    use crate::model::{Experiment, UnitCell};

    /// Notes what is visited, and skips the first source.
    #[derive(Default)]
    struct Notes {
        subpixels: Vec<TermIndex>,
        terms: Vec<TermIndex>,
        done: usize,
    }

    impl Stages<f64> for Notes {
        fn subpixel(&mut self, at: TermIndex) {
            self.subpixels.push(at);
        }

        fn source(&mut self, at: TermIndex, _source: &SourcePlan<f64>) -> bool {
            at.source > 0
        }

        fn term(&mut self, at: TermIndex) {
            self.terms.push(at);
        }

        fn source_done(&mut self) {
            self.done += 1;
        }
    }

    #[test]
    fn terms_are_visited_in_their_order_and_those_of_a_refused_source_are_not() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0).unwrap(), 100.0);
        experiment.rendering.oversample = NonZeroU32::new(2);
        let mut plan = experiment.plan().unwrap();
        plan.layers.count = 2;
        let source = plan.sources[0];
        plan.sources = vec![source; 3];
        let mut notes = Notes::default();
        walk(&plan, &mut notes, None);
        let order = |at: &TermIndex| [at.layer, at.sub_slow, at.sub_fast, at.source, at.phi, at.domain];
        assert!(notes.subpixels.is_sorted_by(|a, b| order(a) < order(b)));
        assert!(notes.terms.is_sorted_by(|a, b| order(a) < order(b)));
        assert_eq!(notes.subpixels.len(), 8);
        assert_eq!(notes.done, 16);
        assert_eq!(notes.terms.len(), 16 * plan.orientations.count());
    }

    /// Raises the flag at a term.
    struct Stopping<'a> {
        at: usize,
        seen: usize,
        stop: &'a AtomicBool,
    }

    impl Stages<f64> for Stopping<'_> {
        fn subpixel(&mut self, _: TermIndex) {}

        fn source(&mut self, _: TermIndex, _: &SourcePlan<f64>) -> bool {
            true
        }

        fn term(&mut self, _: TermIndex) {
            self.seen += 1;
            if self.seen == self.at {
                self.stop.store(true, Ordering::Relaxed);
            }
        }

        fn source_done(&mut self) {}
    }

    #[test]
    fn a_walk_ends_soon_after_the_flag_is_raised() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0).unwrap(), 100.0);
        experiment.rendering.oversample = NonZeroU32::new(4);
        let mut plan = experiment.plan().unwrap();
        let domain = plan.orientations.domains[0];
        for domains in [1, 3 * Patience::TERMS] {
            plan.orientations.domains = vec![domain; domains];
            plan.sources = vec![plan.sources[0]; if domains == 1 { 9000 } else { 1 }];
            let stop = AtomicBool::new(false);
            let mut stages = Stopping { at: 1000, seen: 0, stop: &stop };
            walk(&plan, &mut stages, Some(&stop));
            assert!(stages.seen <= 1000 + 2 * Patience::TERMS, "{}", stages.seen);
        }
    }
}
