//! Which reflections a refinement is against.

use crate::scratch::Scratch;

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.4 -detpixels 200 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 4 -oversample 1 -seed 1 -fluence 3e25 -N 20";

/// The boxes that `NAME.csv` lists, as fast and slow of their centers.
fn boxes(scratch: &Scratch, name: &str) -> Vec<[usize; 2]> {
    let text = String::from_utf8(scratch.read(&format!("{name}.csv"))).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |wanted: &str| header.iter().position(|&name| name == wanted).unwrap();
    let (fast, slow) = (column("fast"), column("slow"));
    let row = |line: &str| {
        let words: Vec<&str> = line.split(',').collect();
        [fast, slow].map(|at| words[at].parse().unwrap())
    };
    lines.map(row).collect()
}

#[test]
fn boxes_are_around_the_reflections_that_are_asked_for() {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -misset 10 20 30 -o shot.cbf")).good();
    let refine = format!("refine {CRYSTAL} -misset 10.02 20.01 29.99 -data shot.cbf -refine misset,scale");
    scratch.run(&format!("{refine} -o strong")).good();
    let strong = boxes(&scratch, "strong");

    // A table has centers of photons, which may lie in the pixel beside the brightest.
    scratch.run(&format!("{refine} -reflections strong.refl -o table")).good();
    let table = boxes(&scratch, "table");
    let near = |a: &[usize; 2], b: &[usize; 2]| a[0].abs_diff(b[0]) <= 1 && a[1].abs_diff(b[1]) <= 1;
    assert!(table.len() > 5 && table.iter().all(|own| strong.iter().any(|other| near(own, other))));

    let [first, second, third] = [strong[0], strong[1], strong[2]];
    let line = |[fast, slow]: [usize; 2]| format!("{}.5 {}.25\n", fast, slow);
    scratch.write("three.txt", ["# fast slow\n".to_owned(), line(first), line(second), line(third)].concat());
    scratch.run(&format!("{refine} -reflections three.txt -o three")).good();
    let mut three = boxes(&scratch, "three");
    three.sort_unstable();
    let mut expected = vec![first, second, third];
    expected.sort_unstable();
    assert_eq!(three, expected);

    let run = scratch.run(&format!("{refine} -reflections predicted -o predicted")).good();
    let predicted = boxes(&scratch, "predicted");
    let found = strong.iter().filter(|own| predicted.iter().any(|other| near(own, other))).count();
    assert!(5 * found >= 4 * strong.len(), "{found} of {}", strong.len());
    let angles: Vec<f64> = run.line("misset = ").split(' ').filter_map(|word| word.parse().ok()).collect();
    let off = angles.iter().zip([10.0, 20.0, 30.0]).map(|(angle, truth)| (angle - truth).abs());
    assert!(angles.len() == 3 && off.fold(0.0, f64::max) < 0.01, "{angles:?}");
}

#[test]
fn reflections_that_are_none_are_errors_that_say_so() {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -misset 10 20 30 -o shot.cbf")).good();
    let refine =
        format!("refine {CRYSTAL} -misset 10.02 20.01 29.99 -data shot.cbf -refine misset,scale -o fit");
    scratch.write("wrong.txt", "10 20 30\n");
    scratch.write("beyond.txt", "500 500\n");
    scratch.write("empty.txt", "# nothing\n");
    for (file, status, expected) in [
        ("wrong.txt", 2, "refine: -reflections: wrong.txt:1: expected two numbers, fast and slow in pixels"),
        ("beyond.txt", 1, "no spots: no reflection lies on the image"),
        ("empty.txt", 2, "refine: -reflections: empty.txt has no reflections of experiment 0 on panel 0"),
        ("none.txt", 2, "refine: -reflections: cannot read none.txt: "),
    ] {
        let run = scratch.run(&format!("{refine} -reflections {file}"));
        assert!(run.error(status).starts_with(expected), "{file}: {}", run.err);
    }
    let names = scratch.names();
    assert!(names.iter().all(|name| !name.starts_with("fit")), "{names:?}");
    scratch.write("fit.json", "1 2\n");
    let run = scratch.run(&format!("{refine} -reflections fit.json"));
    let error = run.error(2);
    assert!(error.contains("fit.json") && error.contains("input"), "{error}");
}
