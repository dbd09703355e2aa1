// A shape of rows: the operations of shapes/coordinate.rs, in their order.

// The factor of a row by the distance from the node; the sign only where it is looked at.
fn row_factor(nearest: f64, offset: f64, cells: f64, count: i32) -> f64 {
    if count <= 1 {
        return 1.0lf;
    }
    var ratio = cells;
    var odd = 0;
    if offset != 0.0lf {
        let phase = cells * offset;
        let whole = round(phase);
        ratio = row(offset, phase - whole, 1.0lf);
        odd = i32(whole);
    }
    if TAPS && ((((count - 1) & i32(nearest)) ^ odd) & 1) != 0 {
        ratio = -ratio;
    }
    return ratio;
}

// @stage rows
fn lattice_factor(at: Indices) -> LatticeFactor {
    let axes = vec3<f64>(
        row_factor(at.nearest.x, at.offset.x, frame.cells_a, frame.whole_cells_a),
        row_factor(at.nearest.y, at.offset.y, frame.cells_b, frame.whole_cells_b),
        row_factor(at.nearest.z, at.offset.z, frame.cells_c, frame.whole_cells_c),
    );
    return LatticeFactor(axes, axes.x * axes.y * axes.z);
}
