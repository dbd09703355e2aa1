// How an exponential of a distance changes: its square is exp(-2 d²), d² that of a matrix times δ.
fn lattice_slopes(at: Indices) -> LatticeSlopes {
    let value = square(star_of(at)) * unit_sqr();
    let a = vec3<real>(frame.a_star_x, frame.a_star_y, frame.a_star_z);
    let b = vec3<real>(frame.b_star_x, frame.b_star_y, frame.b_star_z);
    let c = vec3<real>(frame.c_star_x, frame.c_star_y, frame.c_star_z);
    let away = a * at.offset.x + b * at.offset.y + c * at.offset.z;
    let along = vec3<real>(scalar_product(a, away), scalar_product(b, away), scalar_product(c, away));
    return LatticeSlopes(value, along * (real(-4.0) * star_scale() * value), vec3<real>(real(0.0)));
}

const VANISHES = true;
