// The scattering vector: the operations of physics/scattering.rs, in their order.

struct Source {
    incident_x: f64, incident_y: f64, incident_z: f64,
    wavelength: f64,
    weight: f64,
    // Unit vectors B and E of the polarization.
    b_x: f64, b_y: f64, b_z: f64,
    e_x: f64, e_y: f64, e_z: f64,
}

struct Scattering {
    // q, 1/m.
    vector: vec3<f64>,
}

// @stage scattering
fn scattering(position: Position, source: u32) -> Scattering {
    let incident = vec3<f64>(sources[source].incident_x, sources[source].incident_y, sources[source].incident_z);
    return Scattering((position.unit - incident) / sources[source].wavelength);
}

// @stage beyond_resolution
fn beyond_resolution(q: Scattering) -> bool {
    let stol = 0.5lf * magnitude(q.vector);
    return has(FLAG_DMIN) && stol > 0.0lf && frame.dmin > 0.5lf / stol;
}

// @stage damping
fn damping(q: Scattering) -> f64 {
    if frame.half_b == 0.0lf {
        return 1.0lf;
    }
    return exponential(-(frame.half_b * scalar_product(q.vector, q.vector)));
}

fn scattering_vector(q: Scattering) -> vec3<f64> {
    return q.vector;
}
