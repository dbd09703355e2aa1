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

// @stage indices
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

// @stage is_safe
fn is_safe(at: Indices) -> bool {
    return safe_along(at.hkl.x, frame.table_first_h, frame.table_shape_h)
        && safe_along(at.hkl.y, frame.table_first_k, frame.table_shape_k)
        && safe_along(at.hkl.z, frame.table_first_l, frame.table_shape_l);
}

struct LatticeFactor {
    axes: vec3<f64>,
    product: f64,
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
