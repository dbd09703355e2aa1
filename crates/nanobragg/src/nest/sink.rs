//! What looks on while pixels are evaluated.
//!
//! The evaluation hands every intermediate that it has computed to a [`Sink`], which sees the very values that make
//! the image and changes none of them: a pixel has the same bits under every sink. With `()`, which backends use for
//! images, the taps compile to nothing. Two sinks side by side are one, `(A, B)`.

use super::index::TermIndex;
use super::lane::Lane;

/// What a sink wants to be computed although the image does without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Terms: [`Sink::term`] is called.
    pub terms: bool,
    /// Terms that add nothing as well.
    pub zero_terms: bool,
    /// How blocks' terms change with the indices and with the number of cells.
    pub slopes: bool,
}

impl Needs {
    /// Nothing.
    pub const NONE: Needs = Needs { terms: false, zero_terms: false, slopes: false };
    /// The terms that add something.
    pub const TERMS: Needs = Needs { terms: true, ..Needs::NONE };
    /// Every term.
    pub const ALL_TERMS: Needs = Needs { terms: true, zero_terms: true, ..Needs::NONE };
    /// The terms that add something, with their slopes.
    pub const SLOPES: Needs = Needs { terms: true, slopes: true, ..Needs::NONE };

    /// What one or the other needs.
    pub const fn and(self, other: Needs) -> Needs {
        Needs {
            terms: self.terms || other.terms,
            zero_terms: self.zero_terms || other.zero_terms,
            slopes: self.slopes || other.slopes,
        }
    }
}

/// What wants to see the intermediates of a pixel, or of a block of them. Every method does nothing unless it is
/// implemented.
pub trait Sink<L: Lane> {
    /// What has to be computed for it.
    const NEEDS: Needs = Needs::ALL_TERMS;

    /// A sub-pixel of a layer begins.
    #[inline(always)]
    fn subpixel(&mut self, _at: TermIndex, _subpixel: &L::Subpixel<'_>) {}

    /// A source survived the resolution limit.
    #[inline(always)]
    fn source(&mut self, _at: TermIndex, _scattering: &L::Scattering<'_>) {}

    /// A term was added.
    #[inline(always)]
    fn term(&mut self, _at: TermIndex, _term: &L::Term<'_>) {}

    /// All terms of a source have been added. Pixels by themselves do not say so.
    #[inline(always)]
    fn source_done(&mut self, _at: &L::SourceDone<'_>) {}

    /// The sum is finished.
    #[inline(always)]
    fn finished(&mut self, _finished: &L::Finished<'_>) {}
}

/// Nobody looks on: no tap leaves a trace in the compiled code.
impl<L: Lane> Sink<L> for () {
    const NEEDS: Needs = Needs::NONE;
}

/// Both look on, the first one first. Either may see terms that only the other needs.
impl<L: Lane, A: Sink<L>, B: Sink<L>> Sink<L> for (A, B) {
    const NEEDS: Needs = A::NEEDS.and(B::NEEDS);

    #[inline(always)]
    fn subpixel(&mut self, at: TermIndex, subpixel: &L::Subpixel<'_>) {
        self.0.subpixel(at, subpixel);
        self.1.subpixel(at, subpixel);
    }

    #[inline(always)]
    fn source(&mut self, at: TermIndex, scattering: &L::Scattering<'_>) {
        self.0.source(at, scattering);
        self.1.source(at, scattering);
    }

    #[inline(always)]
    fn term(&mut self, at: TermIndex, term: &L::Term<'_>) {
        self.0.term(at, term);
        self.1.term(at, term);
    }

    #[inline(always)]
    fn source_done(&mut self, at: &L::SourceDone<'_>) {
        self.0.source_done(at);
        self.1.source_done(at);
    }

    #[inline(always)]
    fn finished(&mut self, finished: &L::Finished<'_>) {
        self.0.finished(finished);
        self.1.finished(finished);
    }
}
