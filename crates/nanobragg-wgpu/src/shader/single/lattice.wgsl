// The lattice, in turns.
//
// Of an index h = α · v only the distance from the nearest node matters to the lattice factor, that is, h
// modulo 1: a turn. With v = V 2⁻²² + v' and α = A 2⁻¹⁰ + α' the product V A 2⁻³² is exact in integers that wrap at
// 2³², where a turn ends; what is left, v' α + V 2⁻²² α', is small enough for single precision. N times a turn
// is an integer product that wraps likewise, so that nothing is lost to the size of h or of N h.
//
// v is -q: the turns are those of -h, in [-1/2, 1/2), and the distance from the node in (-1/2, 1/2], as the
// nearest index ceil(h - 1/2) has it.

struct Orientation {
    // α of a, b, c in units of 2⁻¹⁰.
    whole_ax: i32, whole_ay: i32, whole_az: i32,
    whole_bx: i32, whole_by: i32, whole_bz: i32,
    whole_cx: i32, whole_cy: i32, whole_cz: i32,
    // The rest, times 2³².
    rest_ax: f32, rest_ay: f32, rest_az: f32,
    rest_bx: f32, rest_by: f32, rest_bz: f32,
    rest_cx: f32, rest_cy: f32, rest_cz: f32,
    // α itself.
    a_x: f32, a_y: f32, a_z: f32,
    b_x: f32, b_y: f32, b_z: f32,
    c_x: f32, c_y: f32, c_z: f32,
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
    let a = vec3<f32>(o.a_x, o.a_y, o.a_z);
    let b = vec3<f32>(o.b_x, o.b_y, o.b_z);
    let c = vec3<f32>(o.c_x, o.c_y, o.c_z);
    let at = vec3<i32>(
        turns(vec3<i32>(o.whole_ax, o.whole_ay, o.whole_az), vec3<f32>(o.rest_ax, o.rest_ay, o.rest_az), a, v),
        turns(vec3<i32>(o.whole_bx, o.whole_by, o.whole_bz), vec3<f32>(o.rest_bx, o.rest_by, o.rest_bz), b, v),
        turns(vec3<i32>(o.whole_cx, o.whole_cy, o.whole_cz), vec3<f32>(o.rest_cx, o.rest_cy, o.rest_cz), c, v),
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

// Squared distance from the node over that of the spot's edge, or over what the exponent is counted in.
fn star_distance_sqr(offset: vec3<f32>) -> f32 {
    let x = offset.x * frame.a_star_x + offset.y * frame.b_star_x + offset.z * frame.c_star_x;
    let y = offset.x * frame.a_star_y + offset.y * frame.b_star_y + offset.z * frame.c_star_y;
    let z = offset.x * frame.a_star_z + offset.y * frame.b_star_z + offset.z * frame.c_star_z;
    return x * x + y * y + z * z;
}

fn lattice_factor(at: Indices) -> LatticeFactor {
    if SHAPE == SQUARE {
        return square_factor(at);
    }
    var product: f32;
    if SHAPE == ROUND {
        product = round_factor(at);
    } else if SHAPE == GAUSS {
        product = exponential(-star_distance_sqr(at.offset));
    } else {
        product = select(0.0, 1.0, star_distance_sqr(at.offset) < 1.0);
    }
    return LatticeFactor(vec3<f32>(1.0), product);
}

// The indices as they are written into a trace: what they are more than the nearest whole ones.
fn tapped_indices(at: Indices) -> vec3<f32> {
    return at.offset;
}
