// Where a sub-pixel is, in fixed point: the direction to it is good to 2⁻⁴⁴, which single precision is not.

alias Word = i32;

struct Position {
    // Meters.
    point: vec3<f32>,
    distance: f32,
    // Unit vector d, and the same in units of 2⁻⁵⁴.
    unit: vec3<f32>,
    direction: Fixed,
}

// Three numbers of `places`.
fn place(at: u32) -> Fixed {
    return Fixed(
        vec3<i32>(places[at], places[at + 1u], places[at + 2u]),
        vec3<u32>(vec3<i32>(places[at + 3u], places[at + 4u], places[at + 5u])),
    );
}

// d = P / |P| for P in units of 2⁻⁶⁰, 2⁻⁷ < |P| < 1/2.
//
// A reciprocal root r in single precision is nearly 1 / |P|. With it as the number it is, P r is an integer
// product, and e = |P r|² - 1 is known to 2⁻⁴⁴: its leading part is a sum of squares of integers modulo 2³²,
// where the 1 has no bits. Then d = P r (1 - e/2 + 3e²/8).
fn direction(p: Fixed) -> Fixed {
    let rough = vec3<f32>(p.high) * 0x1p-28f + vec3<f32>(p.low) * 0x1p-60f;
    let length_sqr = scalar_product(rough, rough);
    var root = inverseSqrt(length_sqr);
    root = root * (1.5 - 0.5 * length_sqr * root * root);
    let bits = bitcast<u32>(root);
    let mantissa = vec3<u32>((bits & 0x7fffffu) | 0x800000u);
    let exponent = (bits >> 23u) - 127u;
    let upper = wide(p.high, mantissa);
    let lower = wide_unsigned(p.low, mantissa);
    let product = fixed_sum(upper, Fixed(vec3<i32>(0), vec3<u32>(lower.high)));
    let near = fixed_shifted(product, exponent + 3u);

    let parts = split(near);
    let squares = parts.whole.x * parts.whole.x + parts.whole.y * parts.whole.y + parts.whole.z * parts.whole.z;
    let coarse = vec3<f32>(parts.whole) * 0x1p-22f;
    let excess = f32(squares) * 0x1p-44f + (2.0 * scalar_product(coarse, parts.rest) + scalar_product(parts.rest, parts.rest));
    let correction = coarse * (excess * (-0.5 + 0.375 * excess));
    return fixed_sum(near, fixed_shifted(widened(vec3<i32>(round(correction * 0x1p48f))), 6u));
}

// @stage position
fn position(pixel: Pixel, at: Place) -> Position {
    if PLACED {
        let first = (pixel.slot * frame.layers * frame.oversample * frame.oversample + at.number) * 7u;
        let d = place(first);
        let unit = vec3<f32>(d.high) * 0x1p-22f + vec3<f32>(d.low) * 0x1p-54f;
        let distance = bitcast<f32>(places[first + 6u]);
        return Position(unit * distance, distance, unit, d);
    }
    // Rows, columns and layers each have their part of P.
    let rows = (frame.row_end - frame.row_first) * frame.oversample;
    let columns = (frame.column_end - frame.column_first) * frame.oversample;
    let row = (pixel.slow - frame.row_first) * frame.oversample + at.sub_slow;
    let column = (pixel.fast - frame.column_first) * frame.oversample + at.sub_fast;
    let flat = fixed_sum(place(row * 6u), place((rows + column) * 6u));
    let p = fixed_sum(flat, place((rows + columns + at.layer) * 6u));
    let point = (vec3<f32>(p.high) * 0x1p-28f + vec3<f32>(p.low) * 0x1p-60f) * frame.place_unit;
    let d = direction(p);
    let unit = vec3<f32>(d.high) * 0x1p-22f + vec3<f32>(d.low) * 0x1p-54f;
    return Position(point, magnitude(point), unit, d);
}

// Solid angle over that of the nearest point, up to its sign.
// @stage solid_angle
fn solid_angle(layer: u32, distance: f32) -> f32 {
    let nearness = frame.close_distance / distance;
    if has(FLAG_POINT_PIXEL) {
        return nearness * nearness;
    }
    return nearness * nearness * (plane_distance(layer) / distance);
}
