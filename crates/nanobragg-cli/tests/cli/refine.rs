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
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path("fit.json")).unwrap()).unwrap();
    assert_eq!(json["verdict"], "converged");
    let chi2 = json["chi2_per_pixel"].as_f64().unwrap();
    // Between the spots no photon is expected and none is there: nothing scatters.
    assert!(chi2 < 1.2 && chi2 < 0.1 * json["chi2_per_pixel_start"].as_f64().unwrap(), "{chi2}");
    assert_eq!(json["cells_whole"].as_array().unwrap().len(), 3);
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
        (of(&json), of(&again))
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
    assert!(run.error(2).contains("nothing is called \"size\"; known are misset"), "{}", run.err);
    let run = refine("-N 20 -misset 15 24 31 -data shot.cbf -refine misset,scale -o fit");
    assert!(run.error(1).contains("the indexing is likely wrong"), "{}", run.err);
    let run = refine("-N 20 -misset 10 20 30 -o fit");
    assert!(run.error(2).contains("give -data IMAGE"), "{}", run.err);
    for name in ["fit.toml", "fit.json", "fit.csv"] {
        assert!(!scratch.path(name).exists(), "{name}");
    }
}
