// The lattice, in turns.
//
// Of an index h = α · v only the distance from the nearest node matters to the lattice factor, that is, h
// modulo 1: a turn. With v = V 2⁻²² + v' and α = A 2⁻¹⁰ + α' the product V A 2⁻³² is exact in integers that wrap at
// 2³², where a turn ends; what is left, v' α + V 2⁻²² α', is small enough for single precision. N times a turn
// is an integer product that wraps likewise, so that nothing is lost to the size of h or of N h.
//
// v is -q: the turns are those of -h, in [-1/2, 1/2), and the distance from the node in (-1/2, 1/2], as the
// nearest index ceil(h - 1/2) has it.

// Of each of a, b, c: α in units of 2⁻¹⁰, the rest times 2³², and α itself, without gaps: every load costs a term.
struct Orientation {
    whole_a_b_x: vec4<i32>,
    whole_b_yz_c_xy: vec4<i32>,
    // The bits of numbers from here on, but for the first.
    whole_c_z_rest_a: vec4<i32>,
    rest_b_c_x: vec4<i32>,
    rest_c_yz_a_xy: vec4<i32>,
    a_z_b: vec4<i32>,
    c: vec4<i32>,
}

// An orientation, unpacked.
struct Lattice {
    whole_a: vec3<i32>,
    whole_b: vec3<i32>,
    whole_c: vec3<i32>,
    rest_a: vec3<f32>,
    rest_b: vec3<f32>,
    rest_c: vec3<f32>,
    a: vec3<f32>,
    b: vec3<f32>,
    c: vec3<f32>,
}

fn unpacked(o: Orientation) -> Lattice {
    let rest_a = bitcast<vec4<f32>>(o.whole_c_z_rest_a);
    let rest_b = bitcast<vec4<f32>>(o.rest_b_c_x);
    let rest_c = bitcast<vec4<f32>>(o.rest_c_yz_a_xy);
    let b = bitcast<vec4<f32>>(o.a_z_b);
    let c = bitcast<vec4<f32>>(o.c);
    return Lattice(
        o.whole_a_b_x.xyz,
        vec3<i32>(o.whole_a_b_x.w, o.whole_b_yz_c_xy.xy),
        vec3<i32>(o.whole_b_yz_c_xy.zw, o.whole_c_z_rest_a.x),
        rest_a.yzw,
        rest_b.xyz,
        vec3<f32>(rest_b.w, rest_c.xy),
        vec3<f32>(rest_c.zw, b.x),
        b.yzw,
        c.xyz,
    );
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
fn indices(packed: Orientation, v: Scattering) -> Indices {
    let o = unpacked(packed);
    let at = vec3<i32>(
        turns(o.whole_a, o.rest_a, o.a, v),
        turns(o.whole_b, o.rest_b, o.b, v),
        turns(o.whole_c, o.rest_c, o.c, v),
    );
    var coarse = vec3<f32>(0.0);
    if F_CELL != UNIFORM || TAPS {
        coarse = vec3<f32>(scalar_product(o.a, v.coarse), scalar_product(o.b, v.coarse), scalar_product(o.c, v.coarse));
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

fn tapped_lattice(packed: Orientation) -> array<vec3<f32>, 3> {
    let o = unpacked(packed);
    return array<vec3<f32>, 3>(o.a, o.b, o.c);
}
