// A shape of a ball: the operations of shapes/coordinate.rs, in their order.

// @stage ball
fn lattice_factor(at: Indices) -> LatticeFactor {
    let volume = frame.cells_a * frame.cells_b * frame.cells_c;
    let radius_sqr = at.offset.x * at.offset.x * frame.cells_a * frame.cells_a
        + at.offset.y * at.offset.y * frame.cells_b * frame.cells_b
        + at.offset.z * at.offset.z * frame.cells_c * frame.cells_c;
    let y = sqrt(radius_sqr * frame.fudge);
    let whole = round(y);
    let value = profile(y, y - whole);
    let product = volume * PEAK * select(value, -value, (i32(whole) & 1) != 0);
    return LatticeFactor(vec3<f64>(1.0lf, 1.0lf, 1.0lf), product);
}
