// What slopes need of the lattice in double precision.

// F_latt² and its derivatives by δ and by the number of cells.
struct LatticeSlopes {
    square: f64,
    by_offset: vec3<f64>,
    by_cells: vec3<f64>,
}

fn unit_sqr() -> f64 {
    let volume = frame.cells_a * frame.cells_b * frame.cells_c;
    return volume * volume;
}

fn whole_indices(o: Orientation, q: Scattering, at: Indices) -> vec3<f64> {
    return at.hkl;
}

fn scattered(q: Scattering) -> vec3<f64> {
    return q.vector;
}

fn per_wavelength(source: u32) -> f64 {
    return 1.0lf / sources[source].wavelength;
}
