// The water around the crystal: what a pixel's sum starts from, and what every term adds.

// `intensity`: the frame's, times what displaced atoms leave of the source's spots.
fn bragg(f_cell: real, f_latt: real, intensity: real) -> real {
    return f_cell * f_cell * f_latt * f_latt * intensity;
}

fn term(f_cell: real, f_latt: real, intensity: real) -> real {
    return bragg(f_cell, f_latt, intensity) + frame.background_per_term;
}
