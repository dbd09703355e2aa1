//! Flags without effect are named, and the same flags beside what they need are not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::ffi::OsString;
use std::path::Path;

use nanobragg_config::classic::parse;
use nanobragg_config::{Context, Orientations, Purpose, resolve};

const BASE: &str = "-cell 70 80 90 75 85 95 -default_F 100 -N 3 -detpixels 16 -nodump";

/// The codes of warnings of a line, and their texts.
fn said(folder: &Path, line: &str) -> Vec<(&'static str, String)> {
    said_for(Purpose::Image, folder, line)
}

fn said_for(purpose: Purpose, folder: &Path, line: &str) -> Vec<(&'static str, String)> {
    let args = parse(line.split_whitespace().map(OsString::from)).unwrap();
    let context = Context { directory: folder.to_owned(), purpose, ..Context::default() };
    let setup = resolve(&args, &context).unwrap_or_else(|error| panic!("{line}: {error}"));
    setup.warnings.iter().map(|warning| (warning.code(), warning.to_string())).collect()
}

#[test]
fn a_flag_says_what_it_lacks_and_is_silent_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.hkl"), "1 0 0 5\n").unwrap();
    for (flag, lacks, with) in [
        ("-detector_abs 300", "-detector_thick", "-detector_thick 300"),
        ("-detector_thicksteps 4", "-detector_thick", "-detector_thick 300 -detector_abs 200"),
        ("-oversample_thick", "-detector_thick", "-detector_thick 300 -detector_abs 200"),
        ("-mosaic_seed 5", "-mosaic", "-mosaic 1 -mosaic_domains 20"),
        ("-misset_seed 5", "-misset random", "-misset random"),
        ("-fudge 2", "another shape", "-round_xtal"),
        ("-dispsteps 3", "-dispersion", "-dispersion 1"),
        ("-square_div", "-divergence", "-divergence 2"),
        ("-phi_sampling start", "a rotation", "-osc 1"),
        ("-interpolate", "-hkl", "-hkl a.hkl"),
        ("-dump x.bin", "-hkl", "-hkl a.hkl"),
        ("-scale 2 -o a.bin", "an image of counts", "-intfile a.img"),
        ("-scale 2 -o a.cbf", "an image of counts", "-nonoise"),
        ("-adc 10 -o a.bin", "an SMV image", "-o a.img"),
        ("-pgmscale 2 -o a.bin", "a gray map", "-o a.pgm"),
        ("-npy_dtype f64 -o a.bin", "an array", "-o a.npy"),
        ("-png_colors viridis -o a.bin", "a picture", "-o a.png"),
        ("-png_scale log -o a.bin", "a picture", "-o a.png"),
        ("-png_percentile 99 -o a.bin", "a picture", "-o a.png"),
        ("-png_rings 3 -o a.bin", "a picture", "-o a.png"),
        ("-png_beam -o a.bin", "a picture", "-o a.png"),
        ("-png_decades 2 -png_scale linear -o a.png", "-png_scale log", "-png_scale log"),
        ("-selftest", "-device gpu", "-device gpu"),
        ("-gpu_limits buffer=1000000000", "-device gpu", "-device gpu"),
    ] {
        let idle = |more: &str| {
            let line = format!("{BASE} {flag} {more}")
                .replace("-nodump", if flag.contains("-dump") { "" } else { "-nodump" });
            let found = said(folder.path(), &line);
            found
                .into_iter()
                .filter(|(code, _)| *code == "config.flag-alone")
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        let alone = idle("");
        let name = flag.split(' ').next().unwrap();
        assert!(
            matches!(&alone[..], [text] if text.starts_with(name) && text.contains(&format!("without {lacks}"))),
            "{flag}: {alone:?}"
        );
        assert_eq!(idle(with), [""; 0], "{flag} {with}");
        assert_eq!(idle("-quirks reference"), [""; 0], "{flag}");
    }
}

#[test]
fn derivatives_and_series_have_outputs_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.hkl"), "1 0 0 5\n").unwrap();
    let idle = |purpose: Purpose, line: &str| -> Vec<String> {
        let line = format!("-cell 70 80 90 75 85 95 -N 3 -detpixels 16 -hkl a.hkl {line}");
        let found = said_for(purpose, folder.path(), &line);
        found.into_iter().filter(|(code, _)| *code == "config.flag-alone").map(|(_, text)| text).collect()
    };
    let series = |name: &str, is_drawn| Purpose::Series {
        names: vec![name.into()],
        orientations: if is_drawn { Orientations::Drawn } else { Orientations::OfFlags },
    };
    for (purpose, flag, lacks) in [
        (Purpose::Derivatives, "-scale 2", "an image of counts without noise (-nonoise, -intfile)"),
        (Purpose::Derivatives, "-adc 10", "an SMV image"),
        (Purpose::Derivatives, "-npy_dtype f32", "an image: derivatives are 64-bit floats"),
        (Purpose::Derivatives, "-png_beam", "a picture of an image"),
        (Purpose::Derivatives, "-dump x.bin", "a run of one image without -o, which writes it"),
        (Purpose::Image, "-o a.bin -dump x.bin", "a run of one image without -o, which writes it"),
        (series("a.cbf", false), "-adc 10", "an SMV image"),
        (series("a.cbf", false), "-scale 2", "an image of counts without noise (-nonoise, -intfile)"),
        (series("a.cbf", false), "-png_beam", "a picture, -o FILE.png"),
        (series("a.cbf", false), "-dump x.bin", "a run of one image without -o, which writes it"),
        (series("a.cbf", false), "-misset_seed 5", "-misset random or -orientations random"),
    ] {
        let said = flag.rsplit_once(" -").map_or(flag.to_owned(), |(_, last)| format!("-{last}"));
        assert_eq!(idle(purpose, flag), [format!("{said} has no effect without {lacks}")]);
    }
    for (purpose, flag) in [
        (Purpose::Derivatives, "-npy_dtype f64"),
        (series("a.img", false), "-adc 10"),
        (series("a.png", false), "-png_beam"),
        (series("a.cbf", false), "-scale 2 -nonoise"),
        (series("a.cbf", true), "-misset_seed 5"),
    ] {
        assert_eq!(idle(purpose, flag), [""; 0], "{flag}");
    }
}

#[test]
fn a_table_of_the_caller_gives_flags_an_effect() {
    let codes = |brings_table| -> Vec<&str> {
        let args = parse(format!("{BASE} -default_F 0 -interpolate").split(' ').map(OsString::from)).unwrap();
        let setup = resolve(&args, &Context { brings_table, ..Context::default() }).unwrap();
        setup.warnings.iter().map(nanobragg_config::Warning::code).collect()
    };
    assert_eq!(codes(false), ["config.zero-amplitudes", "config.flag-alone"]);
    assert_eq!(codes(true), [""; 0]);
}

#[test]
fn sources_overrule_a_grid_of_directions() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.txt"), "-10 0 0 1 1e-10\n").unwrap();
    for grid in ["-divergence 2", "-dispersion 1", "-dispsteps 3", "-square_div", "-hdivsteps 3"] {
        let found = said(folder.path(), &format!("{BASE} -sourcefile s.txt {grid}"));
        let expected = format!("-sourcefile s.txt wins over {grid}");
        let about: Vec<_> = found.iter().filter(|(_, text)| text.contains(grid)).collect();
        assert_eq!(about, [&("config.overruled-flag", expected)], "{grid}");
    }
}

#[test]
fn a_sensor_whose_depth_a_flag_takes_back_lacks_no_thickness() {
    let folder = tempfile::tempdir().unwrap();
    for depth in ["inf", "0"] {
        let line = format!("{BASE} -detector_thick 300 -detector_thicksteps 4 -detector_abs {depth}");
        let expected =
            "-detector_thicksteps 4 has no effect without a finite -detector_abs above 0".to_owned();
        let found = said(folder.path(), &line);
        assert!(found.contains(&("config.flag-alone", expected)), "{found:?}");
        assert!(!found.iter().any(|(_, text)| text.contains("without -detector_thick")), "{found:?}");
    }
}

#[test]
fn a_flag_that_asks_for_what_is_so_anyway_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    for flag in ["-fudge 1", "-dispsteps 1", "-detector_thicksteps 1", "-mosaic_domains 1"] {
        let found = said(folder.path(), &format!("{BASE} {flag}"));
        assert!(!found.iter().any(|(code, _)| *code == "config.flag-alone"), "{flag}: {found:?}");
    }
}
