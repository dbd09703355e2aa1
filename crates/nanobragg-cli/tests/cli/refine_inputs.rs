//! What `nanobragg refine` says of inputs that are wrong, or that do not belong together.

use nanobragg_io::cbf::read_cbf;
use nanobragg_io::npy::write_npy;

use crate::scratch::Scratch;

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.4 -detpixels 200 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 4 -oversample 1 -seed 1 -fluence 3e25";
const START: &str = "-N 20 -misset 10.02 20.01 29.99 -refine misset,scale -box_scale 0.05";

fn with_shot() -> Scratch {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    scratch
}

fn json(scratch: &Scratch, name: &str) -> serde_json::Value {
    serde_json::from_slice(&scratch.read(name)).unwrap()
}

#[test]
fn another_refinement_does_not_go_on() {
    let scratch = with_shot();
    let line = format!("refine {CRYSTAL} {START} -data shot.cbf -o fit");
    scratch.run(&line).good();
    scratch.run(&format!("{line} -resume -threads 1 -max_iterations 50")).good();
    std::fs::copy(scratch.path("fit.json"), scratch.path("again.json")).unwrap();
    for (more, before) in [
        ("-N 12", "nothing where this one has -N 12"),
        ("-lambda 1.1", "nothing where this one has -lambda 1.1"),
        ("-quirks reference", "nothing where this one has -quirks reference"),
        ("-gain 2", "-gain 1 where this one has -gain 2"),
        ("-saturation 1000", "-saturation none where this one has -saturation 1000"),
        ("-box_scale 0.1", "-box_scale 0.05 where this one has -box_scale 0.1"),
        ("-prior misset=0.1", "no -prior where this one has -prior misset=0.1"),
    ] {
        let files = scratch.files();
        let run = scratch.run(&format!("{line} -resume {more}"));
        let expected = "fit.json: it is of another refinement, which had";
        assert_eq!(run.error(2), format!("{expected} {before}; leave -resume out to start over"), "{more}");
        assert_eq!(scratch.files(), files, "{more}");
    }
    for wrong in ["{}", "[1]", "{\"data\": \"shot.cbf\", \"parameters\": [], \"settings\": 3}"] {
        scratch.write("fit.json", wrong);
        let run = scratch.run(&format!("{line} -resume"));
        let error = run.error(2);
        assert!(error.starts_with("fit.json: it was not written by a refinement of an image;"), "{error}");
    }
    let mut fit = json(&scratch, "again.json");
    let run = scratch.run(&format!("refine {START} {CRYSTAL} -data shot.cbf -o again -resume"));
    assert_eq!(
        run.error(2),
        "again.json: its run had the same flags in another order; -resume needs the same order"
    );
    fit.as_object_mut().unwrap().remove("settings");
    scratch.write("again.json", fit.to_string());
    let run = scratch.run(&format!("{} -resume", line.replace("-o fit", "-o again")));
    let expected = "again.json: it is of an earlier version, which did not store flags";
    assert!(run.error(2).starts_with(expected), "{}", run.err);
    scratch.write("fit.json", "{");
    assert!(scratch.run(&format!("{line} -resume")).error(2).starts_with("fit.json: "), "no JSON");
}

#[test]
fn a_mask_of_another_size_is_one_line() {
    let scratch = with_shot();
    scratch
        .run("-cell 60 -default_F 1 -detpixels 64 -pixel 0.1 -distance 70 -oversample 1 -o m.cbf -o m.npy")
        .good();
    let size = " -distance 100 -pixel 0.4 -detpixels 200";
    for mask in ["m.cbf", "m.npy"] {
        let line = format!("refine {} {START} -mask {mask} -data shot.cbf -o fit", CRYSTAL.replace(size, ""));
        let run = scratch.run(&line);
        let expected = format!(
            "refine: -data: shot.cbf: the data have 200 x 200 pixels (fast, slow), the detector has 64 x 64, the size of -mask {mask}"
        );
        assert_eq!(run.error(2), expected);
        assert!(!run.err.contains("its header"), "{}", run.err);
    }
}

#[test]
fn a_mask_leaves_pixels_out_whatever_was_counted_there() {
    let scratch = with_shot();
    let shot = read_cbf(&scratch.path("shot.cbf")).unwrap();
    let is_kept = |at: usize| at % 200 < 100;
    // Nonsense where the mask leaves pixels out.
    let nonsense = |(at, &count): (usize, &i32)| if is_kept(at) { count as f32 } else { (at % 977) as f32 };
    let counts: Vec<f32> = shot.counts.iter().enumerate().map(nonsense).collect();
    write_npy(&scratch.path("wrong.npy"), 200, 200, &counts).unwrap();
    let counts: Vec<f32> = shot.counts.iter().map(|&count| count as f32).collect();
    write_npy(&scratch.path("right.npy"), 200, 200, &counts).unwrap();
    let mask: Vec<f32> = (0..200 * 200).map(|at| f32::from(u8::from(is_kept(at)))).collect();
    write_npy(&scratch.path("mask.npy"), 200, 200, &mask).unwrap();
    let found = |more: &str, data: &str| {
        scratch.run(&format!("refine {CRYSTAL} {START} {more} -data {data}.npy -o fit")).good();
        let table = String::from_utf8(scratch.read("fit.csv")).unwrap();
        let fast = table.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse::<u32>().unwrap());
        (fast.max().unwrap(), json(&scratch, "fit.json")["parameters"].clone())
    };
    let (farthest, masked) = found("-mask mask.npy", "wrong");
    assert!(farthest < 100, "{farthest}");
    assert_eq!(found("-mask mask.npy", "right").1, masked);
    let (farthest, all) = found("", "right");
    assert!(farthest > 100 && all != masked, "{farthest}");
}

#[test]
fn saturated_pixels_are_named_where_nothing_is_left() {
    let scratch = with_shot();
    let line = format!("refine {CRYSTAL} {START} -data shot.cbf -o fit -saturation");
    let none = scratch.run(&format!("{line} 0.5 -water 50"));
    let error = none.error(1);
    assert!(error.contains("pixels are left out as saturated, with 0.5 counts or more)"), "{error}");
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -water 20 -fluence 3e26 -o bright.cbf")).good();
    let all = scratch.run(&format!("{} 1", line.replace("shot", "bright")));
    assert_eq!(
        all.error(1),
        "no spots: no pixel can be used (40000 pixels are left out as saturated, with 1 counts or more)"
    );
}

#[test]
fn a_list_says_which_line_is_wrong() {
    let scratch = with_shot();
    let line = format!("refine {CRYSTAL} {START} -list l.txt -o fit");
    for (list, error) in [
        ("shot.cbf\nshot.cbf -bogus\n", "l.txt:2: unknown flag -bogus"),
        ("# one\n-misset 1 2 3\n", "l.txt:2: expected the name of an image, found -misset"),
        ("shot.cbf none.toml\n", "l.txt:1: shot.cbf: "),
        // Whose name is a part of what is wrong.
        ("a none.toml\n", "l.txt:1: a: "),
        ("shot.cbf -N 5.5\n", "l.txt:1: "),
        ("", "refine: there are no images"),
    ] {
        scratch.write("l.txt", list);
        let found = scratch.refused(&line);
        assert!(found.starts_with(error), "{list:?}: {found}");
    }
    std::fs::remove_file(scratch.path("l.txt")).unwrap();
    assert!(scratch.refused(&line).starts_with("refine: -list: cannot read l.txt: "), "it is not there");
    std::fs::create_dir(scratch.path("l.txt")).unwrap();
    assert!(scratch.refused(&line).starts_with("refine: -list: cannot read l.txt: "), "a folder");
    std::fs::remove_dir(scratch.path("l.txt")).unwrap();
    scratch.write("l.txt", b"shot.cbf\xff\n");
    assert!(scratch.refused(&line).starts_with("refine: -list: l.txt"), "no text");
    // What is wrong with a later image does not end the list.
    scratch.write("l.txt", "shot.cbf\nnone.cbf\n");
    let run = scratch.run(&line);
    assert_eq!(run.error(1), "1 of 2 images have not converged");
    assert!(
        run.warnings().iter().any(|line| line.starts_with("l.txt:2: cannot read none.cbf: ")),
        "{}",
        run.err
    );
}

#[test]
fn what_contradicts_the_data_is_warned_of() {
    let scratch = with_shot();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.nxs -o shot.img")).good();
    let described = |more: &str, data: &str| {
        let run =
            scratch.run(&format!("refine {CRYSTAL} {START} -max_iterations 0 -data {data} {more} -o fit"));
        run.warnings()
            .into_iter()
            .map(|line| line.to_string())
            .filter(|line| line.contains("header"))
            .collect::<Vec<_>>()
    };
    for data in ["shot.cbf", "shot.nxs", "shot.img"] {
        assert!(described("", data).is_empty(), "{data}");
        let found = described("-distance 60", data);
        let expected =
            format!("{data}: its header has a distance of 100 mm, the start one of 60 mm, which counts");
        assert_eq!(found, [expected]);
        let found = described("-lambda 2", data);
        assert!(
            found.len() == 1 && found[0].contains("a wavelength of 1 A, the start one of 2 A"),
            "{found:?}"
        );
    }
    let strict =
        scratch.run(&format!("refine {CRYSTAL} {START} -data shot.cbf -distance 99 -strict -o none"));
    assert!(strict.error(2).contains("(an error by -strict)"), "{}", strict.err);
    assert!(scratch.names().iter().all(|name| !name.starts_with("none")));
}

#[test]
fn one_image_shares_nothing() {
    let scratch = with_shot();
    scratch.write("l.txt", "shot.cbf\n");
    let run = scratch.run(&format!("refine {CRYSTAL} {START} -list l.txt -share distance -o fit"));
    let warning = "-share: only one image is refined: nothing is shared";
    assert!(run.warnings().contains(&warning), "{}", run.err);
}

#[test]
fn what_is_known_beforehand_is_in_the_unit_of_the_number() {
    let scratch = with_shot();
    let line =
        format!("refine {CRYSTAL} -N 18 -misset 10.02 20.01 29.99 -box_scale 0.05 -data shot.cbf -o fit");
    let found = |more: &str| {
        scratch.run(&format!("{line} -refine misset,scale,N {more}")).good();
        let fit = json(&scratch, "fit.json");
        let parameters = fit["parameters"].as_array().unwrap().clone();
        move |name: &str, key: &str| {
            parameters.iter().find(|parameter| parameter["name"] == name).unwrap()[key].clone()
        }
    };
    let default = found("");
    assert_eq!(default("turn_x", "prior"), 0.5);
    assert_eq!(default("Na", "prior"), 18.0);
    assert!(default("scale", "prior").is_null());
    let held = found("-prior Na=0.001 -prior misset=none,scale=0.2");
    assert!(held("turn_x", "prior").is_null());
    assert!((held("Na", "prior").as_f64().unwrap() - 0.001).abs() < 1e-12);
    assert!((held("scale", "prior").as_f64().unwrap() - 0.2).abs() < 1e-12);
    let [free, held] = [&default, &held].map(|found| found("Na", "value").as_f64().unwrap());
    assert!((held - 18.0).abs() < 0.01 && (free - 18.0).abs() > 0.1, "{free} {held}");
    for (prior, error) in [
        ("cell_a=1", "refine: -prior: cell_a is not free"),
        ("cell=1", "refine: -prior: cell is not free"),
        ("size=1", "refine: -prior: unknown parameter \"size\"; known are "),
        ("mosiac=1", "refine: -prior: unknown parameter \"mosiac\"; did you mean mosaic?"),
        ("N", "refine: -prior expects NAME=SIGMA, not \"N\""),
        ("N=0", "refine: -prior N expects a number above 0, not \"0\""),
    ] {
        let run = scratch.run(&format!("{line} -refine misset,N -prior {prior}"));
        assert!(run.error(2).starts_with(error), "{prior}: {}", run.err);
    }
}

#[test]
fn what_names_of_files_begin_with_is_no_folder_and_no_stream() {
    let scratch = with_shot();
    std::fs::create_dir(scratch.path("sub")).unwrap();
    let line = format!("refine {CRYSTAL} {START} -data shot.cbf -o");
    for (name, what) in [
        (".", "is a folder"),
        ("..", "is a folder"),
        ("/", "is a folder"),
        ("sub", "is a folder"),
        ("sub/", "is a folder"),
        ("-", "writes files"),
        ("npy:-", "writes files"),
    ] {
        let error = scratch.refused(&format!("{line} {name}"));
        assert!(error.starts_with(&format!("refine: -o {name}")) && error.contains(what), "{name}: {error}");
    }
    // A flag is no value of another one.
    for flag in ["-data", "-refine", "-images", "-box_scale"] {
        let error = scratch.refused(&format!("refine {CRYSTAL} {START} {flag} -o fit"));
        assert_eq!(error, format!("refine: {flag} needs a value, not -o"));
    }
}

#[test]
fn the_direct_beam_is_no_reflection() {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -water 0.4 -o shot.cbf")).good();
    scratch.run(&format!("refine {CRYSTAL} {START} -data shot.cbf -max_iterations 0 -o fit")).good();
    let table = String::from_utf8(scratch.read("fit.csv")).unwrap();
    assert!(table.lines().count() > 5, "{table}");
    let indices = |row: &str| row.split(',').skip(2).take(3).map(str::to_owned).collect::<Vec<_>>();
    assert!(table.lines().all(|row| indices(row) != ["0", "0", "0"]), "{table}");
}

#[test]
fn a_header_that_has_another_detector_than_the_start_is_said() {
    let scratch = with_shot();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -detector_roty 5 -o tilted.cbf")).good();
    let said = |data: &str, more: &str| -> Vec<String> {
        let line = format!("refine {CRYSTAL} {START} -data {data} -o fit -max_iterations 0 {more}");
        let run = scratch.run(&line);
        let of_header = |said: &&str| said.contains("header");
        run.warnings().into_iter().filter(of_header).map(str::to_owned).collect()
    };
    assert_eq!(said("shot.cbf", ""), [""; 0]);
    assert_eq!(said("tilted.cbf", "-detector_roty 5"), [""; 0]);
    let tilt =
        "shot.cbf: its header has a tilt of the detector of 0 deg, the start one of 5 deg, which counts";
    assert_eq!(said("shot.cbf", "-detector_roty 5"), [tilt]);
    let axes = "tilted.cbf: the detector of its header lies 5.00 deg off that of the start, which counts";
    assert_eq!(said("tilted.cbf", ""), [axes]);
    let center = "shot.cbf: its header has a beam center of 40.40 40.40 mm, the start one of 45.20 42.20 mm (fast, slow), \
        which counts";
    assert_eq!(said("shot.cbf", "-Xbeam 42 -Ybeam 45"), [center]);
}

#[test]
fn files_that_have_changed_since_are_not_gone_on_from() {
    let scratch = with_shot();
    let list: String =
        (-30..=30).flat_map(|h| (-30..=30).map(move |k| (h, k))).fold(String::new(), |text, (h, k)| {
            (-20..=20).fold(text, |text, l| text + &format!("{h} {k} {l} 100\n"))
        });
    scratch.write("a.hkl", &list);
    let crystal = CRYSTAL.replace("-default_F 100", "-hkl a.hkl -nodump");
    let line = format!("refine {crystal} {START} -data shot.cbf -o fit -max_iterations 0");
    scratch.run(&line).good();
    scratch.run(&format!("{line} -resume")).good();
    let shot = scratch.read("shot.cbf");
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -seed 2 -o shot.cbf")).good();
    let refused = |what: &str| {
        let expected = format!(
            "fit.json: {what} is not what it was when it was refined; leave -resume out to begin anew"
        );
        assert_eq!(scratch.run(&format!("{line} -resume")).error(2), expected);
    };
    refused("shot.cbf");
    scratch.write("shot.cbf", shot);
    scratch.write("a.hkl", list.replacen("100", "101", 1));
    refused("a.hkl");
    scratch.write("a.hkl", &list);
    scratch.run(&format!("{line} -resume")).good();
    let mut fit = json(&scratch, "fit.json");
    fit.as_object_mut().unwrap().remove("inputs");
    scratch.write("fit.json", fit.to_string());
    let run = scratch.run(&format!("{line} -resume"));
    let expected = "fit.json: it does not say what its input files were, as those of earlier versions do not";
    assert!(run.error(2).starts_with(expected), "{}", run.err);
}

#[test]
fn structure_factors_that_are_interpolated_are_not_refined() {
    let scratch = with_shot();
    scratch.write("list.txt", "shot.cbf\n");
    let start = START.replace("misset,scale", "misset,scale,F");
    let run = scratch.run(&format!("refine {CRYSTAL} {start} -interpolate -list list.txt -o fit"));
    let error = run.error(2);
    assert!(error.contains("interpolated structure factors belong to many nodes"), "{error}");
    assert!(!scratch.path("fit.csv").exists());
}

#[test]
fn a_stack_of_which_no_image_is_chosen_says_how() {
    let scratch = Scratch::new();
    let still = format!("{} -fluence 1e28", crate::scratch::TINY);
    scratch.run(&format!("sweep {still} -images 3 -osc 1 -o s.nxs")).good();
    let error = scratch.refused(&format!("refine {still} -data s.nxs -refine misset -o r"));
    let expected =
        "refine: -data: s.nxs: it has 3 images; choose with -images, counted from 0: -images 0-2 refines all";
    assert_eq!(error, expected);
}

#[test]
fn positions_beyond_the_detector_are_counted() {
    let scratch = with_shot();
    scratch.write("places.txt", "100.5 60.5\n60.5 140.5\n300 20\n-1 5\n");
    let line =
        format!("refine {CRYSTAL} {START} -data shot.cbf -reflections places.txt -max_iterations 0 -o fit");
    let run = scratch.run(&line).good();
    let expected = "places.txt: 2 positions are beyond the detector and not used";
    assert!(run.warnings().contains(&expected), "{:?}", run.warnings());
}

#[test]
fn a_count_that_many_pixels_have_may_be_a_limit() {
    let scratch = with_shot();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -nonoise -o shot.npy")).good();
    let file = scratch.read("shot.npy");
    let pixels = file[file.len() - 4 * 200 * 200..].chunks_exact(4);
    let counts: Vec<i64> =
        pixels.map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()).round() as i64).collect();
    // Integers of 64 bits, as NumPy makes them, with a limit.
    let array = |limit: i64| {
        let mut text = "{'descr': '<i8', 'fortran_order': False, 'shape': (200, 200), }".to_owned();
        text += &" ".repeat(117 - text.len());
        let head = [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), text.as_bytes(), b"\n"].concat();
        let data = counts.iter().flat_map(|count| (*count).min(limit).to_le_bytes()).collect::<Vec<u8>>();
        [head, data].concat()
    };
    let most = counts.iter().copied().max().unwrap();
    scratch.write("whole.npy", array(most));
    scratch.write("cut.npy", array(most / 4));
    let line = |data: &str| format!("refine {CRYSTAL} {START} -data {data} -o fit");
    let said = |line: &str| {
        let run = scratch.run(line).good();
        run.warnings()
            .into_iter()
            .filter(|said| said.contains("largest count"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&line("whole.npy")), [""; 0]);
    let cut = said(&line("cut.npy"));
    let expected = format!(
        "pixels have the largest count, {0}: they may be saturated; -saturation {0} leaves them out",
        most / 4
    );
    assert!(cut.len() == 1 && cut[0].starts_with("cut.npy: ") && cut[0].ends_with(&expected), "{cut:?}");
    assert_eq!(said(&format!("{} -saturation {}", line("cut.npy"), most / 4)), [""; 0]);
}

#[test]
fn the_experiment_file_of_a_fit_has_its_photons() {
    let scratch = with_shot();
    let line = format!("refine {CRYSTAL} {START} -refine misset,N,scale -water 0.2 -data shot.cbf -o fit");
    let run = scratch.run(&line.replace("-N 20", "-N 19")).good();
    // A drop for a small crystal is small.
    assert!(!run.err.contains("-water"), "{}", run.err);
    let fit = json(&scratch, "fit.json");
    let value = |name: &str| {
        let found = fit["parameters"].as_array().unwrap().iter().find(|found| found["name"] == name).unwrap();
        found["value"].as_f64().unwrap()
    };
    let cells: f64 = ["Na", "Nb", "Nc"].map(value).into_iter().product();
    let whole: f64 = ["Na", "Nb", "Nc"].map(|name| value(name).round()).into_iter().product();
    assert!((cells / whole - 1.0).abs() > 1e-4, "{cells} {whole}");
    let text = String::from_utf8(scratch.read("fit.toml")).unwrap();
    let number = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap();
        line.split(" = ").nth(1).unwrap().parse::<f64>().unwrap()
    };
    let fluence = 3e25 * value("scale") * cells / whole;
    assert!((number("fluence") / fluence - 1.0).abs() < 1e-9, "{text}");
    assert!((number("water") / 0.2 * (fluence / 3e25).cbrt() - 1.0).abs() < 1e-9, "{text}");
}

#[test]
fn a_swung_detector_is_where_its_image_says_and_a_perfect_crystal_has_no_mosaicity_to_find() {
    let scratch = Scratch::new();
    let swung = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -twotheta 10 -pixel 0.4 -detpixels 200 \
        -gauss_xtal -oversample 1 -seed 1 -fluence 3e25 -N 20 -misset 10 20 30";
    scratch.run(&format!("{swung} -o shot.cbf -o shot.nxs")).good();
    for data in ["shot.cbf", "shot.nxs"] {
        let run = scratch.run(&format!("refine {swung} -data {data} -max_iterations 0 -o fit")).good();
        assert!(run.warnings().iter().all(|warning| !warning.contains("distance")), "{data}: {}", run.err);
        let found = json(&scratch, "fit.json");
        let names: Vec<&str> =
            found["parameters"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert!(names.contains(&"scale") && !names.contains(&"mosaic"), "{names:?}");
    }
    let asked = format!("refine {swung} -data shot.cbf -refine scale,mosaic -o fit");
    assert!(scratch.run(&asked).error(1).starts_with("no pixel changes with mosaic"));
}

#[test]
fn words_that_are_misplaced_are_named() {
    let scratch = Scratch::new();
    let refused = |rest: &str| scratch.refused(&format!("refine {CRYSTAL} {rest}"));
    assert_eq!(
        refused("-o fit -data shot.cbf fit.toml"),
        "refine: fit.toml: the experiment file comes first: nanobragg refine fit.toml FLAG..."
    );
    assert_eq!(
        refused("-data shot.cbf -o fit -refine misset cell"),
        "refine: -refine: \"cell\" stands alone; separate names by commas, as in misset,cell"
    );
    let twice = "refine: -data is given twice; -list FILE refines many images";
    assert_eq!(refused("-data a.cbf -data b.cbf -o fit"), twice);
    let image = "refine: -o fit.cbf: give the beginning of the file names, such as -o fit";
    assert_eq!(refused("-data a.cbf -o fit.cbf"), image);
    scratch.write("l.txt", "shot.cbf -box_scale 0.1\n");
    let line = "l.txt:1: -box_scale is for all images: give it on the command line";
    assert_eq!(refused("-list l.txt -o fit"), line);
    let dark = "refine: the fluence of the start is 0: there is no photon to refine";
    assert_eq!(refused("-fluence 0 -data a.cbf -o fit"), dark);
}

#[test]
fn an_automatic_number_of_domains_is_written() {
    let scratch = with_shot();
    let line =
        format!("refine {CRYSTAL} -N 20 -misset 10.02 20.01 29.99 -mosaic_domains auto -box_scale 0.05");
    let run =
        scratch.run(&format!("{line} -refine misset,scale,mosaic -max_iterations 2 -data shot.cbf -o fit"));
    assert!(!run.err.contains("leave no way"), "{}", run.err);
    let text = String::from_utf8(scratch.read("fit.toml")).unwrap();
    assert!(!text.contains("\"auto\""), "{text}");
}
