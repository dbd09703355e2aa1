// What slopes need of the lattice in single precision: numbers of cells are over themselves, vectors in shortest wavelengths.

// F_latt² over the square of the number of cells, and its derivatives by δ and by the number of cells.
struct LatticeSlopes {
    square: f32,
    by_offset: vec3<f32>,
    by_cells: vec3<f32>,
}

fn unit_sqr() -> f32 {
    return 1.0;
}

fn whole_indices(packed: Orientation, v: Scattering, at: Indices) -> vec3<f32> {
    let o = unpacked(packed);
    return -vec3<f32>(scalar_product(o.a, v.coarse), scalar_product(o.b, v.coarse), scalar_product(o.c, v.coarse));
}

fn scattered(v: Scattering) -> vec3<f32> {
    return -scattering_vector(v);
}

// λ₀ / λ.
fn per_wavelength(source: u32) -> f32 {
    return f32(sources[source].ratio) * 0x1p-24f;
}
