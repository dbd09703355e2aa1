//! Which files are written, and how the flags of the outputs act on them.

use nanobragg_io::smv::read_smv;

use crate::scratch::{IMAGES, Scratch, TINY};

#[test]
fn a_plain_run_writes_the_four_images_of_the_reference_program() {
    let scratch = Scratch::new();
    scratch.run(TINY).good();
    assert_eq!(scratch.names(), IMAGES);
}

#[test]
fn names_and_switches_of_the_outputs() {
    for (more, expected) in [
        ("-floatfile a -intimage b -pgmfile c -noiseimage d", vec!["a", "b", "c", "d"]),
        ("-nonoise", vec!["floatimage.bin", "image.pgm", "intimage.img"]),
        ("-nonoise -noisefile d", vec!["floatimage.bin", "image.pgm", "intimage.img"]),
        ("-noisefile d -nonoise", vec!["floatimage.bin", "image.pgm", "intimage.img"]),
        ("-nopgm", vec!["floatimage.bin", "intimage.img", "noiseimage.img"]),
        ("-pgmfile c -nopgm", vec!["floatimage.bin", "intimage.img", "noiseimage.img"]),
        ("-nopgm -pgmfile c", vec!["c", "floatimage.bin", "intimage.img", "noiseimage.img"]),
        ("-nopgm -pgmscale 2", IMAGES.to_vec()),
        ("-o x.img -nonoise -pgmfile y", vec!["x.img", "y"]),
        ("-pngfile p.png -o x.img -pgmscale 3", vec!["p.png", "x.img"]),
        ("-intfile kept.img -o x.img", vec!["kept.img", "x.img"]),
        ("-noisefile lost.img -o x.img", vec!["x.img"]),
        ("-o x.cbf -o y.nxs -o z.npy", vec!["x.cbf", "y.nxs", "z.npy", "z.npy.json"]),
        ("-o lost.cbf -o x.cbf", vec!["x.cbf"]),
    ] {
        let scratch = Scratch::new();
        scratch.run(&format!("{TINY} {more}")).good();
        assert_eq!(scratch.names(), expected, "{more}");
    }
}

#[test]
fn one_output_has_the_bytes_of_the_four() {
    let four = Scratch::new();
    four.run(&format!("{TINY} -seed 3")).good();
    for (name, of_four) in [
        ("x.bin", "floatimage.bin"),
        ("x.img", "noiseimage.img"),
        ("x.img -nonoise", "intimage.img"),
        ("x.pgm", "image.pgm"),
    ] {
        let one = Scratch::new();
        one.run(&format!("{TINY} -seed 3 -o {name}")).good();
        assert_eq!(one.read(name.split(' ').next().unwrap()), four.read(of_four), "{name}");
    }
}

#[test]
fn scale_and_offset_act_on_the_counts() {
    let scratch = Scratch::new();
    let counts = |more: &str| {
        scratch.run(&format!("{TINY} {more}")).good();
        read_smv(&scratch.path("intimage.img")).unwrap().data
    };
    let (bare, offset) = (counts("-scale 0.1 -adc 0"), counts("-scale 0.1 -adc 17"));
    assert!(bare.iter().any(|&count| count > 0));
    assert!(bare.iter().zip(&offset).all(|(a, b)| a + 17 == *b));
    let brightest = counts("-adc 0").into_iter().max();
    assert_eq!(brightest, Some(55000));
}

#[test]
fn counts_saturate_and_say_how_many() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{TINY} -scale 1e30 -fluence 1e38")).good();
    let counts = read_smv(&scratch.path("intimage.img")).unwrap().data;
    let full = counts.iter().filter(|&&count| count == 65535).count();
    let expected = format!("intimage.img: {full} pixels saturated at 65535");
    assert!(full > 0 && run.warnings().contains(&&*expected), "{full}: {}", run.err);
    let noisy = read_smv(&scratch.path("noiseimage.img")).unwrap().data;
    let full = noisy.iter().filter(|&&count| count == 65535).count();
    let expected = format!("noiseimage.img: {full} pixels saturated at 65535");
    assert!(full > 0 && run.warnings().contains(&&*expected), "{full}: {}", run.err);
}

#[test]
fn existing_files_are_replaced_and_nothing_else_is_left() {
    let scratch = Scratch::new();
    for name in IMAGES {
        scratch.write(name, "old");
    }
    scratch.run(TINY).good();
    assert_eq!(scratch.names(), IMAGES);
    assert!(IMAGES.iter().all(|name| scratch.read(name).len() > 3));
}

#[test]
fn a_header_that_outgrows_its_block_says_so() {
    let scratch = Scratch::new();
    scratch
        .run(&format!(
            "{TINY} -quirks reference -Xbeam 1.23456e-7 -Ybeam 1.23456e-7 -phi 1.23456e-7 -osc 1.23456e-7 \
             -distance 1234.56 -twotheta 12.3456 -detector_rotx 11.1111 -wavelength 1.23456 -detector_roty 7.7777"
        ))
        .good();
    let bytes = scratch.read("intimage.img");
    let image = read_smv(&scratch.path("intimage.img")).unwrap();
    assert_eq!(bytes.len(), image.header.header_bytes() + 2 * 16 * 16);
    assert_eq!(image.header.header_bytes(), 1024);
    assert_eq!(image.header.text("BEAMLINE"), Some("fake"));
}
