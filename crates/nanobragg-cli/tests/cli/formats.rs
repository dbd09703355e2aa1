//! The formats beside the reference program's: which flag writes which, and that all hold the same pixels.

use nanobragg_io::cbf::decompress;
use nanobragg_io::float::read_float;
use nanobragg_io::smv::read_smv;

use crate::scratch::{Scratch, TINY};

const ALL: &str = "-floatfile f.bin -intfile i.img -noisefile n.img -pgmfile p.pgm -cbffile c.cbf -nxsfile x.nxs \
    -npyfile a.npy -tiffile t.tif -pngfile v.png";

/// The counts of a miniCBF.
pub fn cbf_counts(bytes: &[u8]) -> Vec<i32> {
    let start = bytes.windows(4).position(|four| four == [0x0c, 0x1a, 0x04, 0xd5]).unwrap();
    let text = std::str::from_utf8(&bytes[..start]).unwrap();
    let value = |key: &str| -> usize {
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().parse().unwrap()
    };
    let size = value("X-Binary-Size:");
    decompress(&bytes[start + 4..][..size], value("X-Binary-Number-of-Elements:")).unwrap()
}

#[test]
fn every_format_holds_the_same_pixels() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -adc 40 {ALL}")).good();
    let photons = read_float(&scratch.path("f.bin"), 256).unwrap();
    let bytes = scratch.read("f.bin");
    assert!(photons.iter().any(|&photons| photons > 0.0));
    assert_eq!(scratch.read("a.npy")[128..], bytes);
    assert!(scratch.read("t.tif").windows(bytes.len()).any(|part| part == bytes));
    let noise = read_smv(&scratch.path("n.img")).unwrap().data;
    let counts = cbf_counts(&scratch.read("c.cbf"));
    let unsaturated = counts.iter().zip(&noise).filter(|(_, noise)| **noise < 65535);
    assert!(unsaturated.clone().all(|(count, noise)| i64::from(count + 40) == *noise));
    assert!(unsaturated.count() > 200);
    assert!(scratch.read("v.png").starts_with(b"\x89PNG"));
    assert!(scratch.read("x.nxs").starts_with(b"\x89HDF"));
}

#[test]
fn the_extension_of_one_output_tells_its_format() {
    let all = Scratch::new();
    all.run(&format!("{TINY} {ALL}")).good();
    for (name, of_all) in [
        ("y.cbf", "c.cbf"),
        ("y.nxs", "x.nxs"),
        ("y.h5", "x.nxs"),
        ("y.npy", "a.npy"),
        ("y.tif", "t.tif"),
        ("y.tiff", "t.tif"),
        ("y.png", "v.png"),
    ] {
        let one = Scratch::new();
        one.run(&format!("{TINY} -o {name}")).good();
        let mut names = one.names();
        // An array has what made it beside it.
        names.retain(|name| name != "y.npy.json");
        assert_eq!(names, [name]);
        // The name of a miniCBF's data block is the file's.
        let bytes = |text: Vec<u8>| String::from_utf8_lossy(&text).replacen("data_c\r", "data_y\r", 1);
        assert_eq!(bytes(one.read(name)), bytes(all.read(of_all)), "{name}");
    }
}

#[test]
fn without_noise_counts_are_photons_times_the_scale() {
    let scratch = Scratch::new();
    let counts = |more: &str| {
        scratch.run(&format!("{TINY} -floatfile f.bin -cbffile c.cbf -nonoise {more}")).good();
        (cbf_counts(&scratch.read("c.cbf")), read_float(&scratch.path("f.bin"), 256).unwrap())
    };
    for (more, scale) in [("", 1.0), ("-scale 0.25", 0.25)] {
        let (counts, photons) = counts(more);
        let expected: Vec<i32> = photons.iter().map(|&p| (f64::from(p) * scale).round() as i32).collect();
        assert_eq!(counts, expected, "{more}");
    }
}

#[test]
fn counts_outside_the_region_are_marked() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -roi 2 5 0 15 -o c.cbf")).good();
    let counts = cbf_counts(&scratch.read("c.cbf"));
    for (at, count) in counts.into_iter().enumerate() {
        assert_eq!(count >= 0, (2..=5).contains(&(at % 16)), "{at}");
    }
}

#[test]
fn counts_saturate_and_say_how_many() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{TINY} -fluence 1e38 -o c.cbf")).good();
    let most = nanobragg::readout::MOST;
    let full = cbf_counts(&scratch.read("c.cbf")).into_iter().filter(|&count| count == most).count();
    assert!(full > 0 && run.warnings().contains(&&*format!("c.cbf: {full} pixels saturated at {most}")));
}

#[test]
fn a_header_that_cannot_say_the_geometry_is_warned_of() {
    let scratch = Scratch::new();
    let warned = |more: &str| {
        let run = scratch.run(&format!("{TINY} {more}")).good();
        run.warnings().iter().any(|warning| warning.contains("miniCBF cannot record a detector "))
    };
    assert!(warned("-o a.cbf -twotheta 5") && warned("-o a.cbf -adxv"));
    let run = scratch.run(&format!("sweep {TINY} -osc 1 -images 1 -twotheta 5 -o s.img")).good();
    assert!(
        run.warnings()
            .iter()
            .any(|warning| warning.starts_with("s_00001.img: SMV cannot record a detector tilted by"))
    );
    assert!(!warned("-o a.cbf") && !warned("-o a.nxs -twotheta 5") && !warned("-o a.cbf -xds"));
}

#[test]
fn flags_of_the_picture_change_it() {
    let scratch = Scratch::new();
    let plain = |more: &str| {
        scratch.run(&format!("{TINY} -distance 20 -o a.png {more}")).good();
        scratch.read("a.png")
    };
    let default = plain("");
    for more in [
        "-png_scale linear",
        "-png_percentile 50",
        "-png_colors ink",
        "-png_rings 3 2",
        "-png_rings auto",
        "-png_beam",
    ] {
        assert_ne!(plain(more), default, "{more}");
    }
    assert_eq!(plain("-png_scale log -png_decades 4 -png_percentile 99.9 -png_colors magma"), default);
    let error = scratch.refused(&format!("{TINY} -o b.png -png_colors jet"));
    assert!(error.contains("magma") && error.contains("viridis"), "{error}");
}
