// Functions that drivers do not have in double precision, and sums.

const LOG2_E: real = 1.4426950408889634;
// ln 2 with zeros at its end, so that its product with an exponent is exact, and the rest of it.
const LN_2_HIGH: real = 6.931471803691238e-1;
const LN_2_LOW: real = 1.9082149292705877e-10;

// exp x, by 2^k · exp r with |r| ≤ ln 2 / 2; 2^k from the bits of k.
fn exponential(x: real) -> real {
    if x < real(-745.0) {
        return real(0.0);
    }
    let scaled = round(min(x, real(1023.0)) * LOG2_E);
    let rest = (x - scaled * LN_2_HIGH) - scaled * LN_2_LOW;
    var value = exp_series(rest);
    let k = i32(scaled);
    var bits = u32(abs(k));
    var power = select(real(0.5), real(2.0), k > 0);
    for (var i = 0; i < 11; i++) {
        if (bits & 1u) != 0u {
            value *= power;
        }
        bits >>= 1u;
        power *= power;
    }
    return value;
}

// Fraction of the photons that layer number `layer` captures; `x` is the layer's depth along the ray times μ.
fn captured(layer: real, x: real) -> real {
    return exponential(-layer * x) - exponential(-(layer + real(1.0)) * x);
}

struct Sum {
    high: real,
    low: real,
}

fn add(sum: Sum, x: real) -> Sum {
    return Sum(sum.high + x, real(0.0));
}
