// The evaluation of a pixel: a work group has a tile of 8 × 8 pixels and walks their terms in the definition's
// order: layer, sub-pixel (slow, then fast), source, orientation.

struct Pixel {
    slow: u32,
    fast: u32,
    // Number of the pixel among the band's.
    slot: u32,
    interpolates: bool,
}

// A sub-pixel of a layer.
struct Place {
    number: u32,
    layer: u32,
    sub_slow: u32,
    sub_fast: u32,
}

fn place_of(number: u32) -> Place {
    let n = frame.oversample;
    return Place(number, number / (n * n), (number / n) % n, number % n);
}

// Along an axis of the panel, from the outer edge of its first pixel.
fn subpixel_center(pixel: u32, sub: u32) -> real {
    return frame.subpixel_size * real(pixel * frame.oversample + sub) + frame.subpixel_size / real(2.0);
}

// Behind the sensor's front.
fn layer_depth(layer: u32) -> real {
    return real(layer) * frame.layer_spacing + frame.layer_depth;
}

// Distance of the plane by which a layer's solid angle goes.
fn plane_distance(layer: u32) -> real {
    return frame.close_distance + (frame.layer_depth + real(layer) * frame.plane_step);
}

fn pixel_of(tile: u32, slot: u32, local: u32) -> Pixel {
    // Those of a tile that stick out of the region repeat its last row or column; nobody reads them.
    let slow = min(frame.row_first + (tile / frame.tiles_x) * 8u + local / 8u, frame.row_end - 1u);
    let fast = min(frame.column_first + (tile % frame.tiles_x) * 8u + local % 8u, frame.column_end - 1u);
    return Pixel(slow, fast, slot, slow * frame.image_fast + fast < frame.latch);
}

// How the three factors enter, as nest/kept.rs and nest/scalar.rs keep them from one term to the next.
struct Kept {
    omega: real,
    polar: real,
    capture: real,
    cos_2theta: real,
    has_omega: bool,
    has_polar: bool,
    capture_layer: u32,
}

const NO_LAYER = 0xffffffffu;

// @stage subpixel
fn at_place(before: Kept, at: Place, position: Position) -> Kept {
    var kept = before;
    if !kept.has_omega || has(FLAG_OMEGA_PER_TERM) {
        kept.omega = solid_angle(at.layer, position.distance);
        kept.has_omega = true;
    }
    if kept.capture_layer != at.layer || has(FLAG_CAPTURE_PER_TERM) {
        kept.capture = layer_capture(at.layer, position.unit);
        kept.capture_layer = at.layer;
    }
    return kept;
}

// @stage source
fn at_source(before: Kept, source: u32, position: Position) -> Kept {
    var kept = before;
    if !has(FLAG_POLARIZED) {
        kept.polar = real(1.0);
    } else if !kept.has_polar || has(FLAG_POLAR_PER_TERM) {
        let factor = polarization(source, position.unit);
        kept.polar = factor.factor;
        kept.cos_2theta = factor.cos_2theta;
    }
    kept.has_polar = true;
    return kept;
}

fn kept_nothing() -> Kept {
    return Kept(real(0.0), real(0.0), real(0.0), real(0.0), false, false, NO_LAYER);
}

fn term_weight(kept: Kept, source: u32) -> real {
    var weight = sources[source].weight;
    if has(FLAG_CAPTURE_PER_TERM) {
        weight *= kept.capture;
    }
    if has(FLAG_POLAR_PER_TERM) {
        weight *= kept.polar;
    }
    if has(FLAG_OMEGA_PER_TERM) {
        weight *= kept.omega;
    }
    return weight;
}

const GROUP = 64u;
var<workgroup> staged: array<Orientation, GROUP>;

// What one orientation adds.
fn term_of(orientation: u32, q: Scattering, intensity: real, weight: real, interpolates: bool) -> real {
    let hkl = indices(staged[orientation], q);
    let f_latt = lattice_factor(hkl);
    let f_cell = amplitude(hkl, interpolates);
    return term(f_cell.f, f_latt.product, intensity) * weight;
}

// Which tile a group has: `Tile.exists` is the same for the whole group.
struct Tile {
    exists: bool,
    entry: u32,
}

fn tile_of(group: vec3<u32>) -> Tile {
    let number = group.y * dispatch.groups_x + group.x;
    return Tile(number < dispatch.tile_count, dispatch.tile_first + number);
}

@compute @workgroup_size(64)
fn render(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let tile = tile_of(group);
    if !tile.exists {
        return;
    }
    let slot = (tile.entry - dispatch.band_first) * GROUP + local;
    let pixel = pixel_of(tiles[tile.entry], slot, local);
    let traced = TAPS && local == 0u;

    var sum = Sum(frame.background_start, real(0.0));
    if dispatch.begins == 0u {
        sum = Sum(sums[slot], sums[dispatch.band_sums + slot]);
    }
    var kept = kept_nothing();
    // Terms are first added up in blocks: few enough for plain sums, and the same however an image is cut into dispatches.
    var block = real(0.0);
    var out = 0u;
    let single_load = dispatch.orientation_end - dispatch.orientation_first <= GROUP;

    for (var number = dispatch.place_first; number < dispatch.place_end; number++) {
        let at = place_of(number);
        let spot = position(pixel, at);
        kept = at_place(kept, at, spot);
        if TAPS && traced {
            out = tap_place(out, spot, kept);
        }
        for (var source = dispatch.source_first; source < dispatch.source_end; source++) {
            let q = scattering(spot, source);
            let survives = !beyond_resolution(q);
            if survives {
                kept = at_source(kept, source, spot);
            }
            let weight = select(real(0.0), term_weight(kept, source), survives);
            let intensity = frame.intensity * damping(q);
            if TAPS && traced {
                out = tap_source(out, source, q, survives, kept);
            }
            for (var first = dispatch.orientation_first; first < dispatch.orientation_end; first += GROUP) {
                let here = min(GROUP, dispatch.orientation_end - first);
                let loaded = single_load && (number > dispatch.place_first || source > dispatch.source_first);
                if !loaded {
                    workgroupBarrier();
                    if local < here {
                        staged[local] = orientations[first + local];
                    }
                    workgroupBarrier();
                }
                // Four terms at a time, so that one is computed while others wait; tricubic ones have enough to do.
                let fours = select(here & ~3u, 0u, TAPS || F_CELL == TRICUBIC);
                for (var i = 0u; i < fours; i += 4u) {
                    let first_term = term_of(i, q, intensity, weight, pixel.interpolates);
                    let second_term = term_of(i + 1u, q, intensity, weight, pixel.interpolates);
                    let third_term = term_of(i + 2u, q, intensity, weight, pixel.interpolates);
                    let fourth_term = term_of(i + 3u, q, intensity, weight, pixel.interpolates);
                    block += first_term;
                    block += second_term;
                    block += third_term;
                    block += fourth_term;
                }
                for (var i = fours; i < here; i++) {
                    if TAPS {
                        let hkl = indices(staged[i], q);
                        let f_latt = lattice_factor(hkl);
                        let vanishes = f_latt.product == real(0.0) && !has(FLAG_WATER);
                        let f_cell = amplitude(hkl, pixel.interpolates && !vanishes);
                        var amount = real(0.0);
                        if survives && !vanishes {
                            amount = bragg(f_cell.f, f_latt.product, intensity) * weight;
                            sum = add(sum, term(f_cell.f, f_latt.product, intensity) * weight);
                        }
                        if traced {
                            out = tap_term(out, staged[i], hkl, f_latt, f_cell, amount, sum);
                        }
                    } else {
                        block += term_of(i, q, intensity, weight, pixel.interpolates);
                    }
                }
                if !TAPS && here == GROUP {
                    sum = add(sum, block);
                    block = real(0.0);
                }
            }
            if !TAPS && (source + 1u) % dispatch.sources_per_block == 0u {
                sum = add(sum, block);
                block = real(0.0);
            }
        }
        if !TAPS {
            sum = add(sum, block);
            block = real(0.0);
        }
    }
    if TAPS {
        if traced {
            tap_finished(out, sum, kept);
        }
    } else {
        sums[slot] = sum.high;
        sums[dispatch.band_sums + slot] = sum.low;
    }
}

// The factors that are computed once, applied to the finished sums.
@compute @workgroup_size(64)
// @stage finish
fn finish(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let tile = tile_of(group);
    if !tile.exists {
        return;
    }
    let slot = (tile.entry - dispatch.band_first) * GROUP + local;
    let pixel = pixel_of(tiles[tile.entry], slot, local);
    var value = sums[slot] + sums[dispatch.band_sums + slot];
    let per_layer = frame.oversample * frame.oversample;
    if !has(FLAG_CAPTURE_PER_TERM) {
        let last = (frame.layers - 1u) * per_layer;
        value *= layer_capture(frame.layers - 1u, position(pixel, place_of(last)).unit);
    }
    if !has(FLAG_POLAR_PER_TERM) && has(FLAG_POLARIZED) {
        value *= first_polarization(pixel);
    }
    if !has(FLAG_OMEGA_PER_TERM) {
        value *= solid_angle(0u, position(pixel, place_of(0u)).distance);
    }
    sums[slot] = value;
}

// The polarization factor of the first source that the resolution limit leaves, 0 where it leaves none.
fn first_polarization(pixel: Pixel) -> real {
    let places = frame.layers * frame.oversample * frame.oversample;
    for (var number = 0u; number < places; number++) {
        let spot = position(pixel, place_of(number));
        for (var source = 0u; source < frame.sources; source++) {
            if !beyond_resolution(scattering(spot, source)) {
                return polarization(source, spot.unit).factor;
            }
        }
    }
    return real(0.0);
}
