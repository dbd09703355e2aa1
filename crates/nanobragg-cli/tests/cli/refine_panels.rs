//! Refinement against detectors of several panels.

use crate::scratch::Scratch;

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -gauss_xtal -mosaic 0.05 -mosaic_domains 4 -oversample 1 -seed 1 \
    -fluence 3e25";
const START: &str = "-N 20 -misset 10.02 20.01 29.99 -refine misset,scale -box_scale 0.05";

/// Two panels of 200 × 100 pixels, one turned in its plane, at a distance in meters, and an image of them.
fn two_panels() -> Scratch {
    let scratch = Scratch::new();
    for (name, clen) in [("two.geom", 0.1), ("far.geom", 0.1001)] {
        let text = format!("photon_energy = 12398.42\nclen = {clen}\nres = 2500\n")
            + "a/min_fs = 0\na/max_fs = 199\na/min_ss = 0\na/max_ss = 99\na/corner_x = -100\na/corner_y = -100\na/fs = x\na/ss = y\n"
            + "b/min_fs = 0\nb/max_fs = 199\nb/min_ss = 0\nb/max_ss = 99\nb/corner_x = -100\nb/corner_y = 2\n"
            + "b/fs = 0.99995x + 0.01y\nb/ss = -0.01x + 0.99995y\n";
        scratch.write(name, text);
    }
    scratch.run(&format!("{CRYSTAL} -geometry two.geom -N 20 -misset 10 20 30 -o two.nxs")).good();
    scratch
}

fn json(scratch: &Scratch, name: &str) -> serde_json::Value {
    serde_json::from_slice(&scratch.read(name)).unwrap()
}

/// The number of rows of `NAME.csv` on each of two panels.
fn boxes(scratch: &Scratch, name: &str) -> [usize; 2] {
    let text = String::from_utf8(scratch.read(&format!("{name}.csv"))).unwrap();
    assert!(text.lines().next().unwrap().ends_with(",panel"));
    ["0", "1"].map(|panel| {
        text.lines()
            .skip(1)
            .filter(|line| line.rsplit_once(',').is_some_and(|(_, last)| last == panel))
            .count()
    })
}

/// The axes a and c of a refined crystal.
fn axes(fit: &serde_json::Value) -> [[f64; 3]; 2] {
    [0, 2].map(|axis: usize| {
        let vector = &fit["real_space_vectors_angstrom"][axis];
        [0, 1, 2].map(|at: usize| vector[at].as_f64().unwrap())
    })
}

/// The larger angle between axes.
fn angle_deg(one: &[[f64; 3]; 2], other: &[[f64; 3]; 2]) -> f64 {
    let cross = |a: &[f64; 3], b: &[f64; 3]| {
        let [x, y, z] = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        (x * x + y * y + z * z).sqrt()
    };
    let length = |a: &[f64; 3]| a.iter().map(|x| x * x).sum::<f64>().sqrt();
    let angle = |(a, b): (&[f64; 3], &[f64; 3])| (cross(a, b) / (length(a) * length(b))).asin().to_degrees();
    one.iter().zip(other).map(angle).fold(0.0, f64::max)
}

#[test]
fn all_panels_are_refined_together() {
    let scratch = two_panels();
    let line = format!("refine {CRYSTAL} -geometry two.geom {START} -data two.nxs -o fit");
    let run = scratch.run(&line).good();
    assert!(run.out.contains("converged"), "{}", run.out);
    let said: Vec<&str> =
        run.warnings().into_iter().filter(|said| !said.starts_with("undersampled")).collect();
    assert_eq!(said, [""; 0]);
    let boxes_of = boxes(&scratch, "fit");
    assert!(boxes_of.into_iter().all(|count| count > 10), "{boxes_of:?}");
    let vectors = &json(&scratch, "fit.json")["real_space_vectors_angstrom"];
    // All files know of both panels.
    let experiment = json(&scratch, "fit.expt");
    let panels = experiment["detector"][0]["panels"].as_array().unwrap().clone();
    assert_eq!(panels.iter().map(|panel| panel["name"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b"]);
    let array = scratch.read("fit_model.npy");
    assert!(String::from_utf8_lossy(&array[..128]).contains("(2, 100, 200)"));
    scratch.run("run fit.toml -nonoise -o again.nxs").good();
    // What was found is the truth, and what one panel finds is not as sharp.
    for (name, misset) in [("truth", "10 20 30"), ("start", "10.02 20.01 29.99")] {
        let at = line.replace("-misset 10.02 20.01 29.99", &format!("-misset {misset}"));
        scratch.run(&format!("{} -max_iterations 0", at.replace("-o fit", &format!("-o {name}")))).good();
    }
    let off = |name: &str| angle_deg(&axes(&json(&scratch, name)), &axes(&json(&scratch, "truth.json")));
    assert!(off("start.json") > 0.01 && off("fit.json") < 0.003, "{} {}", off("start.json"), off("fit.json"));
    let parameter = |name: &str, number: usize| json(&scratch, name)["parameters"][number].clone();
    scratch.run(&format!("{} -panel 1", line.replace("-o fit", "-o one"))).good();
    assert_eq!(boxes(&scratch, "one")[1], 0);
    let esd = |name: &str| (0..3).map(|number| parameter(name, number)["esd"].as_f64().unwrap()).sum::<f64>();
    assert!(esd("fit.json") < esd("one.json"), "{} {}", esd("fit.json"), esd("one.json"));
    assert_ne!(&json(&scratch, "one.json")["real_space_vectors_angstrom"], vectors);
    // What was found of all panels, or of one, is a start of the same data.
    for (name, panel) in [("fit", ""), ("one", "-panel 1")] {
        let again = format!(
            "refine {name}.toml -data two.nxs {panel} -refine misset,scale -box_scale 0.05 -o {name}_2"
        );
        let run = scratch.run(&again).good();
        assert!(run.out.contains("converged"), "{}", run.out);
        let off = angle_deg(
            &axes(&json(&scratch, &format!("{name}_2.json"))),
            &axes(&json(&scratch, &format!("{name}.json"))),
        );
        assert!(off < 1e-3, "{name}: {off}");
        scratch.run(&format!("{again} -resume")).good();
    }
    assert_eq!(boxes(&scratch, "one_2"), boxes(&scratch, "one"));
    // It does not say which one it is.
    let run = scratch.run("refine one.toml -data two.nxs -panel 2 -o one_3");
    assert_eq!(run.error(2), "refine: -data: two.nxs: -panel 2: it has 2 panels, counted from 0");
    let run = scratch.run("refine one.toml -data two.nxs -o one_3");
    assert!(run.error(2).contains("two.nxs: 2 panels (module_0 to module_1)"), "{}", run.err);
    let resumed =
        "refine one.toml -data two.nxs -panel 0 -refine misset,scale -box_scale 0.05 -o one_2 -resume";
    assert!(scratch.run(resumed).error(2).contains("of another refinement"), "another panel");
    // The same reflections from the table, and as a stack of one image.
    scratch.run(&format!("{} -reflections fit.refl", line.replace("-o fit", "-o table"))).good();
    assert_eq!(boxes(&scratch, "table").map(|count| count > 10), [true; 2]);
    scratch.run(&format!("{} -images 0-0", line.replace("-o fit", "-o stack"))).good();
    assert_eq!(scratch.read("stack_00001.csv"), scratch.read("fit.csv"));
}

#[test]
fn a_detector_of_panels_is_moved_as_a_whole() {
    let scratch = two_panels();
    let line = format!("refine {CRYSTAL} -geometry far.geom {START} -data two.nxs -o fit");
    let run = scratch.run(&line.replace("-refine misset,scale", "-refine misset,scale,shift_beam")).good();
    let shift = run.line("shift_beam = ");
    let numbers: Vec<f64> = shift.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!((numbers[0] + 0.1).abs() < 4.0 * numbers[1] && numbers[1] < 0.01, "{shift}");
    let experiment = json(&scratch, "fit.expt");
    for panel in experiment["detector"][0]["panels"].as_array().unwrap() {
        assert!((panel["origin"][2].as_f64().unwrap() - 100.0).abs() < 0.02, "{panel}");
    }
    let wrong = "refine: -refine: distance moves panels each in another direction; of the detector, shift_beam moves all of them alike";
    assert_eq!(scratch.run(&line.replace("misset,scale", "misset,distance")).error(2), wrong);
    let run = scratch.run(&format!("{line} -images 0-0 -share shift"));
    let shared = run.error(2);
    assert!(shared.starts_with("refine: -share: shift_fast moves panels"), "{shared}");
}

#[test]
fn data_of_other_panels_are_refused() {
    let scratch = two_panels();
    let line =
        |geometry: &str, data: &str| format!("refine {CRYSTAL} {geometry} {START} -data {data} -o fit");
    let flat = "-lambda 1 -distance 100 -pixel 0.4 -detpixels_x 200 -detpixels_y 100";
    scratch.run(&format!("{CRYSTAL} {flat} -N 20 -misset 10 20 30 -o one.nxs -o one.cbf")).good();
    for (geometry, data, expected) in [
        ("-geometry two.geom", "one.nxs", "one.nxs: it has one panel, and the start has 2"),
        (
            "-geometry two.geom",
            "one.cbf",
            "one.cbf: the start has 2 panels: their data have to be one NXmx file; -panel N refines one of them",
        ),
        ("-geometry two.geom -panel 2", "two.nxs", "-panel 2: the detector has 2 panels, counted from 0"),
        (
            flat,
            "two.nxs",
            "two.nxs: 2 panels (module_0 to module_1); refine them all with a -geometry that has as many, or choose one with -panel N, \
             counted from 0, beside the -geometry or -img of the start",
        ),
    ] {
        let run = scratch.run(&line(geometry, data));
        let error = run.error(2);
        assert!(error.ends_with(expected), "{geometry} {data}: {error}");
    }
    // A text does not say on which panel its positions are, and panels in another order are not those of the data.
    scratch.write("places.txt", "100.5 60.5\n60.5 40.5\n");
    let run = scratch.run(&(line("-geometry two.geom", "two.nxs") + " -reflections places.txt"));
    assert_eq!(
        run.error(2),
        "refine: -reflections: places.txt: its positions have no panel, and the start has 2; -panel N refines one"
    );
    assert!(!scratch.path("fit.csv").exists());
    let geom = String::from_utf8(scratch.read("two.geom")).unwrap();
    let swapped = geom.replace("a/", "c/").replace("b/", "a/").replace("c/", "b/");
    let (head, panels) = swapped.split_at(swapped.find("b/").unwrap());
    let (b, a) = panels.split_at(panels.find("a/").unwrap());
    scratch.write("swapped.geom", [head, a, b].concat());
    let run = scratch.run(&(line("-geometry swapped.geom", "two.nxs") + " -max_iterations 0"));
    let named =
        run.warnings().iter().any(|said| said.starts_with("two.nxs: panel 0: its header has a beam center"));
    assert!(named, "{}", run.err);
}
