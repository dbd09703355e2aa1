// A shape of a distance from the node: the operations of shapes/coordinate.rs, in their order.

struct Star {
    square: f64,
}

fn star_distance(offset: vec3<f64>) -> Star {
    let x = offset.x * frame.a_star_x + offset.y * frame.b_star_x + offset.z * frame.c_star_x;
    let y = offset.x * frame.a_star_y + offset.y * frame.b_star_y + offset.z * frame.c_star_y;
    let z = offset.x * frame.a_star_z + offset.y * frame.b_star_z + offset.z * frame.c_star_z;
    let f = frame.star_factor_a;
    let g = frame.star_factor_b;
    let h = frame.star_factor_c;
    return Star((x * x + y * y + z * z) * f * f * g * g * h * h);
}

fn exp_neg(at: Star) -> f64 {
    return exponential(-(at.square / RADIUS_SQR * frame.fudge));
}

fn exp_neg_sqr(at: Star) -> f64 {
    let value = exp_neg(at);
    return value * value;
}

fn below(at: Star) -> f64 {
    return select(0.0lf, 1.0lf, at.square * frame.fudge < RADIUS_SQR);
}

// @stage star
fn lattice_factor(at: Indices) -> LatticeFactor {
    let volume = frame.cells_a * frame.cells_b * frame.cells_c;
    return LatticeFactor(vec3<f64>(1.0lf, 1.0lf, 1.0lf), volume * profile(star_distance(at.offset)));
}
