// Photons that a sensor layer captures.

// @stage capture
fn layer_capture(layer: u32, unit: vec3<real>) -> real {
    if !has(FLAG_ABSORBING) {
        return real(1.0);
    }
    let parallax = scalar_product(unit, vec3<real>(frame.odet_x, frame.odet_y, frame.odet_z));
    return captured(real(layer), frame.layer_spacing * frame.mu / parallax);
}
