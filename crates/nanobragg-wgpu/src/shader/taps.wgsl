// What a trace sees: the values of one pixel, written to `sums` in the order in which they are evaluated.

fn tap3(out: u32, v: vec3<real>) -> u32 {
    sums[out] = v.x;
    sums[out + 1u] = v.y;
    sums[out + 2u] = v.z;
    return out + 3u;
}

fn tap(out: u32, x: real) -> u32 {
    sums[out] = x;
    return out + 1u;
}

fn tap_place(first: u32, position: Position, kept: Kept) -> u32 {
    var out = tap3(first, position.point);
    out = tap(out, position.distance);
    out = tap3(out, position.unit);
    out = tap(out, kept.omega);
    return tap(out, kept.capture);
}

fn tap_source(first: u32, source: u32, q: Scattering, survives: bool, kept: Kept) -> u32 {
    var out = tap(first, select(real(0.0), real(1.0), survives));
    out = tap3(out, vec3<real>(sources[source].incident_x, sources[source].incident_y, sources[source].incident_z));
    out = tap(out, sources[source].wavelength);
    out = tap3(out, scattering_vector(q));
    out = tap(out, kept.polar);
    return tap(out, kept.cos_2theta);
}

fn tap_term(
    first: u32,
    lattice: Orientation,
    at: Indices,
    f_latt: LatticeFactor,
    f_cell: Amplitude,
    amount: real,
    sum: Sum,
) -> u32 {
    let vectors = tapped_lattice(lattice);
    var out = tap3(first, vectors[0]);
    out = tap3(out, vectors[1]);
    out = tap3(out, vectors[2]);
    out = tap3(out, tapped_indices(at));
    let near = nearest(at);
    out = tap3(out, vec3<real>(real(near.x), real(near.y), real(near.z)));
    out = tap3(out, f_latt.axes);
    out = tap(out, f_latt.product);
    out = tap(out, f_cell.f);
    out = tap(out, select(real(0.0), real(1.0), f_cell.interpolated));
    out = tap(out, select(real(0.0), real(1.0), f_cell.left));
    out = tap(out, amount);
    return tap(out, sum.high + sum.low);
}

fn tap_finished(first: u32, sum: Sum, kept: Kept) {
    var out = tap(first, sum.high + sum.low);
    out = tap(out, kept.omega);
    out = tap(out, select(select(real(1.0), real(0.0), has(FLAG_POLARIZED)), kept.polar, kept.has_polar));
    out = tap(out, kept.capture);
}
