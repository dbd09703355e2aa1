// The lattice: the operations of physics/lattice.rs, in their order.

struct Orientation {
    a_x: f64, a_y: f64, a_z: f64,
    b_x: f64, b_y: f64, b_z: f64,
    c_x: f64, c_y: f64, c_z: f64,
}

struct Indices {
    hkl: vec3<f64>,
    nearest: vec3<f64>,
    offset: vec3<f64>,
}

// ceil(x - 1/2).
fn round_half_down(x: f64) -> f64 {
    let whole = round(x);
    return select(whole, whole - 1.0lf, whole - x == 0.5lf);
}

fn indices(lattice: Orientation, q: Scattering) -> Indices {
    let hkl = vec3<f64>(
        scalar_product(vec3<f64>(lattice.a_x, lattice.a_y, lattice.a_z), q.vector),
        scalar_product(vec3<f64>(lattice.b_x, lattice.b_y, lattice.b_z), q.vector),
        scalar_product(vec3<f64>(lattice.c_x, lattice.c_y, lattice.c_z), q.vector),
    );
    let nearest = vec3<f64>(round_half_down(hkl.x), round_half_down(hkl.y), round_half_down(hkl.z));
    return Indices(hkl, nearest, hkl - nearest);
}

fn nearest(at: Indices) -> vec3<i32> {
    return vec3<i32>(i32(at.nearest.x), i32(at.nearest.y), i32(at.nearest.z));
}

fn lower(at: Indices) -> vec3<i32> {
    return vec3<i32>(i32(floor(at.hkl.x)), i32(floor(at.hkl.y)), i32(floor(at.hkl.z)));
}

fn fraction(at: Indices) -> vec3<f64> {
    return at.hkl - vec3<f64>(floor(at.hkl.x), floor(at.hkl.y), floor(at.hkl.z));
}

fn safe_along(h: f64, first: i32, shape: u32) -> bool {
    // The table has a border of one entry on either side.
    let least = f64(first + 1);
    return h - least + 3.0lf <= f64(shape - 2u) && h - 2.0lf >= least;
}

fn is_safe(at: Indices) -> bool {
    return safe_along(at.hkl.x, frame.table_first_h, frame.table_shape_h)
        && safe_along(at.hkl.y, frame.table_first_k, frame.table_shape_k)
        && safe_along(at.hkl.z, frame.table_first_l, frame.table_shape_l);
}

struct LatticeFactor {
    axes: vec3<f64>,
    product: f64,
}

// sin(N π h) / sin(π h) by its distance from the node; the sign only where it is looked at.
fn grating(nearest: f64, offset: f64, cells: f64, count: i32) -> f64 {
    if count <= 1 {
        return 1.0lf;
    }
    var ratio = cells;
    var odd = 0;
    if offset != 0.0lf {
        let phase = cells * offset;
        let whole = round(phase);
        ratio = sin_pi(phase - whole) / sin_pi(offset);
        odd = i32(whole);
    }
    if TAPS && ((((count - 1) & i32(nearest)) ^ odd) & 1) != 0 {
        ratio = -ratio;
    }
    return ratio;
}

fn ball(y: f64) -> f64 {
    let x = PI * y;
    if y <= BALL_SERIES {
        return ball_series(x * x);
    }
    let whole = round(y);
    let rest = y - whole;
    let value = 3.0lf * (sin_pi(rest) / x - cos_pi(rest)) / (x * x);
    return select(value, -value, (i32(whole) & 1) != 0);
}

fn star_distance_sqr(offset: vec3<f64>) -> f64 {
    let x = offset.x * frame.a_star_x + offset.y * frame.b_star_x + offset.z * frame.c_star_x;
    let y = offset.x * frame.a_star_y + offset.y * frame.b_star_y + offset.z * frame.c_star_y;
    let z = offset.x * frame.a_star_z + offset.y * frame.b_star_z + offset.z * frame.c_star_z;
    let na = frame.cells_a;
    let nb = frame.cells_b;
    let nc = frame.cells_c;
    return (x * x + y * y + z * z) * na * na * nb * nb * nc * nc;
}

fn lattice_factor(at: Indices) -> LatticeFactor {
    let one = vec3<f64>(1.0lf, 1.0lf, 1.0lf);
    if SHAPE == SQUARE {
        let axes = vec3<f64>(
            grating(at.nearest.x, at.offset.x, frame.cells_a, frame.whole_cells_a),
            grating(at.nearest.y, at.offset.y, frame.cells_b, frame.whole_cells_b),
            grating(at.nearest.z, at.offset.z, frame.cells_c, frame.whole_cells_c),
        );
        return LatticeFactor(axes, axes.x * axes.y * axes.z);
    }
    let volume = frame.cells_a * frame.cells_b * frame.cells_c;
    if SHAPE == ROUND {
        let radius_sqr = at.offset.x * at.offset.x * frame.cells_a * frame.cells_a
            + at.offset.y * at.offset.y * frame.cells_b * frame.cells_b
            + at.offset.z * at.offset.z * frame.cells_c * frame.cells_c;
        return LatticeFactor(one, volume * ROUND_SCALE * ball(sqrt(radius_sqr * frame.fudge)));
    }
    if SHAPE == GAUSS {
        return LatticeFactor(one, volume * exponential(-(star_distance_sqr(at.offset) / GAUSS_RADIUS * frame.fudge)));
    }
    let inside = star_distance_sqr(at.offset) * frame.fudge < TOPHAT_RADIUS;
    return LatticeFactor(one, select(0.0lf, volume, inside));
}

// The indices as they are written into a trace.
fn tapped_indices(at: Indices) -> vec3<f64> {
    return at.hkl;
}

fn tapped_lattice(o: Orientation) -> array<vec3<f64>, 3> {
    return array<vec3<f64>, 3>(
        vec3<f64>(o.a_x, o.a_y, o.a_z),
        vec3<f64>(o.b_x, o.b_y, o.b_z),
        vec3<f64>(o.c_x, o.c_y, o.c_z),
    );
}
