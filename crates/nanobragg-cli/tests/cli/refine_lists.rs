//! `nanobragg refine` of many images: what one of them does to the others, and what is never lost.

use crate::scratch::Scratch;

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.2 -detpixels 400 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 10 -oversample 1 -seed 1 -fluence 3e25";
const START: &str = "-N 19 -misset 10.03 20.02 29.97";

fn with_shot() -> Scratch {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    scratch
}

fn json(scratch: &Scratch, name: &str) -> serde_json::Value {
    serde_json::from_slice(&scratch.read(name)).unwrap()
}

#[test]
fn the_first_image_is_no_better_than_the_others() {
    let scratch = with_shot();
    scratch.write("list.txt", "none.cbf\nshot.cbf\n");
    let run = scratch.run(&format!("refine {CRYSTAL} {START} -box_scale 0.05 -list list.txt -o fit"));
    assert_eq!(run.error(1), "1 of 2 images have not converged");
    assert!(
        run.warnings().iter().any(|line| line.starts_with("list.txt:1: cannot read none.cbf: ")),
        "{}",
        run.err
    );
    let table = String::from_utf8(scratch.read("fit.csv")).unwrap();
    let columns: Vec<usize> = table.lines().map(|line| line.matches(',').count()).collect();
    assert!(columns.iter().all(|&count| count == columns[0]) && columns.len() == 3, "{table}");
    // Its own files refer to its own experiment.
    let expt = json(&scratch, "fit_00002.expt");
    assert_eq!(expt["experiment"].as_array().unwrap().len(), 1);
    assert_eq!(json(&scratch, "fit.expt")["experiment"][0]["identifier"], "2-shot.cbf");
    // What is wrong with the start is wrong with the command line.
    let run = scratch.run(&format!("refine {CRYSTAL} {START} -refine size -list list.txt -o fit"));
    assert!(run.error(2).contains("unknown parameter"), "{}", run.err);
}

#[test]
fn what_images_share_is_looked_at_before_they_are_refined() {
    let scratch = with_shot();
    scratch.write("list.txt", "shot.cbf\nshot.cbf -distance 100.2\n");
    let line = format!("refine {CRYSTAL} {START} -box_scale 0.05 -list list.txt -o fit");
    let run = scratch.run(&format!("{line} -share N"));
    assert_eq!(
        run.error(2),
        "refine: -share: Na is free in each image and shared by all: it can be only one of them"
    );
    let run = scratch.run(&format!("{line} -refine misset,scale,N -share distance"));
    assert_eq!(run.error(1), "1 of 2 images have not converged");
    let start = "list.txt:2: shot.cbf: refine: -share: image 2 starts at distance = 100.200000 mm, the first one at 100.000000 mm";
    assert!(run.warnings().iter().any(|line| line.starts_with(start)), "{}", run.err);
    let run = scratch.run(&format!("{line} -images 0-1"));
    assert!(run.error(2).contains("give -images for a stack or -list for files, not both"), "{}", run.err);
}

#[test]
fn what_an_image_found_outlives_the_joint_step() {
    let scratch = with_shot();
    scratch.write("list.txt", "shot.cbf\n");
    let line = format!("refine {CRYSTAL} {START} -box_scale 0.05 -list list.txt -share distance -o fit");
    let run = scratch.run(&format!("{line} -refine misset,cell,N,scale -max_iterations 1"));
    assert_eq!(run.error(1), "no image has converged; nothing is refined together");
    assert_eq!(json(&scratch, "fit_00001.json")["verdict"], "not_converged");
    assert!(scratch.read("fit.csv").starts_with(b"number,data,"), "a table");
    // Without trials what is shared is described where it starts.
    let run = scratch.run(&format!("{line} -refine misset,scale -max_iterations 0"));
    assert!(run.good().out.contains("1 of 1 images are described; wrote fit.csv"), "no word of convergence");
    let fit = json(&scratch, "fit.json");
    assert_eq!((&fit["verdict"], fit["shared"][0]["value"].as_f64()), (&"start".into(), Some(100.0)));
}

#[test]
fn an_image_of_a_stack_starts_at_its_own_experiment_however_that_is_said() {
    let scratch = with_shot();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.nxs -geometry_out start.expt")).good();
    let rest = "-default_F 100 -gauss_xtal -N 20 -data shot.nxs -images 5 -o fit";
    for geometry in ["-geometry start.expt", "--geometry=start.expt"] {
        let run = scratch.run(&format!("refine {geometry} {rest}"));
        assert!(run.error(2).contains("start.expt"), "{geometry}: {}", run.err);
    }
    let run = scratch.run(&format!("refine -geometry start.expt -experiment 0 {rest}"));
    let lacking = |number: &str| {
        format!("refine: -data: shot.nxs has 1 image of the detector's size, not number {number}")
    };
    assert_eq!(run.error(2), lacking("5"));
    // However many are asked for.
    let line =
        "refine -geometry start.expt -experiment 0 -default_F 100 -gauss_xtal -N 20 -data shot.nxs -o fit";
    for last in ["1", "4000000000", "18446744073709551615"] {
        assert_eq!(scratch.refused(&format!("{line} -images 0-{last}")), lacking(last));
    }
    let run = scratch.run(&format!("refine {CRYSTAL} {START} -data shot.cbf -images 0-4000000000 -o fit"));
    assert_eq!(run.error(2), lacking("4000000000").replace("nxs", "cbf"));
}

#[test]
fn no_input_is_replaced() {
    let scratch = with_shot();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.npy -geometry_out fit.expt")).good();
    let before = scratch.files();
    let flags = "-default_F 100 -gauss_xtal -N 20 -oversample 1 -fluence 3e25";
    for (line, file) in [
        ("-geometry fit.expt -data shot.cbf -o fit", "fit.expt"),
        ("-geometry fit.expt -data shot.npy -images 0 -o fit", "fit.expt"),
        ("-geometry fit.expt -data fit.csv -o fit", "fit.csv"),
        ("-geometry fit.expt -list fit.csv -o fit", "fit.csv"),
    ] {
        scratch.write("fit.csv", "shot.cbf\n");
        let run = scratch.run(&format!("refine {flags} {line}"));
        let expected = format!("refine: {file} is an input and an output; give another name");
        assert_eq!(run.error(2), expected, "{line}");
        std::fs::remove_file(scratch.path("fit.csv")).unwrap();
    }
    assert_eq!(scratch.files(), before);
}

#[test]
fn no_image_replaces_what_another_one_reads() {
    let scratch = with_shot();
    for copy in ["f_00001_model.npy", "f_00002_model.npy", "f_00001.expt", "f.expt", "f_00001.toml"] {
        std::fs::copy(scratch.path("shot.cbf"), scratch.path(copy)).unwrap();
    }
    for (second, file) in [
        ("f_00001_model.npy", "f_00001_model.npy"),
        ("./f_00002_model.npy", "f_00002_model.npy"),
        ("shot.cbf f_00001.toml", "f_00001.toml"),
        ("shot.cbf none.toml -mask f_00001_model.npy", "f_00001_model.npy"),
        ("shot.cbf -geometry f_00001.expt", "f_00001.expt"),
        ("shot.cbf -geometry f.expt", "f.expt"),
        // It is not there yet.
        ("shot.cbf f_00001_residual.npy", "f_00001_residual.npy"),
    ] {
        scratch.write("list.txt", format!("shot.cbf\n{second}\n"));
        let error = scratch.refused(&format!("refine {CRYSTAL} {START} -list list.txt -o f"));
        assert_eq!(error, format!("refine: {file} is an input and an output; give another name"), "{second}");
    }
}

#[test]
fn the_offset_of_smv_is_no_background() {
    let scratch = Scratch::new();
    let shot = format!("{CRYSTAL} -N 20 -misset 10 20 30 -water 0.4");
    scratch.run(&format!("{shot} -o shot.cbf -o shot.img")).good();
    let line = format!("refine {CRYSTAL} {START} -refine misset,scale -max_iterations 0");
    let chi2 = |data: &str, more: &str| {
        let run = scratch.run(&format!("{line} {more} -data {data} -o fit"));
        let pedestal = "shot.img: its header has a pedestal of 40, which counts, not 7";
        let warned = run.warnings().contains(&pedestal);
        let run = run.good();
        assert_eq!(warned, more == "-adc 7", "{}", run.err);
        let fit = json(&scratch, "fit.json");
        (fit["chi2_per_pixel"].as_f64().unwrap(), fit["boxes"].as_u64().unwrap())
    };
    let (cbf, img) = (chi2("shot.cbf", ""), chi2("shot.img", ""));
    assert!((cbf.0 - img.0).abs() < 1e-9 * cbf.0 && cbf.1 == img.1, "{cbf:?} {img:?}");
    // What the header says is so.
    assert_eq!(chi2("shot.img", "-adc 7"), img);
    assert_eq!(chi2("shot.img", "-adc 40"), img);
}

#[test]
fn an_earlier_run_goes_on_with_the_same_numbers() {
    let scratch = with_shot();
    let line = format!("refine {CRYSTAL} {START} -box_scale 0.05 -data shot.cbf -o fit");
    scratch.run(&format!("{line} -refine misset,scale")).good();
    let first = json(&scratch, "fit.json");
    let run = scratch.run(&format!("{line} -refine misset,scale,N -resume"));
    assert!(run.error(2).starts_with("fit.json: Na is free now and has no earlier value"), "{}", run.err);
    let run = scratch.run(&format!("{line} -refine scale -resume"));
    assert!(run.error(2).contains("is not free now"), "{}", run.err);
    let mut wrong = first.clone();
    for parameter in wrong["parameters"].as_array_mut().unwrap() {
        if parameter["name"] == "scale" {
            parameter["value"] = (-1.0).into();
        }
    }
    scratch.write("fit.json", wrong.to_string());
    let run = scratch.run(&format!("{line} -refine misset,scale -resume"));
    assert!(run.error(2).contains("scale has an earlier value that it cannot have"), "{}", run.err);
    scratch.write("fit.json", first.to_string());
    scratch.run(&format!("{line} -refine misset,scale -resume")).good();
    // The start is still the start.
    let again = json(&scratch, "fit.json");
    let chi2 = |fit: &serde_json::Value| fit["chi2_per_pixel_start"].as_f64().unwrap();
    assert!((chi2(&again) - chi2(&first)).abs() < 0.1 * chi2(&first), "{} {}", chi2(&again), chi2(&first));
}

#[test]
fn files_of_somebody_else_stay() {
    let scratch = with_shot();
    let line = format!("refine {CRYSTAL} {START} -box_scale 0.05 -refine misset,scale");
    let one = format!("{line} -data shot.cbf -o fit");
    scratch.write("list.txt", "shot.cbf\n");
    let list = format!("{line} -list list.txt -o fit");
    let refused = |line: &str, file: &str, why: &str| {
        let before = scratch.files();
        let expected = format!(
            "refine: {file} is there, and no refinement has written it{why}; remove it, or give another -o"
        );
        assert_eq!(scratch.run(line).error(2), expected, "{line}");
        assert_eq!(scratch.files(), before, "{line}");
    };
    for file in ["fit.expt", "fit.refl", "fit.csv"] {
        scratch.write(file, "of somebody else");
        for line in [&one, &list, &format!("{one} -resume")] {
            refused(line, file, " (there is no fit.json)");
        }
        std::fs::remove_file(scratch.path(file)).unwrap();
    }
    for text in ["{\"program\": \"other 1\", \"parameters\": []}", "[1, 2]", "not JSON"] {
        scratch.write("fit.json", text);
        refused(&one, "fit.json", "");
    }
    std::fs::remove_file(scratch.path("fit.json")).unwrap();
    scratch.write("fit_00001.toml", "of somebody else");
    refused(&list, "fit_00001.toml", " (there is no fit_00001.json)");
    std::fs::remove_file(scratch.path("fit_00001.toml")).unwrap();
    // What a refinement has written another one replaces: a list its own, too, after those of its images are gone.
    scratch.run(&list).good();
    assert_eq!(json(&scratch, "fit.json")["images"], 1);
    for file in scratch.files().into_keys().filter(|file| file.starts_with("fit_0000")) {
        std::fs::remove_file(scratch.path(&file)).unwrap();
    }
    scratch.run(&list).good();
    scratch.run(&one).good();
    scratch.run(&one).good();
    // Whatever a full disk or the end of the process has kept from being written.
    for file in ["fit.csv", "fit.toml", "fit.h5"] {
        std::fs::remove_file(scratch.path(file)).unwrap();
    }
    scratch.run(&one).good();
}
