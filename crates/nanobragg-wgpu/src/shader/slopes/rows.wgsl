// The square of the product of three rows of cells, and its derivatives, over the square of the number of cells. No `offset` is zero;
// `rest` is N δ less its whole part. Rows have the signs of their values, which are dropped.
fn row_slopes(offset: vec3<real>, rest: vec3<real>, cells: vec3<real>) -> LatticeSlopes {
    let unit = real(1.0);
    let spots = vec3<real>(spot(offset.x, unit), spot(offset.y, unit), spot(offset.z, unit));
    // One division gives three inverses.
    let inverse = unit / (spots.x * spots.y * spots.z);
    let inverses = vec3<real>(spots.y * spots.z, spots.z * spots.x, spots.x * spots.y) * inverse;
    let values = vec3<real>(fringe(rest.x), fringe(rest.y), fringe(rest.z)) * inverses;
    let phases = cells * offset;
    let by_offsets = vec3<real>(
        by_offset(offset.x, rest.x, phases.x, cells.x, values.x, inverses.x),
        by_offset(offset.y, rest.y, phases.y, cells.y, values.y, inverses.y),
        by_offset(offset.z, rest.z, phases.z, cells.z, values.z, inverses.z),
    );
    let by_numbers = vec3<real>(
        by_cells(offset.x, rest.x, inverses.x),
        by_cells(offset.y, rest.y, inverses.y),
        by_cells(offset.z, rest.z, inverses.z),
    );
    let per_cell = vec3<real>(unit) / cells;
    let a = values * per_cell;
    let whole = a.x * a.y * a.z;
    let twice = real(2.0) * whole;
    let shares = vec3<real>(a.y * a.z, a.z * a.x, a.x * a.y) * twice * per_cell;
    return LatticeSlopes(whole * whole, by_offsets * shares, by_numbers * shares);
}

const VANISHES = false;
