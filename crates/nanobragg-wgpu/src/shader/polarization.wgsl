// The polarization factor (Kahn et al., J. Appl. Cryst. 15, 330, 1982).

struct Polarization {
    factor: real,
    cos_2theta: real,
}

// @stage polarization
fn polarization(source: u32, unit: vec3<real>) -> Polarization {
    var incident = vec3<real>(sources[source].incident_x, sources[source].incident_y, sources[source].incident_z);
    var diffracted = unit;
    if has(FLAG_EPSILON) {
        incident = incident / (magnitude(incident) + real(1e-10));
        diffracted = diffracted / (magnitude(diffracted) + real(1e-10));
    } else {
        incident = unitized(incident);
        diffracted = unitized(diffracted);
    }
    let cos_2theta = scalar_product(incident, diffracted);
    let cos_sqr = cos_2theta * cos_2theta;
    let sin_sqr = real(1.0) - cos_sqr;
    // cos 2ψ = (E² - B²) / (E² + B²): the angle itself is not needed.
    let b = scalar_product(diffracted, vec3<real>(sources[source].b_x, sources[source].b_y, sources[source].b_z));
    let e = scalar_product(diffracted, vec3<real>(sources[source].e_x, sources[source].e_y, sources[source].e_z));
    let length_sqr = e * e + b * b;
    var cos_2psi = real(1.0);
    if length_sqr > real(0.0) {
        cos_2psi = (e * e - b * b) / length_sqr;
    }
    let anisotropic = frame.kahn * cos_2psi * sin_sqr;
    return Polarization(real(0.5) * (real(1.0) + cos_sqr - anisotropic), cos_2theta);
}
