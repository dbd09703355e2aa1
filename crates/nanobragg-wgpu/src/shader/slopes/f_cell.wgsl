// How the structure factor changes with the indices, where it is interpolated.

struct AmplitudeSlopes {
    f: real,
    by_index: vec3<real>,
}

fn sum_of_pairs(a: real, b: real, c: real) -> real {
    return a * b + b * c + c * a;
}

// The derivatives of the polynomials.
// @stage weight_slopes
fn weight_slopes(u: real) -> vec4<real> {
    let d0 = u + real(1.0);
    let d2 = u - real(1.0);
    let d3 = u - real(2.0);
    let sixth = real(1.0) / real(6.0);
    return vec4<real>(
        -sixth * sum_of_pairs(u, d2, d3),
        real(0.5) * sum_of_pairs(d0, d2, d3),
        real(-0.5) * sum_of_pairs(d0, u, d3),
        sixth * sum_of_pairs(d0, u, d2),
    );
}

// Layers of neighbors, summed over h and k, for each place along l; and how these sums change.
struct LayerSums {
    along: vec4<real>,
    by_h: vec4<real>,
    by_k: vec4<real>,
}

fn with_layer(
    before: LayerSums,
    index: u32,
    along_h: real,
    slope_h: real,
    along_k: vec4<real>,
    slopes_k: vec4<real>,
) -> LayerSums {
    let rows = layer_of_rows(vec4<real>(real(0.0)), index, real(1.0), along_k);
    return LayerSums(
        before.along + along_h * rows,
        before.by_h + slope_h * rows,
        layer_of_rows(before.by_k, index, along_h, slopes_k),
    );
}

fn four_product(a: vec4<real>, b: vec4<real>) -> real {
    return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
}

// The interpolated structure factor and its derivatives by h, k, l.
fn tricubic_slopes(lower: vec3<i32>, fraction: vec3<real>) -> AmplitudeSlopes {
    let along_h = weights(fraction.x);
    let along_k = weights(fraction.y);
    let along_l = weights(fraction.z);
    let slopes_h = weight_slopes(fraction.x);
    let slopes_k = weight_slopes(fraction.y);
    let index = first_neighbor(lower);
    let step = frame.table_shape_k * frame.table_shape_l;
    var sums = with_layer(LayerSums(), index, along_h.x, slopes_h.x, along_k, slopes_k);
    sums = with_layer(sums, index + step, along_h.y, slopes_h.y, along_k, slopes_k);
    sums = with_layer(sums, index + 2u * step, along_h.z, slopes_h.z, along_k, slopes_k);
    sums = with_layer(sums, index + 3u * step, along_h.w, slopes_h.w, along_k, slopes_k);
    let by_index = vec3<real>(
        four_product(along_l, sums.by_h),
        four_product(along_l, sums.by_k),
        four_product(weight_slopes(fraction.z), sums.along),
    );
    return AmplitudeSlopes(four_product(along_l, sums.along), by_index);
}

fn amplitude_slopes(at: Indices) -> AmplitudeSlopes {
    if F_CELL == TRICUBIC && is_safe(at) {
        return tricubic_slopes(lower(at), fraction(at));
    }
    return AmplitudeSlopes(amplitude(at, false).f, vec3<real>(real(0.0)));
}
