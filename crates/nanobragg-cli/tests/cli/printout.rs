//! `-printout`, `-printout_pixel` and `-trace_pixel`.

use nanobragg_io::float::read_float;

use crate::scratch::{Run, Scratch, TINY};

/// The number after a label, in every line that begins with it.
fn after(run: &Run, label: &str) -> Vec<f64> {
    let rest = |line: &str| line.strip_prefix(label).map(|rest| rest.trim().parse().unwrap());
    run.out.lines().filter_map(rest).collect()
}

#[test]
fn one_pixel_is_shown_with_what_it_was_made_of() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{TINY} -quirks spec -printout_pixel 5 9 -fluence 1e28")).good();
    let image = read_float(&scratch.path("floatimage.bin"), 256).unwrap();
    let value = |label| {
        let found = after(&run, label);
        assert_eq!(found.len(), 1, "{label}");
        found[0]
    };
    let pixel = value("pixel  ");
    assert!((pixel / f64::from(image[9 * 16 + 5]) - 1.0).abs() < 1e-9);
    let product = value("I/steps") * value("polar  ") * value("omega  ") * value("capfrac");
    assert!((pixel / (product * 7.94079248018965e-30 * 1e28) - 1.0).abs() < 1e-6);
    assert!(run.line("   5    9 : stol = ").contains(" or "));
    assert!(run.line("hkl= ").contains("  hkl0= "));
    assert!(!run.out.contains("% done"));
}

#[test]
fn all_pixels_of_the_region_are_shown_without_a_number() {
    let scratch = Scratch::new();
    for more in ["-printout", "-printout_pixel -1 -1"] {
        let run = scratch.run(&format!("{TINY} {more} -roi 2 4 7 8")).good();
        assert_eq!(after(&run, "pixel  ").len(), 6, "{more}");
    }
    assert!(after(&scratch.run(TINY).good(), "pixel  ").is_empty());
}

#[test]
fn a_trace_is_printed_in_the_logs_format() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{TINY} -trace_pixel 9 5 -q")).good();
    let traced = after(&run, "TRACE_PY: I_pixel_final");
    let image = read_float(&scratch.path("floatimage.bin"), 256).unwrap();
    assert!((traced[0] / f64::from(image[9 * 16 + 5]) - 1.0).abs() < 1e-6, "{traced:?}");
    assert!(run.out.lines().all(|line| line.starts_with("TRACE_PY")), "{}", run.out);
    assert!(run.line("TRACE_PY: pix0_vector_meters ").split(' ').count() == 5);
}

#[test]
fn pixels_off_the_image_are_refused() {
    let scratch = Scratch::new();
    for more in ["-trace_pixel 16 0", "-trace_pixel 0 -1", "-printout_pixel 16 0", "-printout_pixel 3 -2"] {
        let error = scratch.refused(&format!("{TINY} {more}"));
        assert!(error.contains("not on the image, 16 x 16"), "{more}: {error}");
    }
}
