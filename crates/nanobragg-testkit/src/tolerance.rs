//! How far images may differ, each with its reason.

pub use nanobragg_compare::Tolerance;

/// Ours against the reference program's floats. Both store single precision (6e-8); the reference forms
/// sin(N π h) with h of order 100 and N of order 1000 and loses eleven digits of sixteen where the sine is
/// small, which the second member covers.
pub const REFERENCE_FLOATS: Tolerance = Tolerance::PROGRAMS;

/// Backends that evaluate the same operations in the same order: not a bit.
pub const SAME_BITS: Tolerance = Tolerance { relative: 0.0, of_max: 0.0 };

/// Photons of the vectorized evaluation against the definition's, relative to each pixel, in double precision.
/// Indices have the same bits; the quotient of six sines of 6.2e-14 is squared (7.5e-13), and the sums over up to
/// 10⁵ terms of one sign round differently by less than that times their number's square root.
pub const CPU_F64: f64 = 1e-11;

/// Photons that the vectorized evaluation may leave out of a pixel: a tenth of the least number that an image in single precision
/// can hold.
pub const LEFT_OUT: f64 = 1e-46;

/// Photons below which nothing is compared on graphics processors: exponentials of Gaussian spots end at 1e-307 of a peak's
/// intensity, denormal numbers later in the definition.
pub const UNDERFLOW: f64 = 1e-250;

/// Single precision against the definition: worst pixel relative to the brightest one. Sines of 3e-7 multiply to
/// some 1e-6 of a term; the rest is room for small arguments.
pub const CPU_F32_MAX: f64 = 1e-4;

/// Single precision against the definition: median over the pixels, relative to each. Images of every backend in
/// single precision are held to it as well, over the pixels where the other image is not zero.
pub const CPU_F32_MEDIAN: f64 = 1e-6;

/// Images of the two: single precision's rounding may fall on either side.
pub const CPU_IMAGE: Tolerance = Tolerance { relative: 1.2e-7, of_max: 0.0 };

/// Counts of an SMV image against the reference program's: a photon count that lies on a rounding edge may
/// fall on either side.
pub const REFERENCE_COUNTS: u16 = 1;

/// Pixels of a noise image that may differ from the reference program's: a deviate whose acceptance hangs on
/// the last bit shifts one pixel, in a thousand.
pub const NOISE_PIXELS: f64 = 1e-3;

/// Photons of the GPU in double precision against the definition's, relative to each pixel. Indices are computed in
/// the definition's operations; polynomials differ in the last bits. A driver that fuses multiplications and
/// additions moves an index by its last bit, which a fringe of N cells multiplies by π N.
pub const GPU_F64: f64 = 1e-10;

/// Photons of the GPU in single precision against the definition's: worst pixel relative to the brightest one. What
/// an experiment needs beyond that is refused.
pub const GPU_F32_MAX: f64 = 1e-4;

/// The same, median over the pixels that are not dark, relative to each: sines of some 3e-7, as on the CPU.
pub const GPU_F32_MEDIAN: f64 = 1e-6;

/// Pixels below this part of the brightest one do not count in that median: single precision holds a Gaussian's
/// exponent to so many digits of itself, and numbers end at 1e-38.
pub const GPU_F32_DARK: f64 = 1e-6;

/// An image whose brightest pixel is below this part of what its strongest reflection would give is dark in single
/// precision, whose numbers end at 1e-38.
pub const GPU_F32_VANISHING: f64 = 1e-30;

/// Derivatives of the GPU in double precision against the CPU's, relative to the largest of each parameter.
pub const GPU_F64_SLOPES: f64 = 1e-9;

/// The same in single precision: a derivative by an index has the errors of the image, and sums of them cancel.
pub const GPU_F32_SLOPES: f64 = 1e-4;

/// The GPU's values of a traced pixel in double precision against the definition's: relative, of a vector to its
/// length, of a lattice factor to the number of cells.
pub const GPU_TRACE: f64 = 1e-10;

/// The same in single precision: lattice factors come of sines of some 3e-7.
pub const GPU_F32_TRACE: f64 = 1e-5;
