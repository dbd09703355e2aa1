// Where a sub-pixel is: the operations of physics/geometry.rs, in their order.

alias Word = f64;

struct Position {
    point: vec3<f64>,
    distance: f64,
    // Unit vector d.
    unit: vec3<f64>,
}

// @stage position
fn position(pixel: Pixel, at: Place) -> Position {
    var point: vec3<f64>;
    if PLACED {
        let first = (pixel.slot * frame.layers * frame.oversample * frame.oversample + at.number) * 3u;
        point = vec3<f64>(places[first], places[first + 1u], places[first + 2u]);
    } else {
        let f = subpixel_center(pixel.fast, at.sub_fast);
        let s = subpixel_center(pixel.slow, at.sub_slow);
        let o = layer_depth(at.layer);
        point = vec3<f64>(
            frame.fdet_x * f + frame.sdet_x * s + frame.odet_x * o + frame.pix0_x,
            frame.fdet_y * f + frame.sdet_y * s + frame.odet_y * o + frame.pix0_y,
            frame.fdet_z * f + frame.sdet_z * s + frame.odet_z * o + frame.pix0_z,
        );
    }
    let distance = magnitude(point);
    return Position(point, distance, unitized(point));
}

// @stage solid_angle
fn solid_angle(layer: u32, distance: f64) -> f64 {
    if has(FLAG_POINT_PIXEL) {
        return 1.0lf / distance / distance;
    }
    return frame.pixel_size * frame.pixel_size / distance / distance * plane_distance(layer) / distance;
}
