fn star_of(at: Indices) -> Star {
    return star_distance(at.turns);
}

// The vectors have the radius in them.
fn star_scale() -> f32 {
    return 1.0;
}
