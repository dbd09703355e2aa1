// How a ball changes.
fn lattice_slopes(at: Indices) -> LatticeSlopes {
    let y = radius_of(at);
    let value = profile(y.radius, y.rest);
    let by_square = slope(y.radius, y.rest, value) * (PI * PI * frame.fudge);
    let cells = vec3<real>(frame.cells_a, frame.cells_b, frame.cells_c);
    let across = cells * at.offset;
    let twice = real(2.0) * PEAK * PEAK * value * unit_sqr();
    return LatticeSlopes(
        PEAK * PEAK * value * value * unit_sqr(),
        twice * by_square * (cells * across),
        twice * (vec3<real>(value) / cells + by_square * (across * at.offset)),
    );
}

const VANISHES = false;
