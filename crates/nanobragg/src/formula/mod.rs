//! Formulas that are written once: as Rust that runs in every arithmetic, and as WGSL.
//!
//! A formula is what both languages share: `let`, `return`, arithmetic, comparisons, and calls of the words in
//! `words.rs`; constants stand as `c(3.0)` or `c(NAME)`, to the right of an operator. `formula!` makes of it a function that is generic over the
//! arithmetic, and by `stringify!` its text in WGSL, where functions of the same names are the words.
//!
//! The arithmetics: any [`Real`](crate::real::Real) is the definition's, `Double` and `Single` have shorter
//! polynomials for blocks of pixels.

pub(crate) mod double;
pub(crate) mod far;
pub(crate) mod single;
pub mod sinpi;
pub(crate) mod words;

pub(crate) use double::Double;
pub(crate) use single::Single;
pub(crate) use words::{StarWords, Words};

/// Operators of a number of one field, with its flags as constant parameters.
macro_rules! operators {
    ($name:ident<$($flag:ident),*>) => {
        operators!(@write $name<$($flag),*> Add add +);
        operators!(@write $name<$($flag),*> Sub sub -);
        operators!(@write $name<$($flag),*> Mul mul *);
        operators!(@write $name<$($flag),*> Div div /);
        impl<$(const $flag: bool),*> std::ops::Neg for $name<$($flag),*> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                $name(-self.0)
            }
        }
    };
    (@write $name:ident<$($flag:ident),*> $trait:ident $method:ident $operator:tt) => {
        impl<$(const $flag: bool),*> std::ops::$trait for $name<$($flag),*> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                $name(self.0 $operator other.0)
            }
        }
    };
}
pub(crate) use operators;

/// Implements one of the traits of formulas for a shape: every function generic over the arithmetic, and the text of
/// all of them in WGSL. Formulas of offsets and phases take `real`, those of a distance from the node `Star`.
macro_rules! formula {
    (impl StarFormulas for $shape:ident { $($formulas:tt)* }) => {
        formula!(@write StarFormulas StarWords $shape { $($formulas)* });
    };
    (impl $coordinate:ident for $shape:ident { $($formulas:tt)* }) => {
        formula!(@write $coordinate Words $shape { $($formulas)* });
    };
    (@write $coordinate:ident $words:ident $shape:ident {
        $($(#[$about:meta])* fn $name:ident($($argument:ident: $kind:ident),* $(,)?) -> real { $($body:tt)* })*
    }) => {
        impl $coordinate for $shape {
            const WGSL: &'static str = concat!($(
                "fn ", stringify!($name), "(", $(stringify!($argument), ": ", stringify!($kind), ", ",)* ") -> real {\n",
                stringify!($($body)*),
                "\n}\n",
            )*);
            $(
                $(#[$about])*
                #[inline(always)]
                #[allow(clippy::needless_return, reason = "WGSL needs it")]
                fn $name<R: $crate::formula::$words>($($argument: formula!(@kind R $kind)),*) -> R {
                    use $crate::formula::words::*;
                    $($body)*
                }
            )*
        }
    };
    (@kind $arithmetic:ident real) => { $arithmetic };
    (@kind $arithmetic:ident Star) => { $arithmetic::Star };
}
pub(crate) use formula;
