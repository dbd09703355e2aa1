fn lattice_slopes(at: Indices) -> LatticeSlopes {
    let cells = vec3<f64>(frame.cells_a, frame.cells_b, frame.cells_c);
    // Keeps 0 / 0 away from the nodes.
    let y = select(at.offset, vec3<f64>(1e-30lf), at.offset == vec3<f64>(0.0lf));
    let phase = cells * y;
    let slopes = row_slopes(y, phase - round(phase), cells);
    return LatticeSlopes(slopes.square * unit_sqr(), slopes.by_offset * unit_sqr(), slopes.by_cells * unit_sqr());
}
