//! Encodes a frame of counts on the calling thread, for counting instructions: `encode ROWS`, of 5120 pixels each; with 0 rows
//! everything is set up and nothing encoded.
#![allow(clippy::print_stdout, reason = "the counting task reads it")]

use std::hint::black_box;

use nanobragg_io::nexus::compress_frame;

/// Pixels of a row.
const WIDTH: usize = 5120;
/// Rows that are asked for at once.
const ROWS: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows: usize = std::env::args().nth(1).unwrap_or_default().parse()?;
    // A few photons here and there.
    let count = |at: usize| {
        let hash = (at as u32).wrapping_mul(2_654_435_769) >> 16;
        (hash % 4 * (hash / 4 % 3)) as i32
    };
    let pixels: Vec<i32> = (0..WIDTH * ROWS).map(count).collect();
    for _ in 0..rows / ROWS {
        black_box(compress_frame(black_box(&pixels)));
    }
    println!("terms-per-row {WIDTH}");
    Ok(())
}
