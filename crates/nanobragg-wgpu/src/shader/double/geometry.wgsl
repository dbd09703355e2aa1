// Where a sub-pixel is: the operations of physics/geometry.rs, in their order.

alias Word = f64;

struct Position {
    point: vec3<f64>,
    distance: f64,
    // Unit vector d.
    unit: vec3<f64>,
}

fn subpixel_center(pixel: u32, sub: u32) -> f64 {
    return frame.subpixel_size * f64(pixel * frame.oversample + sub) + frame.subpixel_size / 2.0lf;
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
        let o = f64(at.layer) * frame.layer_spacing + frame.layer_depth;
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
    let plane = frame.close_distance + (frame.layer_depth + f64(layer) * frame.plane_step);
    return frame.pixel_size * frame.pixel_size / distance / distance * plane / distance;
}
