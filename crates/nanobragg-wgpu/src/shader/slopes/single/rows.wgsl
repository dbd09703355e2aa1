fn lattice_slopes(at: Indices) -> LatticeSlopes {
    let count = vec3<i32>(frame.whole_cells_a, frame.whole_cells_b, frame.whole_cells_c);
    let cells = vec3<f32>(frame.cells_a, frame.cells_b, frame.cells_c);
    let phase = at.turns * count;
    let x = vec3<f32>(phase) * 0x1p-32f + cells * TINY;
    let y = vec3<f32>(at.turns) * 0x1p-32f + vec3<f32>(TINY);
    // y is -δ, by which a row is even.
    let slopes = row_slopes(y, x, cells);
    return LatticeSlopes(slopes.square, -slopes.by_offset, slopes.by_cells);
}
