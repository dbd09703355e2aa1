//! The largest count.

/// The largest count in 32 bits. The two numbers above it are taken by some readers for marks of bad pixels.
pub const MOST: i32 = i32::MAX - 2;

/// The largest count in 16 bits.
pub const WORD: i32 = u16::MAX as i32;

/// The largest count in 8 bits.
pub const BYTE: i32 = u8::MAX as i32;

/// The count, cut off.
#[inline(always)]
pub(super) fn cut(count: f64, most: i32) -> f64 {
    let most = f64::from(most);
    if count > most { most } else { count }
}
