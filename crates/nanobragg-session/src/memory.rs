//! Whether a job fits into memory.

use nanobragg_io::nexus::Bands;

use crate::error::Cause;
use crate::{Content, Error, Format, Output};

/// What the program takes beside images, about.
const THREADS: u128 = 64 << 20;

/// Finds out before the render whether there is memory for images of these sizes (fast, slow) at once, and for making
/// `outputs` of the largest, of one after the other.
///
/// # Errors
/// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
pub fn check_memory(sizes: &[(usize, usize)], outputs: &[Output]) -> Result<(), Error> {
    check_memory_of(sizes, outputs, 1)
}

/// [`check_memory`], where the files of `writing` images are made at once.
///
/// # Errors
/// As [`check_memory`].
pub fn check_memory_of(sizes: &[(usize, usize)], outputs: &[Output], writing: usize) -> Result<(), Error> {
    let pixels = |&(fast, slow): &(usize, usize)| fast as u128 * slow as u128;
    let doubles = outputs.iter().any(|output| output.content == Content::Doubles);
    let pixel = size_of::<f32>() + if doubles { size_of::<f64>() } else { 0 };
    let all: u128 = sizes.iter().map(pixels).sum::<u128>() * pixel as u128;
    let Some(largest) = sizes.iter().max_by_key(|size| pixels(size)) else { return Ok(()) };
    let bytes = all + writing as u128 * bytes_to_write(*largest, outputs);
    // What is reserved and not touched costs nothing. Threads and buffers come on top.
    let reserve = bytes + bytes / 32 + THREADS;
    let fits = usize::try_from(reserve).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok());
    if fits {
        return Ok(());
    }
    Err(Cause::Memory { images: sizes.len(), fast: largest.0, slow: largest.1, bytes }.into())
}

/// Bytes that are needed beside an image while its files are written.
pub fn bytes_to_write((fast, slow): (usize, usize), outputs: &[Output]) -> u128 {
    const COUNT: u128 = size_of::<i32>() as u128;
    let pixels = fast as u128 * slow as u128;
    let bands = Bands::of(fast, slow);
    let in_bands = |output: &&Output| output.format == Format::Nexus && bands.count() > 1;
    let counted = |output: &&Output| matches!(output.content, Content::Counts(_) | Content::Levels(_));
    // Counts stay while the next file is made, which may hold the same.
    let counts = if outputs.iter().filter(|output| !in_bands(output)).any(|output| counted(&output)) {
        COUNT * pixels
    } else {
        0
    };
    let encoded = outputs.iter().map(|output| match output.format {
        Format::Float | Format::Npy | Format::Table | Format::Instrument | Format::Record => 0,
        Format::Pgm => pixels,
        Format::Smv => 2 * pixels,
        Format::Nexus => 2 * COUNT * bands.pixels() as u128,
        Format::Tiff | Format::Cbf | Format::Png => 4 * pixels,
    });
    counts + encoded.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::readout::Readout;

    fn output(format: Format, content: Content) -> Output {
        Output { path: "a".into(), format, content }
    }

    #[test]
    fn what_no_memory_holds_is_refused_with_its_size() {
        let floats = [output(Format::Npy, Content::Photons)];
        check_memory(&[(100, 100), (200, 50)], &floats).unwrap();
        check_memory(&[], &floats).unwrap();
        let error = check_memory(&[(1 << 30, 1 << 30)], &floats).unwrap_err();
        assert_eq!(error.kind().code(), "job.memory");
        let expected = "not enough memory: 1 image of 1073741824 x 1073741824 pixels and its files need 4611686018427387904 bytes";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_large_image_goes_into_nxmx_band_after_band() {
        let counts = Content::Counts(Readout::counted());
        let nexus = [output(Format::Nexus, counts.clone())];
        let image = 4 * 8192 * 8192;
        assert!(bytes_to_write((8192, 8192), &nexus) * 10 <= 6 * image);
        assert_eq!(bytes_to_write((8192, 8192), &[output(Format::Cbf, counts)]), 2 * image);
        assert_eq!(bytes_to_write((8192, 8192), &[output(Format::Npy, Content::Photons)]), 0);
    }
}
