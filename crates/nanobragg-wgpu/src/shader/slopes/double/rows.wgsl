// Keeps 0 / 0 away from the nodes.
fn row_slopes_at(offset: f64, cells: f64) -> RowSlopes {
    let apart = select(offset, 1e-30lf, offset == 0.0lf);
    let phase = cells * apart;
    return row_slopes(apart, phase - round(phase), cells);
}

fn lattice_slopes(at: Indices) -> LatticeSlopes {
    let slopes = product_slopes(
        row_slopes_at(at.offset.x, frame.cells_a),
        row_slopes_at(at.offset.y, frame.cells_b),
        row_slopes_at(at.offset.z, frame.cells_c),
    );
    return LatticeSlopes(slopes.square * unit_sqr(), slopes.by_offset * unit_sqr(), slopes.by_cells * unit_sqr());
}
