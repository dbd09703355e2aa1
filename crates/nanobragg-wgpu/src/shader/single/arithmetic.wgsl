// Fixed-point numbers of 64 bits, exponentials, and sums that keep what single precision drops.

const LOG2_E: real = 1.4426950408889634;
const LN_2_HIGH: real = 0.693359375;
const LN_2_LOW: real = -2.1219444e-4;

// exp x, by 2^k · exp r with |r| ≤ ln 2 / 2.
fn exponential(x: real) -> real {
    let k = round(clamp(x, -87.0, 88.0) * LOG2_E);
    let rest = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let power = bitcast<f32>((i32(k) + 127) << 23u);
    return select(exp_series(rest) * power, 0.0, x < -87.0);
}

// Fraction of the photons that layer number `layer` captures; `x` is the layer's depth along the ray times μ.
// The difference of two exponentials would lose the digits that a thin layer has.
fn captured(layer: real, x: real) -> real {
    var kept = 1.0 - exponential(-x);
    if abs(x) < 0.25 {
        kept = x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x * (1.0 / 120.0
            - x * (1.0 / 720.0 - x * (1.0 / 5040.0)))))));
    }
    return exponential(-layer * x) * kept;
}

struct Sum {
    high: f32,
    low: f32,
}

// `x` as a number that the compiler cannot combine with others: sums would lose their corrections.
fn opaque(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ dispatch.zero);
}

// The sum and what its rounding dropped (Knuth, TAOCP 2, 4.2.2).
fn add(sum: Sum, x: f32) -> Sum {
    let high = opaque(sum.high + x);
    let part = opaque(high - sum.high);
    let rest = opaque(sum.high - opaque(high - part)) + opaque(x - part);
    return Sum(high, sum.low + rest);
}

// Three numbers of 64 bits in two's complement.
struct Fixed {
    high: vec3<i32>,
    low: vec3<u32>,
}

fn fixed_sum(a: Fixed, b: Fixed) -> Fixed {
    let low = a.low + b.low;
    let carry = select(vec3<i32>(0), vec3<i32>(1), low < a.low);
    return Fixed(a.high + b.high + carry, low);
}

fn fixed_difference(a: Fixed, b: Fixed) -> Fixed {
    let borrow = select(vec3<i32>(0), vec3<i32>(1), a.low < b.low);
    return Fixed(a.high - b.high - borrow, a.low - b.low);
}

// a · 2^n for 0 < n < 32.
fn fixed_shifted(a: Fixed, n: u32) -> Fixed {
    let up = vec3<u32>(n);
    let high = (vec3<u32>(a.high) << up) | (a.low >> (vec3<u32>(32u) - up));
    return Fixed(vec3<i32>(high), a.low << up);
}

// The product of unsigned numbers of 32 bits, by halves.
fn wide_unsigned(a: vec3<u32>, b: vec3<u32>) -> Fixed {
    let half = vec3<u32>(16u);
    let mask = vec3<u32>(0xffffu);
    let a0 = a & mask;
    let a1 = a >> half;
    let b0 = b & mask;
    let b1 = b >> half;
    let p00 = a0 * b0;
    let p01 = a0 * b1;
    let p10 = a1 * b0;
    let p11 = a1 * b1;
    let middle = (p00 >> half) + (p01 & mask) + (p10 & mask);
    let low = (p00 & mask) | (middle << half);
    let high = p11 + (p01 >> half) + (p10 >> half) + (middle >> half);
    return Fixed(vec3<i32>(high), low);
}

// The product of signed and unsigned numbers of 32 bits.
fn wide(a: vec3<i32>, b: vec3<u32>) -> Fixed {
    let product = wide_unsigned(vec3<u32>(a), b);
    return Fixed(product.high - select(vec3<i32>(0), vec3<i32>(b), a < vec3<i32>(0)), product.low);
}

// `x` of 32 bits as one of 64.
fn widened(x: vec3<i32>) -> Fixed {
    return Fixed(select(vec3<i32>(0), vec3<i32>(-1), x < vec3<i32>(0)), vec3<u32>(x));
}

// A number in units of 2⁻⁵⁴ as whole units of 2⁻²² and a rest of at most 2⁻²³.
struct Split {
    whole: vec3<i32>,
    rest: vec3<f32>,
}

fn split(a: Fixed) -> Split {
    let whole = a.high + vec3<i32>(a.low >> vec3<u32>(31u));
    return Split(whole, vec3<f32>(vec3<i32>(a.low)) * 0x1p-54f);
}
