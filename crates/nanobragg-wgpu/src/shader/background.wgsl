// The water around the crystal: what a pixel's sum starts from, and what every term adds.

fn bragg(f_cell: real, f_latt: real) -> real {
    return f_cell * f_cell * f_latt * f_latt * frame.intensity;
}

fn term(f_cell: real, f_latt: real) -> real {
    return bragg(f_cell, f_latt) + frame.background_per_term;
}
