fn star_of(at: Indices) -> Star {
    return star_distance(at.offset);
}

fn star_scale() -> f64 {
    let factor = frame.star_factor_a * frame.star_factor_b * frame.star_factor_c;
    return factor * factor * frame.fudge / RADIUS_SQR;
}
