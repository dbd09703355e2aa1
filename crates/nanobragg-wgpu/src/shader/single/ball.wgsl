// A shape of a ball, y² = fudge Σ (N δ)².
//
// Of y its distance from the next whole number has to be good where y is hundreds. Each √fudge N δ is an
// integer product, taken in units of 2⁻¹² and a rest; a root in single precision, rounded to such units, is
// corrected by what its square lacks, of which the integers' part is exact modulo 2³².
// y, and y less the next whole number.
struct Radius {
    radius: f32,
    rest: f32,
    odd: bool,
}

fn radius_of(at: Indices) -> Radius {
    let product = wide(at.turns, vec3<u32>(frame.radius_a, frame.radius_b, frame.radius_c));
    let shift = vec3<u32>(frame.radius_shift);
    let whole = product.high >> shift;
    let rest = (vec3<f32>(product.high - (whole << shift)) + vec3<f32>(product.low) * 0x1p-32f)
        * (0x1p-12f / f32(1u << frame.radius_shift));
    let coarse = vec3<f32>(whole) * 0x1p-12f;
    let sum = coarse + rest;
    let radius = sqrt(scalar_product(sum, sum));
    let units = i32(round(radius * 4096.0));
    let lacking = whole.x * whole.x + whole.y * whole.y + whole.z * whole.z - units * units;
    let missing = f32(lacking) * 0x1p-24f + (2.0 * scalar_product(coarse, rest) + scalar_product(rest, rest));
    // Next to the node nothing has to be corrected.
    let correction = 0.5 * missing / (f32(max(units, 1)) * 0x1p-12f);
    let turn = (units + 2048) >> 12u;
    let y = f32(units - (turn << 12u)) * 0x1p-12f + correction;
    return Radius(radius, y, (turn & 1) != 0 && radius > 0.5);
}

// @stage ball
fn lattice_factor(at: Indices) -> LatticeFactor {
    let y = radius_of(at);
    let value = profile(y.radius, y.rest);
    return LatticeFactor(vec3<f32>(1.0), PEAK * select(value, -value, y.odd));
}
