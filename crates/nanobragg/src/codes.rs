//! Stable words for the variants of an enum.

/// Gives the variants of an enum in this or another crate a stable word each: `code()`, and `CODES`, the words of all.
#[doc(hidden)]
#[macro_export]
macro_rules! codes {
    ($type:ident: $($variant:ident = $code:literal,)+) => {
        impl $type {
            /// The words of all variants.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// A stable word for programs to go by.
            pub const fn code(&self) -> &'static str {
                match self { $($type::$variant { .. } => $code,)+ }
            }
        }
    };
}
