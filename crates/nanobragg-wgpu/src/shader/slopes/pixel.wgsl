// How a pixel changes: its photons and the sums that derivatives are made of, summed while its terms are. The operations of
// sensitivity/sums; what is summed for a group begins at the row FIRST_….

// What the terms add between two times that it is taken over into memory.
struct Rows {
    photons: real,
    // dT/dh ⊗ h, by row.
    lattice_h: vec3<real>,
    lattice_k: vec3<real>,
    lattice_l: vec3<real>,
    force: vec3<real>,
    torque: vec3<real>,
    // On a curved detector, force and photons of the sub-pixel, and what others before it have made of theirs.
    at_place: real,
    bent: Bent,
    beam: vec3<real>,
    wavelength: real,
    // By the number of cells; of a distance T, T δ², T δ δ'.
    cells_sum: real,
    cells: vec3<real>,
    cells_pairs: vec3<real>,
    mosaic: real,
    phi: real,
    phi_step: real,
    spindle: vec3<real>,
    damping: real,
    water: real,
    // By structure factors of nodes.
    nodes: array<real, NODES>,
    // By that of the node that terms are at.
    by_table: real,
    place: u32,
}

// What a source's terms of a place add: spots, and their derivative by q.
struct Spots {
    photons: real,
    by_q: vec3<real>,
}

const SUMS_TURNS = SUMS_MOSAIC || SUMS_PHI || SUMS_SPINDLE;
const SUMS_MOVES = SUMS_POSITION || SUMS_BEAM;
const SUMS_BY_Q = SUMS_TURNS || SUMS_MOVES || SUMS_WAVELENGTH;

// Numbers of sources, nodes and orientations one behind the other at binding 8, where tables of two buffers have their second.
// Of a source, whether the wavelength follows the central one, and the row of its weight, or -1; of a node, its indices; of an
// orientation, the axes that the mosaic spread and the spindle turn about, the number of steps, and what a torque does to the spindle.
const PER_SOURCE = 2u;
const PER_ORIENTATION = 16u;
var<workgroup> turned: array<array<real, PER_ORIENTATION>, GROUP>;

fn load_turned(first: u32, local: u32) {
    let begin = frame.sources * PER_SOURCE + 3u * SUMS_NODES + (first + local) * PER_ORIENTATION;
    for (var i = 0u; i < PER_ORIENTATION; i++) {
        turned[local][i] = table_high[begin + i];
    }
}

fn turned_vector(number: u32, first: u32) -> vec3<real> {
    return vec3<real>(turned[number][first], turned[number][first + 1u], turned[number][first + 2u]);
}

fn node_of(number: u32) -> vec3<real> {
    let at = frame.sources * PER_SOURCE + 3u * number;
    return vec3<real>(table_high[at], table_high[at + 1u], table_high[at + 2u]);
}

// The pixel of an invocation: of a tile, or the next of a list.
fn pixel_in(entry: u32, slot: u32, local: u32) -> Pixel {
    if LISTED {
        let number = tiles[entry * GROUP + local];
        return Pixel(number / frame.image_fast, number % frame.image_fast, slot, false);
    }
    return pixel_of(tiles[entry], slot, local);
}

// What one orientation adds. `strength`: the weight of the source's terms, and what displaced atoms leave of them.
// @stage add_term
fn add_term(
    rows: ptr<function, Rows>,
    spots: ptr<function, Spots>,
    number: u32,
    q: Scattering,
    strength: real,
    slot: u32,
) {
    let at = indices(staged[number], q);
    let slopes = lattice_slopes(at);
    // Where F_latt vanishes so do its derivatives: of spots that are far between, most terms.
    if VANISHES && slopes.square == real(0.0) {
        return;
    }
    let f_cell = amplitude_slopes(at);
    let f = f_cell.f;
    let each = f * f * strength;
    let photons = slopes.square * each;
    (*spots).photons += photons;
    var by_index = slopes.by_offset * each;
    if F_CELL == TRICUBIC {
        by_index += f_cell.by_index * (real(2.0) * f * slopes.square * strength);
    }
    if SUMS_LATTICE {
        let hkl = whole_indices(staged[number], q, at);
        (*rows).lattice_h += by_index.x * hkl;
        (*rows).lattice_k += by_index.y * hkl;
        (*rows).lattice_l += by_index.z * hkl;
    }
    if SUMS_CELLS == CELLS_DIRECT {
        (*rows).cells += slopes.by_cells * each;
    } else if SUMS_CELLS != CELLS_NONE {
        let offset = at.offset;
        (*rows).cells_sum += photons;
        (*rows).cells += photons * (offset * offset);
        if SUMS_CELLS == CELLS_FORM {
            (*rows).cells_pairs += photons * (offset.xxy * offset.yzz);
        }
    }
    if SUMS_NODES > 0u {
        let node = round(whole_indices(staged[number], q, at) - at.offset);
        for (var i = 0u; i < SUMS_NODES; i++) {
            if all(node == node_of(i)) {
                (*rows).nodes[i] += real(2.0) * f * slopes.square * strength;
            }
        }
    }
    if SUMS_TABLE {
        let place = place_of_node(nearest(at));
        if place != (*rows).place {
            put_down(slot, (*rows).place, (*rows).by_table);
            (*rows).place = place;
            (*rows).by_table = real(0.0);
        }
        (*rows).by_table += real(2.0) * f * slopes.square * strength;
    }
    if SUMS_BY_Q {
        let lattice = tapped_lattice(staged[number]);
        let by_q = by_index.x * lattice[0] + by_index.y * lattice[1] + by_index.z * lattice[2];
        (*spots).by_q += by_q;
        if SUMS_TURNS {
            add_turns(rows, number, cross_product(by_q, scattered(q)));
        }
    }
}

// Rotations of an orientation by the mosaic spread and the spindle.
// @stage add_turns
fn add_turns(rows: ptr<function, Rows>, number: u32, torque: vec3<real>) {
    if SUMS_MOSAIC {
        (*rows).mosaic += scalar_product(turned_vector(number, 0u), torque);
    }
    if SUMS_PHI {
        let slope = scalar_product(turned_vector(number, 3u), torque);
        (*rows).phi += slope;
        (*rows).phi_step += turned[number][6u] * slope;
    }
    if SUMS_SPINDLE {
        (*rows).spindle += vec3<real>(
            scalar_product(turned_vector(number, 7u), torque),
            scalar_product(turned_vector(number, 10u), torque),
            scalar_product(turned_vector(number, 13u), torque),
        );
    }
}

// Adds to a row of a pixel.
fn take_over(slot: u32, row: u32, x: real) {
    let at = row * dispatch.band_sums + slot;
    let low = at + ROWS * dispatch.band_sums;
    let sum = add(Sum(sums[at], sums[low]), x);
    sums[at] = sum.high;
    sums[low] = sum.low;
}

fn take_over_vector(slot: u32, row: u32, v: vec3<real>) {
    take_over(slot, row, v.x);
    take_over(slot, row + 1u, v.y);
    take_over(slot, row + 2u, v.z);
}

fn take_over_all(slot: u32, rows: Rows) {
    take_over(slot, 0u, rows.photons);
    if SUMS_LATTICE {
        take_over_vector(slot, FIRST_LATTICE, rows.lattice_h);
        take_over_vector(slot, FIRST_LATTICE + 3u, rows.lattice_k);
        take_over_vector(slot, FIRST_LATTICE + 6u, rows.lattice_l);
    }
    if BENDS {
        take_over_bent(slot, rows.bent);
    } else if SUMS_POSITION {
        take_over_vector(slot, FIRST_POSITION, rows.force);
        take_over_vector(slot, FIRST_POSITION + 3u, rows.torque);
    }
    if SUMS_BEAM {
        take_over_vector(slot, FIRST_BEAM, rows.beam);
    }
    if SUMS_WAVELENGTH {
        take_over(slot, FIRST_WAVELENGTH, rows.wavelength);
    }
    if SUMS_CELLS == CELLS_DIRECT {
        take_over_vector(slot, FIRST_CELLS, rows.cells);
    } else if SUMS_CELLS != CELLS_NONE {
        take_over(slot, FIRST_CELLS, rows.cells_sum);
        take_over_vector(slot, FIRST_CELLS + 1u, rows.cells);
        if SUMS_CELLS == CELLS_FORM {
            take_over_vector(slot, FIRST_CELLS + 4u, rows.cells_pairs);
        }
    }
    if SUMS_MOSAIC {
        take_over(slot, FIRST_MOSAIC, rows.mosaic);
    }
    if SUMS_PHI {
        take_over(slot, FIRST_PHI, rows.phi);
        take_over(slot, FIRST_PHI + 1u, rows.phi_step);
    }
    if SUMS_SPINDLE {
        take_over_vector(slot, FIRST_SPINDLE, rows.spindle);
    }
    if SUMS_DAMPING {
        take_over(slot, FIRST_DAMPING, rows.damping);
    }
    if SUMS_WATER {
        take_over(slot, FIRST_WATER, rows.water);
    }
    if SUMS_TABLE {
        put_down(slot, rows.place, rows.by_table);
    }
    var nodes = rows.nodes;
    for (var i = 0u; i < SUMS_NODES; i++) {
        take_over(slot, FIRST_NODES + i, nodes[i]);
    }
}

// What a pixel starts from.
fn begin(slot: u32) {
    for (var row = 0u; row < 2u * ROWS; row++) {
        var value = real(0.0);
        if row == 0u || (SUMS_WATER && row == FIRST_WATER) {
            value = frame.background_start;
        }
        sums[row * dispatch.band_sums + slot] = value;
    }
}

@compute @workgroup_size(64)
fn differentiate(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let tile = tile_of(group);
    if !tile.exists {
        return;
    }
    let slot = (tile.entry - dispatch.band_first) * GROUP + local;
    let pixel = pixel_in(tile.entry, slot, local);
    if dispatch.begins != 0u {
        begin(slot);
    }
    var kept = kept_nothing();
    var rows = Rows();
    let single_load = dispatch.orientation_end - dispatch.orientation_first <= GROUP;

    for (var number = dispatch.place_first; number < dispatch.place_end; number++) {
        let at = place_of(number);
        let here = position(pixel, at);
        kept = at_place(kept, at, here);
        var shift = vec3<real>(real(0.0));
        if SUMS_POSITION && !BENDS {
            shift = factors_slope(at.layer, here);
        }
        for (var source = dispatch.source_first; source < dispatch.source_end; source++) {
            let q = scattering(here, source);
            let survives = !beyond_resolution(q);
            if survives {
                kept = at_source(kept, source, here);
            }
            let weight = select(real(0.0), term_weight(kept, source), survives);
            let strength = frame.intensity * damping(q) * weight;
            for (var first = dispatch.orientation_first; first < dispatch.orientation_end; first += GROUP) {
                let count = min(GROUP, dispatch.orientation_end - first);
                let loaded = single_load && (number > dispatch.place_first || source > dispatch.source_first);
                if !loaded {
                    workgroupBarrier();
                    if local < count {
                        staged[local] = orientations[first + local];
                        if SUMS_TURNS {
                            load_turned(first, local);
                        }
                    }
                    workgroupBarrier();
                }
                var spots = Spots(real(0.0), vec3<real>(real(0.0)));
                for (var i = 0u; i < count; i++) {
                    add_term(&rows, &spots, i, q, strength, slot);
                }
                end_source(&rows, spots, source, q, here, shift, real(count) * weight, slot);
                if count == GROUP {
                    end_place(&rows, pixel, at, here);
                    take_over_all(slot, rows);
                    rows = Rows();
                }
            }
            if (source + 1u) % dispatch.sources_per_block == 0u {
                end_place(&rows, pixel, at, here);
                take_over_all(slot, rows);
                rows = Rows();
            }
        }
        end_place(&rows, pixel, at, here);
        // Few terms a place are taken over together.
        if number + 1u == dispatch.place_end || (number + 1u) % dispatch.places_per_block == 0u {
            take_over_all(slot, rows);
            rows = Rows();
        }
    }
}

// The factors that are computed once, applied to the finished sums, and how they change.
@compute @workgroup_size(64)
fn finish_slopes(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let tile = tile_of(group);
    if !tile.exists {
        return;
    }
    let slot = (tile.entry - dispatch.band_first) * GROUP + local;
    let pixel = pixel_in(tile.entry, slot, local);
    let once = factors_of(pixel);
    for (var row = 0u; row < FIRST_PLACES; row++) {
        let at = row * dispatch.band_sums + slot;
        sums[at] = (sums[at] + sums[at + ROWS * dispatch.band_sums]) * once.factor;
    }
    let photons = sums[slot];
    if BENDS {
        add_bent_once(slot, once.bent, photons);
    } else if SUMS_POSITION {
        add_once(slot, FIRST_POSITION, once.force * photons);
        add_once(slot, FIRST_POSITION + 3u, once.torque * photons);
    }
    if SUMS_BEAM {
        add_once(slot, FIRST_BEAM, once.torque * -photons);
    }
}

fn add_once(slot: u32, row: u32, v: vec3<real>) {
    let step = dispatch.band_sums;
    let at = row * step + slot;
    sums[at] += v.x;
    sums[at + step] += v.y;
    sums[at + 2u * step] += v.z;
}
