// What the host uploads. The Rust structures of the same names are in layout.rs; a test compares the two.

// One dispatch: which tiles, and which part of their pixels' sums.
struct Dispatch {
    // First entry of `tiles`, their number, and the work groups of a row of the dispatch.
    tile_first: u32,
    tile_count: u32,
    groups_x: u32,
    // Where the band's tiles begin in `tiles`, and the sums of a band.
    band_first: u32,
    band_sums: u32,
    // Layers times sub-pixels.
    place_first: u32,
    place_end: u32,
    source_first: u32,
    source_end: u32,
    orientation_first: u32,
    orientation_end: u32,
    // 1 where the sums begin.
    begins: u32,
    // Zero. The compiler does not know it: what is XORed with it is not simplified.
    zero: u32,
    // After so many sources the terms of a block are added to the sum.
    sources_per_block: u32,
    // The same of places.
    places_per_block: u32,
    padding: u32,
}

// What belongs to the experiment.
struct Frame {
    fdet_x: real, fdet_y: real, fdet_z: real,
    sdet_x: real, sdet_y: real, sdet_z: real,
    odet_x: real, odet_y: real, odet_z: real,
    pix0_x: real, pix0_y: real, pix0_z: real,
    // What a curved detector is bent about.
    beam_x: real, beam_y: real, beam_z: real,
    distance: real,
    subpixel_size: real,
    pixel_size: real,
    close_distance: real,
    layer_spacing: real,
    layer_depth: real,
    plane_step: real,
    mu: real,
    // Resolution limit: in double precision in meters, in single the square of shortest wavelength / limit.
    dmin: real,
    cells_a: real, cells_b: real, cells_c: real,
    // Vectors that distances from a node are measured with, in single precision such that the spot's radius is 1.
    a_star_x: real, a_star_y: real, a_star_z: real,
    b_star_x: real, b_star_y: real, b_star_z: real,
    c_star_x: real, c_star_y: real, c_star_z: real,
    // In single precision: what the whole numbers below leave of them.
    star_rest_ax: real, star_rest_ay: real, star_rest_az: real,
    star_rest_bx: real, star_rest_by: real, star_rest_bz: real,
    star_rest_cx: real, star_rest_cy: real, star_rest_cz: real,
    // In double precision: squared distances are multiplied by their squares.
    star_factor_a: real, star_factor_b: real, star_factor_c: real,
    fudge: real,
    // Half of the B factor: in double precision in m², in single over the square of the shortest wavelength.
    half_b: real,
    kahn: real,
    background_start: real,
    background_per_term: real,
    // Factor on F_cell² F_latt²: 1 unless they are normalized.
    intensity: real,
    default_f: real,
    // Meters per unit of a place in fixed point.
    place_unit: real,
    row_first: u32,
    row_end: u32,
    column_first: u32,
    column_end: u32,
    tiles_x: u32,
    image_fast: u32,
    oversample: u32,
    layers: u32,
    sources: u32,
    orientations: u32,
    // Bits: FLAG_...
    flags: u32,
    // Pixels from here on are not interpolated.
    latch: u32,
    table_first_h: i32, table_first_k: i32, table_first_l: i32,
    table_shape_h: u32, table_shape_k: u32, table_shape_l: u32,
    // Entries in the first of the table's bindings.
    table_split: u32,
    whole_cells_a: i32, whole_cells_b: i32, whole_cells_c: i32,
    // The low 32 bits of the resolution limit's square in units of 2⁻⁴⁴.
    dmin_low: i32,
    // √fudge N as integers of 31 bits, and the bits behind the point of their product with turns that are dropped.
    radius_a: u32, radius_b: u32, radius_c: u32,
    radius_shift: u32,
    // Reciprocal vectors in units of 2^(e - 14), e the exponent.
    star_whole_ax: i32, star_whole_ay: i32, star_whole_az: i32,
    star_whole_bx: i32, star_whole_by: i32, star_whole_bz: i32,
    star_whole_cx: i32, star_whole_cy: i32, star_whole_cz: i32,
    star_exponent: i32,
    padding: u32,
}

const FLAG_ABSORBING = 1u;
const FLAG_POLARIZED = 2u;
const FLAG_EPSILON = 4u;
const FLAG_POINT_PIXEL = 8u;
const FLAG_OMEGA_PER_TERM = 16u;
const FLAG_POLAR_PER_TERM = 32u;
const FLAG_CAPTURE_PER_TERM = 64u;
const FLAG_WATER = 128u;
const FLAG_DMIN = 256u;

var<immediate> dispatch: Dispatch;
@group(0) @binding(1) var<storage, read> tiles: array<u32>;
@group(0) @binding(2) var<storage, read> frame: Frame;
@group(0) @binding(3) var<storage, read> sources: array<Source>;
@group(0) @binding(4) var<storage, read> orientations: array<Orientation>;
// Sums of the band's pixels, tile by tile, then what compensates their rounding; in a trace, the values.
@group(0) @binding(5) var<storage, read_write> sums: array<real>;
@group(0) @binding(6) var<storage, read> places: array<Word>;
@group(0) @binding(7) var<storage, read> table_low: array<real>;
@group(0) @binding(8) var<storage, read> table_high: array<real>;

fn has(flag: u32) -> bool {
    return (frame.flags & flag) != 0u;
}
