//! `nanobragg compare`: what it says, and its exit status.

use nanobragg_io::float::{read_float, write_float};

use crate::scratch::{Scratch, TINY};

/// A folder with `a.bin` and the SMV and gray map of the same 16 x 16 pixels.
fn rendered() -> Scratch {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -floatfile a.bin -intfile a.img -pgmfile a.pgm -nonoise")).good();
    scratch
}

#[test]
fn an_image_agrees_with_itself_and_not_with_one_changed_pixel() {
    let scratch = rendered();
    let same = scratch.run("compare a.bin a.bin --size 16 16");
    assert_eq!(same.status, 0, "{}", same.err);
    assert!(same.out.starts_with("The images agree: 0 of 256 pixels differ"), "{}", same.out);

    let mut pixels = read_float(&scratch.path("a.bin"), 256).unwrap();
    pixels[5 * 16 + 7] += pixels.iter().copied().fold(0.0, f32::max) * 1e-5;
    write_float(&scratch.path("b.bin"), &pixels).unwrap();
    let changed = scratch.run("compare b.bin a.bin --size 16 16 --json");
    assert_eq!(changed.status, 1, "{}", changed.err);
    let json: serde_json::Value = serde_json::from_str(&changed.out).unwrap();
    assert_eq!(json["failing"], 1);
    assert_eq!((&json["worst"][0]["slow"], &json["worst"][0]["fast"]), (&5.into(), &7.into()));
    assert_eq!(scratch.run("compare b.bin a.bin --size 16 16 --of-max 2e-5").status, 0);
}

#[test]
fn counts_of_a_cbf_are_those_of_an_smv_image() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -fluence 1e28 -adc 0 -o a.cbf -o a.img")).good();
    assert_eq!(scratch.run("compare a.cbf a.img").status, 0);
    scratch.run(&format!("{TINY} -fluence 1e28 -adc 40 -o b.img")).good();
    for (line, difference) in [("a.cbf b.img", -40), ("b.img a.cbf", 40)] {
        let run = scratch.run(&format!("compare {line}"));
        assert_eq!(run.status, 1, "{difference}");
        let said = "pedestal         all pixels of b.img have 40 more, the ADC_OFFSET of its header";
        assert!(run.line("  pedestal").trim_start().starts_with(said), "{}", run.out);
    }
    let run = scratch.run("compare a.img b.img");
    assert!(run.out.contains("all pixels of b.img have 40 more"), "{}", run.out);
    scratch.run(&format!("{TINY} -fluence 1e28 -adc 0 -seed 2 -o b.cbf")).good();
    assert!(!scratch.run("compare b.img b.cbf").out.contains("pedestal"), "other counts differ by more");
    assert_eq!(scratch.run("compare a.cbf b.cbf").status, 1);
    let mut bytes = scratch.read("a.cbf");
    bytes.truncate(bytes.len() - 4500);
    scratch.write("cut.cbf", bytes);
    assert!(scratch.run("compare cut.cbf a.cbf").error(2).starts_with("cut.cbf: "));
}

#[test]
fn an_image_of_a_stack_is_compared_with_its_number() {
    let scratch = Scratch::new();
    scratch.run(&format!("sweep {TINY} -fluence 1e28 -images 3 -osc 5 -o s.nxs -o s.cbf")).good();
    for number in 0..3 {
        let file = format!("s_0000{}.cbf", number + 1);
        for line in
            [format!("s.nxs {file} --images {number}"), format!("{file} s.nxs -images {number}-{number}")]
        {
            let run = scratch.run(&format!("compare {line}"));
            assert_eq!(run.status, 0, "{line}: {run:?}");
        }
        let other = scratch.run(&format!("compare s.nxs {file} --images {}", (number + 1) % 3));
        assert_eq!(other.status, 1, "{other:?}");
    }
    assert_eq!(scratch.run("compare s.nxs s.nxs --images 1-2").status, 0);
    for (line, why) in [
        ("s.nxs s_00001.cbf --images 3", "--images: s.nxs has 3 images, not number 3"),
        (
            "s.nxs s_00001.cbf --images 18446744073709551615",
            "--images: s.nxs has 3 images, not number 18446744073709551615",
        ),
        (
            "s_00001.cbf s_00001.cbf --images 0",
            "--images: neither A nor B is an NXmx file, whose images are numbered",
        ),
        (
            "s.nxs s_00001.cbf --images 0-1",
            "A has 16 x 32 pixels (fast, slow), B has 16 x 16; A is a stack of 2 images",
        ),
        (
            "s.nxs s_00001.cbf --images 2-1",
            "compare: --images expects FIRST-LAST, counted from 0, not \"2-1\"",
        ),
        (
            "s_00001.cbf s.nxs",
            "A has 16 x 16 pixels (fast, slow), B has 16 x 48; B is a stack of 3 images; --images N compares one",
        ),
        ("s.nxs s_00001.cbf -imges 2", "compare: unknown option --imges; did you mean --images?"),
        (
            "s.nxs s_00001.cbf --tol 1",
            "compare: unknown option --tol; known are --size, --images, --tolerance, --of-max, --peak-quantile, --peak-radius, --json, --png",
        ),
    ] {
        assert_eq!(scratch.run(&format!("compare {line}")).error(2), why, "{line}");
    }
}

#[test]
fn one_dash_is_as_good_as_two() {
    let scratch = rendered();
    assert_eq!(scratch.run("compare a.bin a.bin -size 16 16 -tolerance=0 -of-max 0").status, 0);
    scratch.write("-json", scratch.read("a.bin"));
    assert_eq!(scratch.run("compare --size 16 16 -- a.bin -json").status, 0);
}

#[test]
fn whatever_is_written_is_compared() {
    let scratch = Scratch::new();
    let outputs = "-o a.cbf -o a.nxs -o a.img -o a.tif -o a.npy";
    scratch.run(&format!("{TINY} -fluence 1e28 -adc 0 {outputs}")).good();
    assert_eq!(scratch.run("compare a.nxs a.cbf").status, 0);
    assert_eq!(scratch.run("compare a.tif a.npy --tolerance 0 --of-max 0").status, 0);
    assert_eq!(scratch.run("compare a.tif a.nxs").status, 1, "photons are no counts");
    scratch.run(&format!("sweep {TINY} -fluence 1e28 -images 3 -osc 1 -o s.nxs -o s.cbf")).good();
    assert_eq!(scratch.run("compare s.nxs s.nxs").status, 0);
    assert!(scratch.run("compare s.nxs a.nxs").error(2).contains("16 x 48"), "a stack is tall");
    let bytes = scratch.read("a.nxs");
    for length in [9, 500] {
        scratch.write("cut.nxs", &bytes[..length]);
        assert!(scratch.run("compare cut.nxs a.cbf").error(2).starts_with("cut.nxs: "), "{length}");
    }
}

#[test]
fn instruments_and_masks_come_from_what_is_written() {
    let scratch = Scratch::new();
    let crystal = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -oversample 1 -phisteps 2 -seed 1";
    let place = "-distance 123 -pixel 0.15 -detpixels 24 -lambda 1.25 -Xbeam 1.2 -Ybeam 0.9 -phi 7 -osc 2";
    let files = "-o a.cbf -o a.nxs -o a.tif -o a.npy";
    scratch.run(&format!("{crystal} {place} -fluence 1e28 {files}")).good();
    scratch.run(&format!("{crystal} {place} -o want.npy")).good();
    for file in ["a.cbf", "a.nxs"] {
        scratch.run(&format!("{crystal} -img {file} -o found.npy")).good();
        let run = scratch.run("compare found.npy want.npy --tolerance 1e-4 --of-max 1e-4");
        assert_eq!(run.status, 0, "{file}: {}", run.out);
    }
    let run = scratch.run(&format!("{crystal} -img a.tif -o size.npy")).good();
    assert!(run.out.contains("reading a.tif"), "{}", run.out);
    for file in ["a.cbf", "a.nxs", "a.npy", "a.tif"] {
        scratch.run(&format!("{crystal} {place} -mask {file} -o masked.npy")).good();
    }
}

#[test]
fn formats_mix_and_a_picture_is_written() {
    let scratch = rendered();
    let run = scratch.run("compare a.img a.pgm --png picture.png");
    assert_eq!(run.status, 1, "counts and gray levels are not the same numbers: {}", run.err);
    assert!(scratch.read("picture.png").starts_with(b"\x89PNG"));
    let run = scratch.run("compare a.bin a.img --tolerance 10 --of-max 1e9");
    assert_eq!(run.status, 0, "raw floats take the other image's size: {}", run.err);
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (16, 16), }\n";
    let mut npy = [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    npy.extend(scratch.read("a.bin"));
    scratch.write("a.npy", npy);
    assert_eq!(scratch.run("compare a.npy a.bin --tolerance 0 --of-max 0").status, 0);
}

#[test]
fn what_cannot_be_compared_is_said_in_one_line_with_status_2() {
    let scratch = rendered();
    for (line, says) in [
        ("compare a.bin", "compare takes two images, not 1"),
        ("compare a.bin missing.img", "missing.img"),
        ("compare a.bin a.bin", "--size FAST SLOW"),
        ("compare a.bin a.bin --size 4 4", "expected 64 bytes, found 1024"),
        ("compare a.bin a.img --size 32 8", "A has 32 x 8 pixels (fast, slow), B has 16 x 16"),
        ("compare a.bin a.bin --size 0 4", "--size"),
        ("compare a.bin a.bin --size x 4", "--size expects two whole numbers FAST SLOW, not \"x\""),
        ("compare a.bin a.bin --tolerance -1", "--tolerance -1: expected a number that is not negative"),
        ("compare a.bin a.bin --peak-quantile 2", "--peak-quantile: expected 0 to 1"),
        ("compare a.img a.img --png missing/a.png", "missing/a.png"),
        ("compare a.img a.pgm --png ./a.pgm", "--png ./a.pgm would replace an image that is compared"),
        ("compare a.img a.img --frobnicate", "frobnicate"),
    ] {
        let error = scratch.refused(line);
        assert!(error.contains(says), "{line}: {error}");
    }
}

#[test]
fn the_command_has_its_own_help() {
    let scratch = Scratch::new();
    for flag in ["-h", "--help"] {
        let run = scratch.run(&format!("compare {flag}")).good();
        assert!(run.out.starts_with("Usage: nanobragg compare A B"), "{}", run.out);
    }
}
