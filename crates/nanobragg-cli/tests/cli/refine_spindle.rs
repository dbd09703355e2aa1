//! `nanobragg refine` of crystals that the spindle has turned.

use crate::scratch::Scratch;

const CRYSTAL: &str =
    "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.2 -detpixels 400";
const REST: &str = "-default_F 100 -gauss_xtal -mosaic 0.05 -mosaic_domains 10 -oversample 1 -seed 1 -fluence 3e25 -box_scale 0.05";
const TRUTH: &str = "-N 20 -misset 10 20 30";

fn json(scratch: &Scratch, name: &str) -> serde_json::Value {
    serde_json::from_slice(&scratch.read(name)).unwrap()
}

/// What was refined to `name` is where `data` are, and so are its reflections and the file that renders it.
fn found(scratch: &Scratch, name: &str, data: &str) {
    let fit = json(scratch, &format!("{name}.json"));
    let rmsd = fit["rmsd_of_predictions_px"].as_f64().unwrap();
    assert!(rmsd < 0.5, "{name}: {rmsd}");
    scratch
        .run(&format!("refine {name}.toml -data {data} -box_scale 0.05 -max_iterations 0 -o {name}_again"))
        .good();
    let again = json(scratch, &format!("{name}_again.json"));
    let [chi2, chi2_again] = [&fit["chi2_per_pixel_whole_cells"], &again["chi2_per_pixel"]];
    let [chi2, chi2_again] = [chi2, chi2_again].map(|chi2| chi2.as_f64().unwrap());
    // Domain by domain the same crystal; boxes have their scales at the start again.
    assert!(chi2_again < 1.5 * chi2 + 0.2, "{name}: {chi2} {chi2_again}");
    assert!(again["overlap"].as_f64().unwrap() > 0.97, "{name}: {again}");
}

#[test]
fn a_still_at_an_angle_is_found_at_that_angle() {
    let scratch = Scratch::new();
    scratch
        .run(&format!("{CRYSTAL} {REST} {TRUTH} -phi 30 -o shot.cbf").replace("-box_scale 0.05", ""))
        .good();
    let start = "-N 19 -misset 10.03 20.02 29.97";
    scratch.run(&format!("refine {CRYSTAL} {REST} {start} -phi 30 -data shot.cbf -o flags")).good();
    found(&scratch, "flags", "shot.cbf");
    // The description of a detector that was shifted has the crystal as it was turned.
    let free = "-refine misset,cell,N,scale,shift";
    scratch.run(&format!("refine {CRYSTAL} {REST} {start} -phi 30 {free} -data shot.cbf -o shifted")).good();
    found(&scratch, "shifted", "shot.cbf");
    let expt = json(&scratch, "shifted.expt");
    assert_eq!(expt["scan"].as_array().unwrap().len(), 0);

    // A scan of no width is a still too.
    let still = format!("{CRYSTAL} {REST} {TRUTH} -phi 30 -osc 1 -phisteps 2").replace("-box_scale 0.05", "");
    scratch.run(&format!("{still} -roi 0 3 0 3 -o part.npy -geometry_out scan.expt")).good();
    let mut expt = json(&scratch, "scan.expt");
    expt["scan"][0]["oscillation"] = serde_json::json!([30.0, 0.0]);
    scratch.write("scan.expt", expt.to_string());
    let run =
        format!("refine -geometry scan.expt -N 19 {REST} -refine misset,scale,N -data shot.cbf -o level");
    scratch.run(&run).good();
    found(&scratch, "level", "shot.cbf");
}

#[test]
fn a_crystal_that_turns_during_the_image_keeps_its_scan() {
    let scratch = Scratch::new();
    let turns = "-phi 30 -osc 0.2 -phisteps 5";
    let shot = format!("{CRYSTAL} {REST} {TRUTH} {turns} -o shot.cbf -geometry_out scan.expt");
    scratch.run(&shot.replace("-box_scale 0.05", "")).good();
    let run = format!(
        "refine -geometry scan.expt -phisteps 5 -N 19 {REST} -refine misset,scale,N -data shot.cbf -o fit"
    );
    scratch.run(&run).good();
    found(&scratch, "fit", "shot.cbf");
    let expt = json(&scratch, "fit.expt");
    assert_eq!(expt["scan"][0]["oscillation"][0].as_f64().unwrap().round(), 30.0);
    assert_eq!(expt["goniometer"].as_array().unwrap().len(), 1);
}

#[test]
fn the_distance_is_free_whatever_the_spindle_of_the_image() {
    let scratch = Scratch::new();
    let crystal = "-cell 60 60 40 90 90 90";
    let shot =
        format!("{CRYSTAL} {REST} {TRUTH} -spindle_axis 0.5 0 1 -osc 0.2 -phisteps 3 -phi 10 -o shot.nxs");
    scratch.run(&shot.replace("-box_scale 0.05", "")).good();
    let start = "-N 19 -misset 10.02 20.01 29.98 -phisteps 3 -distance 100.05";
    let free = "-refine misset,scale,N,distance";
    for convention in ["", "-denzo"] {
        let run = format!(
            "refine {crystal} {REST} {start} {convention} {free} -img shot.nxs -data shot.nxs -o fit"
        );
        let run = scratch.run(&run).good();
        let numbers: Vec<f64> =
            run.line("distance = ").split(' ').filter_map(|word| word.parse().ok()).collect();
        assert!((numbers[0] - 100.0).abs() < 0.01, "{convention}: {numbers:?}");
        found(&scratch, "fit", "shot.nxs");
    }
}
