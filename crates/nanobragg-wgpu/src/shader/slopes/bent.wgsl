// How a point of a curved detector moves with what it is computed from: the operations of sensitivity/bent.rs.

// Derivatives by the vectors and lengths of a curved panel, in the order of its rows.
struct Bent {
    beam: vec3<real>,
    fdet: vec3<real>,
    sdet: vec3<real>,
    odet: vec3<real>,
    pix0: vec3<real>,
    distance: real,
    close: real,
}

// What something that is computed from a point changes by: by the point, the normal, the distance of the plane.
struct ByPoint {
    point: vec3<real>,
    odet: vec3<real>,
    close: real,
}

// The angle's sine, cosine, and 1 - cosine, which has all its digits where the angle is small.
struct Turn {
    sine: real,
    cosine: real,
    versine: real,
}

fn turn_by(angle: real) -> Turn {
    let half_turns = angle / PI;
    let whole = round(half_turns);
    let rest = half_turns - whole;
    let odd = abs(whole - real(2.0) * round(whole / real(2.0)));
    let sign = real(1.0) - real(2.0) * odd;
    let sine = sign * sin_pi(rest);
    let cosine = sign * cos_pi(rest);
    if cosine > real(0.0) {
        return Turn(sine, cosine, sine * sine / (real(1.0) + cosine));
    }
    return Turn(sine, cosine, real(1.0) - cosine);
}

// `v` rotated about `axis`.
fn turned_about(v: vec3<real>, axis: vec3<real>, turn: Turn) -> vec3<real> {
    return v * turn.cosine + cross_product(axis, v) * turn.sine + axis * (scalar_product(axis, v) * turn.versine);
}

// Derivatives by what a rotated vector is made of.
struct TurnSlopes {
    vector: vec3<real>,
    axis: vec3<real>,
    angle: real,
}

// Of `v` rotated about `axis`, from the derivative `by` of the rotated vector.
// @stage turned_back
fn turned_back(v: vec3<real>, axis: vec3<real>, turn: Turn, by: vec3<real>) -> TurnSlopes {
    let along = scalar_product(axis, v);
    let by_along = scalar_product(axis, by);
    return TurnSlopes(
        by * turn.cosine + cross_product(by, axis) * turn.sine + axis * (by_along * turn.versine),
        cross_product(v, by) * turn.sine + (by * along + v * by_along) * turn.versine,
        scalar_product(by, cross_product(axis, v) * turn.cosine - v * turn.sine) + by_along * along * turn.sine,
    );
}

// Of the point of a sub-pixel.
// @stage bent
fn bent(pixel: Pixel, at: Place, by: ByPoint) -> Bent {
    let beam = vec3<real>(frame.beam_x, frame.beam_y, frame.beam_z);
    let fdet = vec3<real>(frame.fdet_x, frame.fdet_y, frame.fdet_z);
    let sdet = vec3<real>(frame.sdet_x, frame.sdet_y, frame.sdet_z);
    let odet = vec3<real>(frame.odet_x, frame.odet_y, frame.odet_z);
    let pix0 = vec3<real>(frame.pix0_x, frame.pix0_y, frame.pix0_z);
    let fast = subpixel_center(pixel.fast, at.sub_fast);
    let slow = subpixel_center(pixel.slow, at.sub_slow);
    let depth = layer_depth(at.layer);
    let flat = fdet * fast + sdet * slow + odet * depth + pix0;
    let start = beam * frame.distance;
    let swing = turn_by(flat.y / frame.distance);
    let lifted = turned_back(turned_about(start, sdet, swing), fdet, turn_by(flat.z / frame.distance), by.point);
    let swung = turned_back(start, sdet, swing, lifted.vector);
    let by_flat = vec3<real>(real(0.0), swung.angle, lifted.angle) / frame.distance;
    return Bent(
        swung.vector * frame.distance,
        lifted.axis + by_flat * fast,
        swung.axis + by_flat * slow,
        by.odet + by_flat * depth,
        by_flat,
        scalar_product(swung.vector, beam) - scalar_product(by_flat, flat) / frame.distance,
        by.close,
    );
}

fn bent_sum(a: Bent, b: Bent) -> Bent {
    return Bent(
        a.beam + b.beam,
        a.fdet + b.fdet,
        a.sdet + b.sdet,
        a.odet + b.odet,
        a.pix0 + b.pix0,
        a.distance + b.distance,
        a.close + b.close,
    );
}

// What the logarithms of factors change by, per photon.
fn factors_by_point(layer: u32, here: Position, omega: bool, capture: bool) -> ByPoint {
    var by = ByPoint(vec3<real>(real(0.0)), vec3<real>(real(0.0)), real(0.0));
    if omega {
        by.point += omega_slope(layer, here);
        if !has(FLAG_POINT_PIXEL) {
            by.close = real(1.0) / plane_distance(layer);
        }
    }
    if capture {
        by.point += capture_slope(layer, here);
        by.odet = here.unit * capture_by_rho(layer, here);
    }
    return by;
}

// Takes over what the point of a sub-pixel and its factors have been summed to.
fn end_place(rows: ptr<function, Rows>, pixel: Pixel, at: Place, here: Position) {
    if !BENDS {
        return;
    }
    let photons = (*rows).at_place;
    let by = factors_by_point(at.layer, here, has(FLAG_OMEGA_PER_TERM), has(FLAG_CAPTURE_PER_TERM));
    let whole = ByPoint((*rows).force + by.point * photons, by.odet * photons, by.close * photons);
    (*rows).bent = bent_sum((*rows).bent, bent(pixel, at, whole));
    (*rows).force = vec3<real>(real(0.0));
    (*rows).at_place = real(0.0);
}

fn take_over_bent(slot: u32, bent: Bent) {
    take_over_vector(slot, FIRST_POSITION, bent.beam);
    take_over_vector(slot, FIRST_POSITION + 3u, bent.fdet);
    take_over_vector(slot, FIRST_POSITION + 6u, bent.sdet);
    take_over_vector(slot, FIRST_POSITION + 9u, bent.odet);
    take_over_vector(slot, FIRST_POSITION + 12u, bent.pix0);
    take_over(slot, FIRST_POSITION + 15u, bent.distance);
    take_over(slot, FIRST_POSITION + 16u, bent.close);
}

// Adds what factors that enter once change by, of finished photons.
fn add_bent_once(slot: u32, bent: Bent, photons: real) {
    add_once(slot, FIRST_POSITION, bent.beam * photons);
    add_once(slot, FIRST_POSITION + 3u, bent.fdet * photons);
    add_once(slot, FIRST_POSITION + 6u, bent.sdet * photons);
    add_once(slot, FIRST_POSITION + 9u, bent.odet * photons);
    add_once(slot, FIRST_POSITION + 12u, bent.pix0 * photons);
    sums[(FIRST_POSITION + 15u) * dispatch.band_sums + slot] += bent.distance * photons;
    sums[(FIRST_POSITION + 16u) * dispatch.band_sums + slot] += bent.close * photons;
}
