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

// The whole number next to `x`, |x| < 2²², half to even: the low bits of its sum with 1.5 · 2²³. The XOR keeps compilers from
// adding that to a part of the sum that x is, which rounds it twice.
fn rounded(x: f32) -> i32 {
    let apart = bitcast<f32>(bitcast<u32>(x) ^ dispatch.zero);
    return bitcast<i32>(apart + 12582912.0) - 0x4b400000;
}

fn turns(whole: vec3<i32>, rest: vec3<f32>, alpha: vec3<f32>, v: Scattering) -> i32 {
    let fine = scalar_product(v.rest, alpha) + scalar_product(v.coarse, rest);
    let exact = v.whole.x * whole.x + v.whole.y * whole.y + v.whole.z * whole.z;
    if WIDE {
        return exact + i32(round(fine));
    }
    return exact + rounded(fine);
}

// @stage indices
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
    // Cells are shorter than 2¹⁸ wavelengths and v than 4, so that no index comes near 2²².
    let near = -at.coarse - at.offset;
    return vec3<i32>(rounded(near.x), rounded(near.y), rounded(near.z));
}

fn lower(at: Indices) -> vec3<i32> {
    return nearest(at) - select(vec3<i32>(0), vec3<i32>(1), at.turns > vec3<i32>(0));
}

fn fraction(at: Indices) -> vec3<f32> {
    return at.offset + select(vec3<f32>(0.0), vec3<f32>(1.0), at.turns > vec3<i32>(0));
}

// h + 2 ≤ h_max and h - 2 ≥ h_min, of the nearest index and the side of it.
// @stage is_safe
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

// The indices as they are written into a trace: what they are more than the nearest whole ones.
fn tapped_indices(at: Indices) -> vec3<f32> {
    return at.offset;
}

fn tapped_lattice(o: Orientation) -> array<vec3<f32>, 3> {
    return array<vec3<f32>, 3>(o.a.xyz, o.b.xyz, o.c.xyz);
}
