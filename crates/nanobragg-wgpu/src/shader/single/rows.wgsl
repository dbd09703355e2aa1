// A shape of rows, by turns: N times a turn is an integer product that wraps where a turn ends.

// Keeps 0 / 0 away from the nodes, as at a node the quotient of the two is 1.
const TINY: f32 = 1e-12;

// @stage rows
fn lattice_factor(at: Indices) -> LatticeFactor {
    let count = vec3<i32>(frame.whole_cells_a, frame.whole_cells_b, frame.whole_cells_c);
    let cells = vec3<f32>(frame.cells_a, frame.cells_b, frame.cells_c);
    let phase = at.turns * count;
    let x = vec3<f32>(phase) * 0x1p-32f + cells * TINY;
    let y = vec3<f32>(at.turns) * 0x1p-32f + vec3<f32>(TINY);
    if TAPS {
        // Whole turns of N δ, whose parity and that of (N - 1) h0 are the sign.
        let spun = vec3<i32>(round(cells * y - x));
        let odd = (((count - vec3<i32>(1)) * nearest(at)) ^ spun) & vec3<i32>(1);
        let sign = select(vec3<f32>(1.0), vec3<f32>(-1.0), odd == vec3<i32>(1));
        let axes = vec3<f32>(row(y.x, x.x, cells.x), row(y.y, x.y, cells.y), row(y.z, x.z, cells.z)) * sign;
        return LatticeFactor(axes * cells, axes.x * axes.y * axes.z);
    }
    return LatticeFactor(vec3<f32>(1.0), product(y.x, y.y, y.z, x.x, x.y, x.z, cells.x, cells.y, cells.z));
}
