// The scattering vector, in turns: v = (i - d) λ₀ / λ, which is -q λ₀ for the shortest wavelength λ₀.

struct Source {
    // Direction of incidence i in units of 2⁻⁵⁴.
    high_x: i32, high_y: i32, high_z: i32,
    low_x: u32, low_y: u32, low_z: u32,
    // λ₀ / λ as units of 2⁻²⁴ and a rest; where the rest is zero and the whole 2²⁴ the two are equal.
    ratio: u32,
    ratio_rest: f32,
    incident_x: f32, incident_y: f32, incident_z: f32,
    wavelength: f32,
    weight: f32,
    // Unit vectors B and E of the polarization.
    b_x: f32, b_y: f32, b_z: f32,
    e_x: f32, e_y: f32, e_z: f32,
}

struct Scattering {
    // v in units of 2⁻²², the rest times 2³², and v itself.
    whole: vec3<i32>,
    rest: vec3<f32>,
    coarse: vec3<f32>,
}

// @stage scattering
fn scattering(position: Position, source: u32) -> Scattering {
    let incident = Fixed(
        vec3<i32>(sources[source].high_x, sources[source].high_y, sources[source].high_z),
        vec3<u32>(sources[source].low_x, sources[source].low_y, sources[source].low_z),
    );
    var v = fixed_difference(incident, position.direction);
    let ratio = sources[source].ratio;
    if ratio != 0x1000000u {
        let parts = split(v);
        let small = vec3<f32>(parts.whole) * (0x1p-22f * sources[source].ratio_rest)
            + parts.rest * (f32(ratio) * 0x1p-24f);
        let product = wide(parts.whole, vec3<u32>(ratio));
        v = fixed_shifted(fixed_sum(product, widened(vec3<i32>(round(small * 0x1p46f)))), 8u);
    }
    let parts = split(v);
    return Scattering(parts.whole, parts.rest * 0x1p32f, vec3<f32>(parts.whole) * 0x1p-22f);
}

// Near the limit the squares' difference is taken of integers, modulo 2³².
// @stage beyond_resolution
fn beyond_resolution(v: Scattering) -> bool {
    if !has(FLAG_DMIN) {
        return false;
    }
    let square = scalar_product(v.coarse, v.coarse);
    if abs(square - frame.dmin) > frame.dmin * 1e-5 {
        return square > frame.dmin;
    }
    let whole = v.whole.x * v.whole.x + v.whole.y * v.whole.y + v.whole.z * v.whole.z - frame.dmin_low;
    return f32(whole) * 0x1p-44f + 2.0 * scalar_product(v.coarse, v.rest * 0x1p-32f) > 0.0;
}

// @stage damping
fn damping(v: Scattering) -> f32 {
    if frame.half_b == 0.0 {
        return 1.0;
    }
    let fine = v.coarse + v.rest * 0x1p-32f;
    return exponential(-(frame.half_b * scalar_product(fine, fine)));
}

// v as it is written into a trace.
fn scattering_vector(v: Scattering) -> vec3<f32> {
    return v.coarse + v.rest * 0x1p-32f;
}
