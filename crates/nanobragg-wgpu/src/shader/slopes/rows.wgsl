// A row of cells, and how it changes, over the number of cells.
struct RowSlopes {
    value: real,
    by_offset: real,
    by_cells: real,
}

// `offset` is not zero, `rest` is N δ less its whole part. All have the sign of the value, which is dropped.
fn row_slopes(offset: real, rest: real, cells: real) -> RowSlopes {
    let inverse = real(1.0) / spot(offset, real(1.0));
    let value = fringe(rest) * inverse;
    let slope = by_offset(offset, rest, cells * offset, cells, value, inverse);
    return RowSlopes(value / cells, slope / cells, by_cells(offset, rest, inverse) / cells);
}

// The square of the product of three rows, and its derivatives.
fn product_slopes(a: RowSlopes, b: RowSlopes, c: RowSlopes) -> LatticeSlopes {
    let ab = a.value * b.value;
    let bc = b.value * c.value;
    let ca = c.value * a.value;
    let shares = real(2.0) * vec3<real>(a.value * bc * bc, b.value * ca * ca, c.value * ab * ab);
    let whole = ab * c.value;
    return LatticeSlopes(
        whole * whole,
        vec3<real>(a.by_offset, b.by_offset, c.by_offset) * shares,
        vec3<real>(a.by_cells, b.by_cells, c.by_cells) * shares,
    );
}
