// A shape of a distance from the node.

// A distance in reciprocal space in units of 2⁻¹² and a rest, for Σ of its squares to 2⁻²⁴.
struct Star {
    whole: vec3<i32>,
    rest: vec3<f32>,
    // Its square, coarsely.
    square: f32,
}

// The offset from the node, where the spot's edge, or what its exponent is counted in, is 1. As for the indices,
// the upper halves of the turns and of the reciprocal vectors multiply as integers.
fn star_distance(turns: vec3<i32>) -> Star {
    let upper = turns >> vec3<u32>(16u);
    let lower = vec3<f32>(turns & vec3<i32>(0xffff)) * 0x1p-32f;
    let a = vec3<f32>(frame.a_star_x, frame.a_star_y, frame.a_star_z);
    let b = vec3<f32>(frame.b_star_x, frame.b_star_y, frame.b_star_z);
    let c = vec3<f32>(frame.c_star_x, frame.c_star_y, frame.c_star_z);
    let exact = upper.x * vec3<i32>(frame.star_whole_ax, frame.star_whole_ay, frame.star_whole_az)
        + upper.y * vec3<i32>(frame.star_whole_bx, frame.star_whole_by, frame.star_whole_bz)
        + upper.z * vec3<i32>(frame.star_whole_cx, frame.star_whole_cy, frame.star_whole_cz);
    let high = vec3<f32>(upper) * 0x1p-16f;
    let fine = lower.x * a + lower.y * b + lower.z * c
        + high.x * vec3<f32>(frame.star_rest_ax, frame.star_rest_ay, frame.star_rest_az)
        + high.y * vec3<f32>(frame.star_rest_bx, frame.star_rest_by, frame.star_rest_bz)
        + high.z * vec3<f32>(frame.star_rest_cx, frame.star_rest_cy, frame.star_rest_cz);
    // The integers are in units of 2^(e - 30).
    let shift = vec3<u32>(u32(18 - frame.star_exponent));
    let whole = exact >> shift;
    let unit = bitcast<f32>(u32(frame.star_exponent - 30 + 127) << 23u);
    let rest = vec3<f32>(exact - (whole << shift)) * unit + fine;
    let coarse = vec3<f32>(whole) * 0x1p-12f + rest;
    return Star(whole, rest, scalar_product(coarse, coarse));
}

// The square of a distance less `subtrahend` units of 2⁻²⁴, where that is small.
fn square_beyond(d: Star, subtrahend: i32) -> f32 {
    let squares = d.whole.x * d.whole.x + d.whole.y * d.whole.y + d.whole.z * d.whole.z - subtrahend;
    let coarse = vec3<f32>(d.whole) * 0x1p-12f;
    return f32(squares) * 0x1p-24f + (2.0 * scalar_product(coarse, d.rest) + scalar_product(d.rest, d.rest));
}

// exp(-d). Multiples of ln 2 are taken off while d is an integer.
fn exp_neg(d: Star) -> f32 {
    if d.square > 60.0 {
        return 0.0;
    }
    let k = round(d.square * LOG2_E);
    // ln 2 is 11629080 2⁻²⁴ less a rest.
    let beyond = square_beyond(d, i32(k) * 11629080) + k * 1.904654e-9;
    return exp_series(-beyond) * bitcast<f32>((127 - i32(k)) << 23u);
}

fn exp_neg_sqr(d: Star) -> f32 {
    let value = exp_neg(d);
    return value * value;
}

fn below(d: Star) -> f32 {
    if abs(d.square - 1.0) > 0.5 {
        return select(0.0, 1.0, d.square < 1.0);
    }
    return select(0.0, 1.0, square_beyond(d, 0x1000000) < 0.0);
}

// @stage star
fn lattice_factor(at: Indices) -> LatticeFactor {
    return LatticeFactor(vec3<f32>(1.0), profile(star_distance(at.turns)));
}
