// A shape of a ball: the operations of shapes/coordinate.rs, in their order.

// y, and y less the next whole number.
struct Radius {
    radius: f64,
    rest: f64,
    odd: bool,
}

fn radius_of(at: Indices) -> Radius {
    let radius_sqr = at.offset.x * at.offset.x * frame.cells_a * frame.cells_a
        + at.offset.y * at.offset.y * frame.cells_b * frame.cells_b
        + at.offset.z * at.offset.z * frame.cells_c * frame.cells_c;
    let y = sqrt(radius_sqr * frame.fudge);
    let whole = round(y);
    return Radius(y, y - whole, (i32(whole) & 1) != 0);
}

// @stage ball
fn lattice_factor(at: Indices) -> LatticeFactor {
    let volume = frame.cells_a * frame.cells_b * frame.cells_c;
    let y = radius_of(at);
    let value = profile(y.radius, y.rest);
    let product = volume * PEAK * select(value, -value, y.odd);
    return LatticeFactor(vec3<f64>(1.0lf, 1.0lf, 1.0lf), product);
}
