// The structure factor of the unit cell at fractional indices.

struct Amplitude {
    f: real,
    interpolated: bool,
    // A neighborhood that was to be interpolated leaves the table.
    left: bool,
}

// The entry of a place in the table.
fn value(index: u32) -> real {
    if !SPLIT || index < frame.table_split {
        return table_low[index];
    }
    return table_high[index - frame.table_split];
}

// Where the table has a node, its border of the default included: an index beyond it is clamped onto the border.
fn place_of_node(hkl: vec3<i32>) -> u32 {
    let first = vec3<i32>(frame.table_first_h, frame.table_first_k, frame.table_first_l);
    let shape = vec3<u32>(frame.table_shape_h, frame.table_shape_k, frame.table_shape_l);
    // Both are clamped before they are subtracted, so that nothing wraps.
    let last = first + vec3<i32>(shape) - vec3<i32>(1);
    let at = vec3<u32>(clamp(hkl, first, last) - first);
    return (at.x * shape.y + at.y) * shape.z + at.z;
}

fn entry(hkl: vec3<i32>) -> real {
    return value(place_of_node(hkl));
}

// The 4-point Lagrange polynomials at the fraction `u` behind the second of four nodes.
// @stage weights
fn weights(u: real) -> vec4<real> {
    let d0 = u + real(1.0);
    let d2 = u - real(1.0);
    let d3 = u - real(2.0);
    let inner = u * d2;
    let outer = d0 * d3;
    let sixth = real(1.0) / real(6.0);
    return vec4<real>(-sixth * inner * d3, real(0.5) * outer * d2, real(-0.5) * outer * u, sixth * inner * d0);
}

// Four neighbors along l.
fn neighbors(index: u32) -> vec4<real> {
    return vec4<real>(value(index), value(index + 1u), value(index + 2u), value(index + 3u));
}

// What the four rows of a layer of neighbors add to the sums of each place along l.
fn layer_of_rows(before: vec4<real>, index: u32, along_h: real, along_k: vec4<real>) -> vec4<real> {
    let step = frame.table_shape_l;
    var sum = before + (along_h * along_k.x) * neighbors(index);
    sum += (along_h * along_k.y) * neighbors(index + step);
    sum += (along_h * along_k.z) * neighbors(index + 2u * step);
    sum += (along_h * along_k.w) * neighbors(index + 3u * step);
    return sum;
}

// The place of the first of the neighbors of a point, all of which are in the table.
fn first_neighbor(lower: vec3<i32>) -> u32 {
    let first = vec3<i32>(frame.table_first_h, frame.table_first_k, frame.table_first_l);
    let at = vec3<u32>(lower - vec3<i32>(1) - first);
    return (at.x * frame.table_shape_k + at.y) * frame.table_shape_l + at.z;
}

// The product of the polynomials over the 4 × 4 × 4 neighbors, all of which are in the table: rows along l are
// contracted last. Nothing is indexed by a variable but the table, so that all else stays in registers.
// @stage tricubic
fn tricubic(lower: vec3<i32>, fraction: vec3<real>) -> real {
    let along_h = weights(fraction.x);
    let along_k = weights(fraction.y);
    let along_l = weights(fraction.z);
    let index = first_neighbor(lower);
    let step = frame.table_shape_k * frame.table_shape_l;
    var sum = layer_of_rows(vec4<real>(real(0.0)), index, along_h.x, along_k);
    sum = layer_of_rows(sum, index + step, along_h.y, along_k);
    sum = layer_of_rows(sum, index + 2u * step, along_h.z, along_k);
    sum = layer_of_rows(sum, index + 3u * step, along_h.w, along_k);
    return along_l.x * sum.x + along_l.y * sum.y + along_l.z * sum.z + along_l.w * sum.w;
}

fn amplitude(indices: Indices, interpolates: bool) -> Amplitude {
    if F_CELL == UNIFORM {
        return Amplitude(frame.default_f, false, false);
    }
    if F_CELL == TRICUBIC && interpolates {
        if is_safe(indices) {
            return Amplitude(tricubic(lower(indices), fraction(indices)), true, false);
        }
        return Amplitude(entry(nearest(indices)), false, true);
    }
    return Amplitude(entry(nearest(indices)), false, false);
}
