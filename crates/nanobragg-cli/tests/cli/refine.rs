//! `nanobragg refine` from outside.

use crate::scratch::Scratch;

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.2 -detpixels 400 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 10 -oversample 1 -seed 1 -fluence 3e25";
const START: &str = "-N 18 -misset 10.06 20.03 29.96";

#[test]
fn an_image_is_refined_and_what_was_found_renders() {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    let line = format!("refine {CRYSTAL} {START} -data shot.cbf -box_scale 0.05 -o fit");
    let run = scratch.run(&line).good();
    assert!(run.line("chi2 per pixel = ").contains("at the start"), "{}", run.out);
    let last = run.out.lines().last().unwrap();
    assert!(last.starts_with("converged after ") && last.contains("wrote fit.toml"), "{}", run.out);
    let misset = run.line("misset = ");
    let angles: Vec<f64> = misset.split(' ').filter_map(|word| word.parse().ok()).collect();
    let off = angles.iter().zip([10.0, 20.0, 30.0]).map(|(angle, truth)| (angle - truth).abs());
    assert!(angles.len() == 3 && off.fold(0.0, f64::max) < 0.01, "{misset}");
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path("fit.json")).unwrap()).unwrap();
    assert_eq!(json["verdict"], "converged");
    let chi2 = json["chi2_per_pixel"].as_f64().unwrap();
    // Between the spots no photon is expected and none is there: nothing scatters.
    assert!(chi2 < 1.2 && chi2 < 0.1 * json["chi2_per_pixel_start"].as_f64().unwrap(), "{chi2}");
    assert_eq!(json["cells_whole"].as_array().unwrap().len(), 3);
    for name in ["fit.csv", "fit.html", "fit.expt", "fit.refl", "fit.h5", "fit_model.npy", "fit_residual.npy"]
    {
        assert!(!scratch.read(name).is_empty(), "{name}");
    }
    let page = String::from_utf8(scratch.read("fit.html")).unwrap();
    assert!(page.contains("data:image/bmp;base64,") && page.contains("cell_a"), "{page}");
    assert!(json["rmsd_of_predictions_px"].as_f64().unwrap() < 0.5, "{}", json["rmsd_of_predictions_px"]);
    // What has converged goes on from where it was; what DIALS reads is a start too.
    let run = scratch.run(&format!("{line} -resume")).good();
    assert!(run.line("chi2 per pixel = ").contains("at the start"), "{}", run.out);
    let resumed: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path("fit.json")).unwrap()).unwrap();
    // Spots are not widened again, and the first trial is where the last one was.
    let trials = |of: &serde_json::Value| of["history"].as_array().unwrap().clone();
    assert!(trials(&json).iter().any(|trial| trial["narrowing"] != 1.0));
    assert!(trials(&resumed).iter().all(|trial| trial["narrowing"] == 1.0));
    let chi2 = trials(&resumed)[0]["chi2"].as_f64().unwrap();
    assert!(chi2 < 0.1 * trials(&json)[0]["chi2"].as_f64().unwrap(), "{chi2}");
    let start = "-geometry fit.expt -default_F 100 -gauss_xtal -mosaic 0.05 -mosaic_domains 10 -oversample 1 -seed 1 -N 20 \
        -fluence 3e25";
    let run = scratch.run(&format!(
        "refine {start} -data shot.cbf -refine misset,scale -box_scale 0.05 -nonoise -nopgm -noprogress -o from"
    ));
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let from = String::from_utf8(scratch.read("from.toml")).unwrap();
    assert!(from.contains("geometry = \"from.expt\""), "{from}");
    scratch.run("run from.toml -o from.cbf").good();
    // The file that renders what was found is itself a start, at which nothing is left to find.
    let run = scratch.run("refine fit.toml -data shot.cbf -max_iterations 0 -o again").good();
    assert!(run.out.contains("overlap"), "{}", run.out);
    let again: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path("again.json")).unwrap()).unwrap();
    assert_eq!(again["verdict"], "start");
    for (row, other) in [0, 1, 2].map(|row| {
        let of = |json: &serde_json::Value| {
            let values = json["real_space_vectors_angstrom"][row].as_array().unwrap();
            values.iter().map(|value| value.as_f64().unwrap()).collect::<Vec<_>>()
        };
        (of(&resumed), of(&again))
    }) {
        assert!(row.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-6), "{row:?} {other:?}");
    }
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_written() {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    let refine = |rest: &str| scratch.run(&format!("refine {CRYSTAL} {rest}"));
    let run = refine("-N 20 -misset 10 20 30 -data shot.cbf -refine size -o fit");
    assert!(run.error(2).contains("unknown parameter \"size\"; known are misset"), "{}", run.err);
    let run = refine("-N 20 -misset 15 24 31 -data shot.cbf -refine misset,scale -o fit");
    assert!(run.error(1).contains("the indexing is probably wrong"), "{}", run.err);
    let run = refine("-N 20 -misset 10 20 30 -o fit");
    assert!(run.error(2).contains("give -data IMAGE"), "{}", run.err);
    let good = "-N 20 -misset 10 20 30 -refine misset,scale -o fit";
    for flags in [
        "-floatfile a.bin",
        "-intfile a.img",
        "-noisefile a.img",
        "-pgmscale 2",
        "-scale 3",
        "-show",
        "-pngfile a.png",
    ] {
        let run = refine(&format!("{good} -data shot.cbf {flags}"));
        let flag = flags.split(' ').next().unwrap();
        assert!(run.error(2).contains(&format!("{flag} is a flag of a")), "{flags}: {}", run.err);
    }
    let run = refine(&format!("{good}.toml -data shot.cbf"));
    assert!(run.error(2).contains("-o fit.toml: give the beginning of the file names"), "{}", run.err);
    let run = refine("-N 20 -misset 10 20 30 -gauss_star -data shot.cbf -refine misset,Na,Nb -o fit");
    assert!(run.error(2).contains("depend only on the product Na Nb Nc"), "{}", run.err);
    let run = refine(&format!("{good} -data none.cbf"));
    assert!(run.error(2).starts_with("refine: -data: cannot read none.cbf"), "{}", run.err);
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -detpixels 390 -o small.cbf")).good();
    let run = refine(&format!("{good} -data small.cbf"));
    let error = "the data have 390 x 390 pixels (fast, slow), the detector has 400 x 400";
    assert!(run.error(2).ends_with(error), "{}", run.err);
    for (name, pixel) in [("nan.bin", f32::NAN), ("dark.bin", 0.0), ("saturated.bin", 9e4)] {
        scratch
            .write(name, std::iter::repeat_n(pixel.to_le_bytes(), 400 * 400).flatten().collect::<Vec<u8>>());
        let run = refine(&format!("{good} -data {name} -saturation 65535"));
        assert!(run.error(1).starts_with("no spots: "), "{name}: {}", run.err);
        assert_eq!(run.err.contains("no pixel can be used"), name != "dark.bin", "{}", run.err);
        assert_eq!(run.err.contains("saturated, with 65535 counts"), name == "saturated.bin", "{}", run.err);
    }
    let run = refine("-N 20 -misset 10 20 30 -data shot.cbf -refine scale,N,cell -default_F 0 -o fit");
    assert!(
        run.error(1).starts_with("no pixel changes with") || run.err.contains("overlap is 0"),
        "{}",
        run.err
    );
    let names = scratch.names();
    assert!(names.iter().all(|name| !name.starts_with("fit")), "{names:?}");
}

#[test]
fn images_of_a_list_share_their_detector() {
    let scratch = Scratch::new();
    let images = [("a.cbf", "10 20 30", "10.03 20.02 29.97"), ("b.cbf", "-40 5 70", "-40.02 5.03 70.02")];
    let mut list = "# images\n".to_owned();
    for (name, truth, start) in images {
        scratch.run(&format!("{CRYSTAL} -N 20 -misset {truth} -o {name}")).good();
        list.push_str(&format!("{name} -misset {start}\n"));
    }
    list.push_str("none.cbf\n");
    scratch.write("list.txt", list);
    let start = CRYSTAL.replace("-distance 100", "-distance 100.05");
    let line = format!("refine {start} -N 19 -list list.txt -share distance,shift -box_scale 0.05 -o fit");
    let run = scratch.run(&line);
    assert_eq!(run.error(1), "1 of 3 images have not converged");
    assert!(
        run.warnings().contains(&"list.txt:4: cannot read none.cbf: No such file or directory (os error 2)"),
        "{}",
        run.err
    );
    let json: serde_json::Value = serde_json::from_slice(&scratch.read("fit.json")).unwrap();
    assert_eq!(json["verdict"], "converged");
    assert_eq!(json["shared"][0]["name"], "distance");
    let distance = json["shared"][0]["value"].as_f64().unwrap();
    assert!((distance - 100.0).abs() < 0.03, "{distance}");
    let table = String::from_utf8(scratch.read("fit.csv")).unwrap();
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.lines().nth(3).unwrap().contains("failed: "), "{table}");
    for name in ["fit.expt", "fit.refl", "fit_00001.html", "fit_00002.json"] {
        assert!(!scratch.read(name).is_empty(), "{name}");
    }
    // Each file that renders refers to its own experiment.
    let toml = String::from_utf8(scratch.read("fit_00002.toml")).unwrap();
    assert!(toml.contains("geometry = \"fit_00002.expt\""), "{toml}");
    scratch.run("run fit_00002.toml -o again.cbf").good();
    // Experiments of the list are the starts of a stack.
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -nxsfile a.nxs")).good();
    let stack = "refine -geometry fit.expt -default_F 100 -gauss_xtal -mosaic 0.05 -mosaic_domains 10 -oversample 1 -seed 1 \
        -N 20 -fluence 3e25 -data a.nxs -refine misset,scale -box_scale 0.05 -o stack -images";
    let error = scratch.refused(&format!("{stack} 0-1"));
    assert_eq!(error, "refine: -data: a.nxs has 1 image of the detector's size, not number 1");
    scratch.run(&format!("{stack} 0-0")).good();
    assert!(scratch.read("stack.csv").starts_with(b"number,data,"), "a table");
    let run = scratch.run("refine -images 3-1 -data a.nxs -o fit");
    assert!(run.error(2).contains("-images expects FIRST-LAST"), "{}", run.err);
    let run = scratch.run("refine -list list.txt -data a.cbf -o fit");
    assert!(run.error(2).contains("give -data or -list, not both"), "{}", run.err);
}
