// What sources, sub-pixels and pixels add when they end: the operations of sensitivity/sums/flush.rs.

fn cross_product(a: vec3<real>, b: vec3<real>) -> vec3<real> {
    return vec3<real>(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

// The derivative of the logarithm of the polarization factor by the direction `d`, of
// p = [1 + (d·i)² - K ((d·E)² - (d·B)²)] / 2. Where p vanishes it is least, and the terms that it multiplies are zero.
// @stage polar_slope
fn polar_slope(source: u32, d: vec3<real>) -> vec3<real> {
    let incident = unitized(
        vec3<real>(sources[source].incident_x, sources[source].incident_y, sources[source].incident_z),
    );
    let field = vec3<real>(sources[source].e_x, sources[source].e_y, sources[source].e_z);
    let across = vec3<real>(sources[source].b_x, sources[source].b_y, sources[source].b_z);
    let along = scalar_product(d, incident);
    let e = scalar_product(d, field);
    let b = scalar_product(d, across);
    let p = real(0.5) * (real(1.0) + along * along - frame.kahn * (e * e - b * b));
    if p <= real(0.0) {
        return vec3<real>(real(0.0));
    }
    return (incident * along - (field * e - across * b) * frame.kahn) / p;
}

// The derivative of ln Ω by a shift of the detector.
// @stage omega_slope
fn omega_slope(layer: u32, here: Position) -> vec3<real> {
    if has(FLAG_POINT_PIXEL) {
        return here.unit * (real(-2.0) / here.distance);
    }
    let by_point = here.unit * (real(-3.0) / here.distance);
    // The plane of a curved detector is no function of the point.
    if BENDS {
        return by_point;
    }
    let normal = vec3<real>(frame.odet_x, frame.odet_y, frame.odet_z);
    return normal / plane_distance(layer) + by_point;
}

// The derivative of the logarithm of the capture fraction by ρ = d · odet.
fn capture_by_rho(layer: u32, here: Position) -> real {
    let rho = scalar_product(here.unit, vec3<real>(frame.odet_x, frame.odet_y, frame.odet_z));
    let x = frame.layer_spacing * frame.mu / rho;
    let first = captured(real(0.0), x);
    if !has(FLAG_ABSORBING) || first == real(0.0) {
        return real(0.0);
    }
    return (real(layer) * x - x * exponential(-x) / first) / rho;
}

// The same by a shift of the detector.
// @stage capture_slope
fn capture_slope(layer: u32, here: Position) -> vec3<real> {
    let normal = vec3<real>(frame.odet_x, frame.odet_y, frame.odet_z);
    let rho = scalar_product(here.unit, normal);
    return (normal - here.unit * rho) * (capture_by_rho(layer, here) / here.distance);
}

// The derivative of the logarithm of the factors of each term by a shift of the detector.
fn factors_slope(layer: u32, here: Position) -> vec3<real> {
    var slope = vec3<real>(real(0.0));
    if has(FLAG_OMEGA_PER_TERM) {
        slope += omega_slope(layer, here);
    }
    if has(FLAG_CAPTURE_PER_TERM) {
        slope += capture_slope(layer, here);
    }
    return slope;
}

// Takes over what some orientations of a source have added to the groups that are no sums over terms. `shift`: the slope of the
// sub-pixel's factors; `weight`: the source's weight times the number of orientations.
// @stage end_source
fn end_source(
    rows: ptr<function, Rows>,
    spots: Spots,
    source: u32,
    q: Scattering,
    here: Position,
    shift: vec3<real>,
    weight: real,
    slot: u32,
) {
    let water = frame.background_per_term * weight;
    let photons = spots.photons + water;
    (*rows).photons += photons;
    var by_q = spots.by_q;
    if frame.half_b != real(0.0) {
        by_q -= scattered(q) * (real(2.0) * frame.half_b * spots.photons);
    }
    if SUMS_DAMPING {
        (*rows).damping -= real(0.5) * scalar_product(scattered(q), scattered(q)) * spots.photons;
    }
    if SUMS_WAVELENGTH {
        (*rows).wavelength -= table_high[source * PER_SOURCE] * scalar_product(by_q, scattered(q));
    }
    if SUMS_WATER {
        (*rows).water += water;
    }
    if SUMS_WEIGHTS {
        let row = table_high[source * PER_SOURCE + 1u];
        if row >= real(0.0) {
            take_over(slot, u32(row), photons / sources[source].weight);
        }
    }
    if SUMS_MOVES {
        let d = here.unit;
        let by_scattered = by_q * per_wavelength(source);
        var by_polar = vec3<real>(real(0.0));
        if has(FLAG_POLARIZED) && has(FLAG_POLAR_PER_TERM) {
            by_polar = polar_slope(source, d) * photons;
        }
        let by_direction = by_scattered + by_polar;
        if SUMS_POSITION {
            (*rows).force += (by_direction - d * scalar_product(d, by_direction)) / here.distance + shift * photons;
            if BENDS {
                (*rows).at_place += photons;
            } else {
                (*rows).torque += cross_product(d, by_direction);
            }
        }
        if SUMS_BEAM {
            let incident =
                vec3<real>(sources[source].incident_x, sources[source].incident_y, sources[source].incident_z);
            (*rows).beam -= cross_product(incident, by_scattered) + cross_product(d, by_polar);
        }
    }
}

// The factors of a pixel that are computed once, and the derivatives of their logarithms by a shift and a rotation of the
// detector, or by the numbers of a curved one.
struct Once {
    factor: real,
    force: vec3<real>,
    torque: vec3<real>,
    bent: Bent,
}

fn factors_of(pixel: Pixel) -> Once {
    var once = Once();
    once.factor = real(1.0);
    let per_layer = frame.oversample * frame.oversample;
    if !has(FLAG_CAPTURE_PER_TERM) {
        let last = frame.layers - 1u;
        let at = place_of(last * per_layer);
        let here = position(pixel, at);
        once.factor *= layer_capture(last, here.unit);
        if BENDS {
            once.bent = bent_sum(once.bent, bent(pixel, at, factors_by_point(last, here, false, true)));
        } else {
            once.force += capture_slope(last, here);
        }
    }
    if !has(FLAG_POLAR_PER_TERM) && has(FLAG_POLARIZED) {
        once.factor *= first_polarization(pixel);
        let lit = first_lit(pixel);
        if lit.source < frame.sources {
            let at = place_of(lit.place);
            let here = position(pixel, at);
            let slope = polar_slope(lit.source, here.unit);
            let across = (slope - here.unit * scalar_product(here.unit, slope)) / here.distance;
            if BENDS {
                let by = ByPoint(across, vec3<real>(real(0.0)), real(0.0));
                once.bent = bent_sum(once.bent, bent(pixel, at, by));
            } else {
                once.force += across;
            }
            once.torque += cross_product(here.unit, slope);
        }
    }
    if !has(FLAG_OMEGA_PER_TERM) {
        let at = place_of(0u);
        let here = position(pixel, at);
        once.factor *= solid_angle(0u, here.distance);
        if BENDS {
            once.bent = bent_sum(once.bent, bent(pixel, at, factors_by_point(0u, here, true, false)));
        } else {
            once.force += omega_slope(0u, here);
        }
    }
    return once;
}

struct First {
    place: u32,
    source: u32,
}

// The first source that the resolution limit leaves, and where; beyond the last one where it leaves none.
fn first_lit(pixel: Pixel) -> First {
    let places = frame.layers * frame.oversample * frame.oversample;
    for (var number = 0u; number < places; number++) {
        let here = position(pixel, place_of(number));
        for (var source = 0u; source < frame.sources; source++) {
            if !beyond_resolution(scattering(here, source)) {
                return First(number, source);
            }
        }
    }
    return First(0u, frame.sources);
}
