//! The loops over the terms of a pixel's sum.

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

/// Visits all terms in the order layer, sub-pixel (slow, then fast), source, phi step, mosaic domain.
#[inline(always)]
pub(crate) fn walk<T: Real>(plan: &Plan<T>, stages: &mut impl Stages<T>) {
    let (steps, domains) = (plan.orientations.steps.len(), plan.orientations.domains.len());
    for layer in 0..plan.layers.count {
        for sub_slow in 0..plan.oversample {
            for sub_fast in 0..plan.oversample {
                let mut at = TermIndex { layer, sub_slow, sub_fast, ..TermIndex::default() };
                stages.subpixel(at);
                for (number, source) in plan.sources.iter().enumerate() {
                    at.source = number;
                    if !stages.source(at, source) {
                        continue;
                    }
                    for phi in 0..steps {
                        for domain in 0..domains {
                            stages.term(TermIndex { phi, domain, ..at });
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
        experiment.rendering.oversample = Some(2);
        let mut plan = experiment.plan().unwrap();
        plan.layers.count = 2;
        let source = plan.sources[0];
        plan.sources = vec![source; 3];
        let mut notes = Notes::default();
        walk(&plan, &mut notes);
        let order = |at: &TermIndex| [at.layer, at.sub_slow, at.sub_fast, at.source, at.phi, at.domain];
        assert!(notes.subpixels.is_sorted_by(|a, b| order(a) < order(b)));
        assert!(notes.terms.is_sorted_by(|a, b| order(a) < order(b)));
        assert_eq!(notes.subpixels.len(), 8);
        assert_eq!(notes.done, 16);
        assert_eq!(notes.terms.len(), 16 * plan.orientations.count());
    }
}
