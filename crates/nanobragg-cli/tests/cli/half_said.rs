//! What is said by half, or of no use, is refused or named.

use std::fs;

use crate::scratch::{Scratch, TINY};

#[test]
fn a_flag_is_not_the_value_of_another_one() {
    let scratch = Scratch::new();
    for (line, expected) in [
        ("gradient -wrt -o g.npy", "gradient: -wrt needs the name of a parameter, not -o"),
        ("gradient -wrt N -o --check", "gradient: -o needs a file name, not --check"),
        ("refine -data -o f", "refine: -data needs a value, not -o"),
        ("refine -data a.npy -images -o f", "refine: -images needs a value, not -o"),
        ("sweep -images -o a.cbf", "sweep: -images needs a number of images, not -o"),
        ("gradient -wrt misset, -check", "gradient: -wrt \"misset,\": a name is missing beside a comma"),
    ] {
        assert_eq!(scratch.refused(&format!("{line} {TINY}")), expected, "{line}");
    }
    // A file may be called so, and a number may be below zero.
    let error = scratch.refused(&format!("refine -data=-o -o f {TINY}"));
    assert!(error.starts_with("refine: -data: cannot read -o: "), "{error}");
    let error = scratch.refused(&format!("refine -data a.npy -gain -5 -o f {TINY}"));
    assert_eq!(error, "refine: -gain expects a number above 0, not \"-5\"");
}

#[test]
fn a_folder_that_is_not_there_is_said_alike_by_all_commands() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy")).good();
    for line in ["-o d/f.npy", "gradient -wrt N -o d/f.npy", "refine -refine N -data a.npy -o d/f"] {
        let error = scratch.refused(&format!("{line} {TINY}"));
        assert!(
            error.starts_with("cannot write d/f") && error.ends_with(": there is no folder d"),
            "{error}"
        );
    }
    for name in ["g.json", "p_Nb.png"] {
        fs::create_dir(scratch.path(name)).unwrap();
    }
    for name in ["g.npy", "p.png"] {
        let error = scratch.refused(&format!("gradient -wrt N -o {name} {TINY}"));
        assert!(error.contains("is a folder") || error.contains("is a directory"), "{error}");
    }
}

#[test]
fn the_name_of_a_refinement_begins_names_of_files() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy")).good();
    for name in [".", "-", "npy:-", "/", "..", "a/"] {
        let error = scratch.refused(&format!("refine -refine N -data a.npy -o {name} {TINY}"));
        assert!(error.starts_with(&format!("refine: -o {name}")), "{error}");
        assert!(error.ends_with("such as -o fit"), "{error}");
    }
}

#[test]
fn names_of_no_use_are_said_as_they_were_given() {
    let scratch = Scratch::new();
    for (line, expected) in [
        ("-o h5:-", "-o h5:-: NXmx cannot be written to a pipe; use another format or a file"),
        ("--geometry_out= -o a.npy", "--geometry_out needs a value (a file)"),
    ] {
        assert_eq!(scratch.refused(&format!("{TINY} {line}")), expected);
    }
    let error = scratch.refused(&format!("sweep {TINY} -osc 1 -images 2 -o npy:-"));
    assert_eq!(error, "npy:-: images of a series are files");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let line = format!("{TINY} -o npy:-");
    let run = scratch.command(line.split_whitespace()).stdout(full).output().unwrap();
    let run = crate::scratch::Run::from(run);
    let last = run.err.lines().last().unwrap();
    assert!(last.starts_with("error: cannot write standard output: No space left"), "{}", run.err);
    let run = scratch.run(&format!("{TINY} -Xbeam 1e308 -show")).good();
    assert!(run.err.lines().all(|line| line.len() < 200) && run.err.contains("1e+308"), "{}", run.err);
}

#[test]
fn what_a_description_has_no_words_for_is_said() {
    let scratch = Scratch::new();
    let said = |more: &str| -> Vec<String> {
        let run = scratch.run(&format!("{TINY} -o a.npy {more}")).good();
        run.warnings()
            .into_iter()
            .filter(|said| said.contains("has no place for"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(said("-geometry_out a.expt -geometry_out XDS.INP -geometry_out a.geom"), [""; 0]);
    let expected = [
        "a.expt has no place for the polarization being off, 3 wavelengths, 2 directions of incidence",
        "a.geom has no place for the polarization being off, the rotation, 3 wavelengths, 2 directions of incidence",
    ];
    let beam = "-nopolar -dispersion 1 -dispsteps 3 -hdivrange 1 -hdivsteps 2 -osc 1";
    assert_eq!(said(&format!("{beam} -geometry_out a.expt -geometry_out a.geom")), expected);
    let run =
        scratch.run(&format!("sweep {TINY} -nopolar -osc 1 -images 2 -o s.npy -geometry_out s.expt")).good();
    assert!(run.warnings().contains(&"s.expt has no place for the polarization being off"), "{}", run.err);
}

#[test]
fn a_list_of_unique_reflections_is_doubted() {
    let scratch = Scratch::new();
    let list = |least: i32| -> String {
        (least..4).flat_map(|l| (-2..3).map(move |h| format!("{h} 1 {l} 10\n{h} -1 {l} 10\n"))).collect()
    };
    let bare =
        "-cell 70 80 90 90 90 90 -lambda 1.5 -N 5 -distance 100 -pixel 4 -detpixels 16 -oversample 1 -seed 1";
    let said = |more: &str| {
        let run = scratch.run(&format!("{bare} -hkl a.hkl -o a.npy {more}")).good();
        run.out.lines().find(|line| line.contains("if these are unique reflections")).map(str::to_owned)
    };
    scratch.write("a.hkl", list(0));
    let expected =
        "a.hkl: no reflection has l below 0: if these are unique reflections, -spacegroup NAME expands them";
    assert_eq!(said("").as_deref(), Some(expected));
    assert_eq!(said("-spacegroup P1"), None);
    assert_eq!(said("-quirks reference"), None);
    scratch.write("a.hkl", list(-3));
    assert_eq!(said(""), None);
    scratch.write("a.hkl", "0 0 1 100\n1 0 0 100\n");
    assert_eq!(said(""), None);
}

#[test]
fn seeds_that_nobody_gave_are_drawn() {
    let scratch = Scratch::new();
    let bare = TINY.replace("-seed 1", "");
    let origins = |line: &str| -> Vec<String> {
        let run = scratch.run(&format!("{line} -show")).good();
        let seeds = ["misset seed", "noise seed"].map(|name| {
            let line = run.out.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
            line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ")
        });
        seeds.to_vec()
    };
    assert_eq!(origins(&bare), ["drawn", "drawn"]);
    assert_eq!(origins(TINY), ["flag -seed", "flag -seed"]);
    assert_eq!(origins(&format!("{bare} -misset_seed 5")), ["flag -misset_seed", "drawn"]);
}

#[test]
fn an_image_of_no_known_byte_order_is_refused_and_a_far_corner_doubted() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -intfile a.img -nopgm -nonoise -floatfile a.bin")).good();
    let text = scratch.read("a.img");
    let at = text.windows(13).position(|word| word == b"little_endian").unwrap();
    let mut odd = text.clone();
    odd[at..at + 13].copy_from_slice(b"middle_endian");
    scratch.write("a.img", odd);
    let error = scratch.refused(&format!("{TINY} -mask a.img -o b.npy"));
    assert!(
        error.ends_with("a.img: BYTE_ORDER: expected little_endian or big_endian, found \"middle_endian\"")
    );
    let run = scratch.run(&format!("{TINY} -pix0_vector 50 1 -1 -show"));
    assert!(run.err.contains("-pix0_vector 50 m: 50 mm?"), "{}", run.err);
}

#[test]
fn an_image_with_noise_is_not_written_without_noise() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{} -nonoise -noisefile n.img -o a.npy", TINY)).good();
    assert!(
        run.warnings().iter().any(|said| said.starts_with("-nonoise") && said.contains("-noisefile")),
        "{}",
        run.err
    );
    assert!(!scratch.path("n.img").exists() && scratch.path("a.npy").exists());
}

#[test]
fn directions_without_a_range_are_said_of_each_axis() {
    let scratch = Scratch::new();
    let open = |flags: &str| -> Vec<String> {
        let run = scratch.run(&format!("{TINY} {flags} -o a.npy")).good();
        run.warnings().into_iter().filter(|said| said.contains("has no range")).map(str::to_owned).collect()
    };
    let text =
        |steps: &str, range: &str| format!("{steps} has no range: 1000 mrad is assumed; {range} gives one");
    let h = || text("-hdivsteps 3", "-hdivrange");
    let v = || text("-vdivsteps 2", "-vdivrange");
    assert_eq!(open("-divsteps 3"), [text("-divsteps 3", "-divergence")]);
    assert_eq!(open("-hdivsteps 3"), [h()]);
    assert_eq!(open("-hdivsteps 3 -vdivsteps 2"), [h(), v()]);
    assert_eq!(open("-hdivsteps 3 -vdivrange 1"), [h()]);
    assert_eq!(open("-divsteps 3 -vdivrange 1"), [text("-divsteps 3", "-hdivrange")]);
    assert_eq!(open("-divsteps 3 -vdivsteps 1 -hdivrange 1"), [""; 0]);
    assert_eq!(open("-vdivsteps 2 -hdivstep 1"), [v()]);
    // One direction is the beam's, but under the presets of the C program.
    scratch.run(&format!("{TINY} -o one.npy")).good();
    for one in ["-divsteps 1", "-hdivsteps 1", "-hdivsteps 1 -vdivsteps 1"] {
        assert_eq!(open(one), [""; 0], "{one}");
        assert!(scratch.read("a.npy") == scratch.read("one.npy"), "{one}");
    }
    assert_eq!(open("-hdivsteps 1 -quirks spec"), [text("-hdivsteps 1", "-hdivrange")]);
    for given in ["-hdivrange 1", "-hdivstep 1", "-divergence 1"] {
        assert_eq!(open(&format!("-hdivsteps 3 {given}")), [""; 0], "{given}");
    }
}
