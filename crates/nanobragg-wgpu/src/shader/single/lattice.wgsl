// The lattice, in turns.
//
// Of an index h = α · v only the distance from the nearest node matters to the lattice factor, that is, h
// modulo 1: a turn. With v = V 2⁻²² + v' and α = A 2⁻¹⁰ + α' the product V A 2⁻³² is exact in integers that wrap at
// 2³², where a turn ends; what is left, v' α + V 2⁻²² α', is small enough for single precision. N times a turn
// is an integer product that wraps likewise, so that nothing is lost to the size of h or of N h.
//
// v is -q: the turns are those of -h, in [-1/2, 1/2), and the distance from the node in (-1/2, 1/2], as the
// nearest index ceil(h - 1/2) has it.

// Vectors of four, of which the last is unused: they are loaded at once.
struct Orientation {
    // α of a, b, c in units of 2⁻¹⁰.
    whole_a: vec4<i32>,
    whole_b: vec4<i32>,
    whole_c: vec4<i32>,
    // The rest, times 2³².
    rest_a: vec4<f32>,
    rest_b: vec4<f32>,
    rest_c: vec4<f32>,
    // α itself.
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
}

struct Indices {
    // Turns of -h, -k, -l.
    turns: vec3<i32>,
    // h - h0 and so on.
    offset: vec3<f32>,
    // -h and so on, coarsely.
    coarse: vec3<f32>,
}

fn turns(whole: vec3<i32>, rest: vec3<f32>, alpha: vec3<f32>, v: Scattering) -> i32 {
    let fine = scalar_product(v.rest, alpha) + scalar_product(v.coarse, rest);
    return v.whole.x * whole.x + v.whole.y * whole.y + v.whole.z * whole.z + i32(round(fine));
}

fn indices(o: Orientation, v: Scattering) -> Indices {
    let a = o.a.xyz;
    let b = o.b.xyz;
    let c = o.c.xyz;
    let at = vec3<i32>(
        turns(o.whole_a.xyz, o.rest_a.xyz, a, v),
        turns(o.whole_b.xyz, o.rest_b.xyz, b, v),
        turns(o.whole_c.xyz, o.rest_c.xyz, c, v),
    );
    var coarse = vec3<f32>(0.0);
    if F_CELL != UNIFORM || TAPS {
        coarse = vec3<f32>(scalar_product(a, v.coarse), scalar_product(b, v.coarse), scalar_product(c, v.coarse));
    }
    return Indices(at, vec3<f32>(at) * -0x1p-32f, coarse);
}

fn nearest(at: Indices) -> vec3<i32> {
    return vec3<i32>(round(-at.coarse - at.offset));
}

fn lower(at: Indices) -> vec3<i32> {
    return nearest(at) - select(vec3<i32>(0), vec3<i32>(1), at.turns > vec3<i32>(0));
}

fn fraction(at: Indices) -> vec3<f32> {
    return at.offset + select(vec3<f32>(0.0), vec3<f32>(1.0), at.turns > vec3<i32>(0));
}

// h + 2 ≤ h_max and h - 2 ≥ h_min, of the nearest index and the side of it.
fn is_safe(at: Indices) -> bool {
    let first = vec3<i32>(frame.table_first_h, frame.table_first_k, frame.table_first_l);
    let shape = vec3<i32>(i32(frame.table_shape_h), i32(frame.table_shape_k), i32(frame.table_shape_l));
    let least = first + vec3<i32>(3);
    let most = first + shape - vec3<i32>(4);
    let near = nearest(at);
    let above = select(vec3<i32>(0), vec3<i32>(1), at.turns < vec3<i32>(0));
    let below = select(vec3<i32>(0), vec3<i32>(1), at.turns > vec3<i32>(0));
    return all(near - below >= least) && all(near + above <= most);
}

struct LatticeFactor {
    axes: vec3<f32>,
    // F_latt over the number of cells.
    product: f32,
}

// Keeps 0 / 0 away from the nodes, as at a node the quotient of the two is 1.
const TINY: f32 = 1e-12;

// sin(N π h) / sin(π h), squared and with the sign of its own, of turns.
fn square_factor(at: Indices) -> LatticeFactor {
    let count = vec3<i32>(frame.whole_cells_a, frame.whole_cells_b, frame.whole_cells_c);
    let cells = vec3<f32>(frame.cells_a, frame.cells_b, frame.cells_c);
    let phase = at.turns * count;
    let x = vec3<f32>(phase) * 0x1p-32f + cells * TINY;
    let y = vec3<f32>(at.turns) * 0x1p-32f + vec3<f32>(TINY);
    let fringes = vec3<f32>(sin_pi(x.x), sin_pi(x.y), sin_pi(x.z));
    let spots = vec3<f32>(sin_pi(y.x), sin_pi(y.y), sin_pi(y.z)) * cells;
    if TAPS {
        // Whole turns of N δ, whose parity and that of (N - 1) h0 are the sign.
        let spun = vec3<i32>(round(cells * y - x));
        let odd = (((count - vec3<i32>(1)) * nearest(at)) ^ spun) & vec3<i32>(1);
        let sign = select(vec3<f32>(1.0), vec3<f32>(-1.0), odd == vec3<i32>(1));
        let axes = fringes / spots * sign;
        return LatticeFactor(axes * cells, axes.x * axes.y * axes.z);
    }
    return LatticeFactor(vec3<f32>(1.0), (fringes.x * fringes.y * fringes.z) / (spots.x * spots.y * spots.z));
}

// 3 (sin x / x - cos x) / x² with x = π y, y² = fudge Σ (N δ)².
//
// Of y its distance from the next whole number has to be good where y is hundreds. Each √fudge N δ is an
// integer product, taken in units of 2⁻¹² and a rest; a root in single precision, rounded to such units, is
// corrected by what its square lacks, of which the integers' part is exact modulo 2³².
fn round_factor(at: Indices) -> f32 {
    let product = wide(at.turns, vec3<u32>(frame.radius_a, frame.radius_b, frame.radius_c));
    let shift = vec3<u32>(frame.radius_shift);
    let whole = product.high >> shift;
    let rest = (vec3<f32>(product.high - (whole << shift)) + vec3<f32>(product.low) * 0x1p-32f)
        * (0x1p-12f / f32(1u << frame.radius_shift));
    let coarse = vec3<f32>(whole) * 0x1p-12f;
    let sum = coarse + rest;
    let radius = sqrt(scalar_product(sum, sum));
    if radius <= BALL_SERIES {
        let x = PI * radius;
        return ROUND_SCALE * ball_series(x * x);
    }
    let units = i32(round(radius * 4096.0));
    let lacking = whole.x * whole.x + whole.y * whole.y + whole.z * whole.z - units * units;
    let missing = f32(lacking) * 0x1p-24f + (2.0 * scalar_product(coarse, rest) + scalar_product(rest, rest));
    let correction = 0.5 * missing / (f32(units) * 0x1p-12f);
    let turn = (units + 2048) >> 12u;
    let y = f32(units - (turn << 12u)) * 0x1p-12f + correction;
    let x = PI * radius;
    let value = 3.0 * (sin_pi(y) / x - cos_pi(y)) / (x * x);
    return ROUND_SCALE * select(value, -value, (turn & 1) != 0);
}

// A distance in reciprocal space in units of 2⁻¹² and a rest, for Σ of its squares to 2⁻²⁴.
struct Distance {
    whole: vec3<i32>,
    rest: vec3<f32>,
    // Its square, coarsely.
    square: f32,
}

// The offset from the node, where the spot's edge, or what its exponent is counted in, is 1. As for the indices,
// the upper halves of the turns and of the reciprocal vectors multiply as integers.
fn star_distance(turns: vec3<i32>) -> Distance {
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
    return Distance(whole, rest, scalar_product(coarse, coarse));
}

// The square of a distance less `subtrahend` units of 2⁻²⁴, where that is small.
fn square_beyond(d: Distance, subtrahend: i32) -> f32 {
    let squares = d.whole.x * d.whole.x + d.whole.y * d.whole.y + d.whole.z * d.whole.z - subtrahend;
    let coarse = vec3<f32>(d.whole) * 0x1p-12f;
    return f32(squares) * 0x1p-24f + (2.0 * scalar_product(coarse, d.rest) + scalar_product(d.rest, d.rest));
}

// exp(-x²). Multiples of ln 2 are taken off while x² is an integer.
fn gauss_factor(d: Distance) -> f32 {
    if d.square > 60.0 {
        return 0.0;
    }
    let k = round(d.square * LOG2_E);
    // ln 2 is 11629080 2⁻²⁴ less a rest.
    let beyond = square_beyond(d, i32(k) * 11629080) + k * 1.904654e-9;
    return exp_series(-beyond) * bitcast<f32>((127 - i32(k)) << 23u);
}

fn tophat_factor(d: Distance) -> f32 {
    if abs(d.square - 1.0) > 0.5 {
        return select(0.0, 1.0, d.square < 1.0);
    }
    return select(0.0, 1.0, square_beyond(d, 0x1000000) < 0.0);
}

fn lattice_factor(at: Indices) -> LatticeFactor {
    if SHAPE == SQUARE {
        return square_factor(at);
    }
    var product: f32;
    if SHAPE == ROUND {
        product = round_factor(at);
    } else if SHAPE == GAUSS {
        product = gauss_factor(star_distance(at.turns));
    } else {
        product = tophat_factor(star_distance(at.turns));
    }
    return LatticeFactor(vec3<f32>(1.0), product);
}

// The indices as they are written into a trace: what they are more than the nearest whole ones.
fn tapped_indices(at: Indices) -> vec3<f32> {
    return at.offset;
}

fn tapped_lattice(o: Orientation) -> array<vec3<f32>, 3> {
    return array<vec3<f32>, 3>(o.a.xyz, o.b.xyz, o.c.xyz);
}
