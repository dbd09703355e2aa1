// The structure factor of the unit cell at fractional indices.

struct Amplitude {
    f: real,
    interpolated: bool,
    // A neighborhood that was to be interpolated leaves the table.
    left: bool,
}

// The table with its border of the default: an index beyond it is clamped onto the border.
fn entry(hkl: vec3<i32>) -> real {
    let first = vec3<i32>(frame.table_first_h, frame.table_first_k, frame.table_first_l);
    let shape = vec3<u32>(frame.table_shape_h, frame.table_shape_k, frame.table_shape_l);
    // Both are clamped before they are subtracted, so that nothing wraps.
    let last = first + vec3<i32>(shape) - vec3<i32>(1);
    let at = vec3<u32>(clamp(hkl, first, last) - first);
    let index = (at.x * shape.y + at.y) * shape.z + at.z;
    if index < frame.table_split {
        return table_low[index];
    }
    return table_high[index - frame.table_split];
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

// The product of the polynomials over the 4 × 4 × 4 neighbors: rows along l are contracted last.
// @stage tricubic
fn tricubic(lower: vec3<i32>, fraction: vec3<real>) -> real {
    var along_h = weights(fraction.x);
    var along_k = weights(fraction.y);
    let along_l = weights(fraction.z);
    let origin = lower - vec3<i32>(1);
    var s0 = real(0.0);
    var s1 = real(0.0);
    var s2 = real(0.0);
    var s3 = real(0.0);
    for (var h = 0; h < 4; h++) {
        for (var k = 0; k < 4; k++) {
            let weight = along_h[h] * along_k[k];
            let at = origin + vec3<i32>(h, k, 0);
            s0 += weight * entry(at);
            s1 += weight * entry(at + vec3<i32>(0, 0, 1));
            s2 += weight * entry(at + vec3<i32>(0, 0, 2));
            s3 += weight * entry(at + vec3<i32>(0, 0, 3));
        }
    }
    return along_l.x * s0 + along_l.y * s1 + along_l.z * s2 + along_l.w * s3;
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
