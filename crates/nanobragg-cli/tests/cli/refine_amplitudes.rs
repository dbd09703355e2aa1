//! `nanobragg refine -refine F`: structure factors that the images of a list have in common.

use std::collections::BTreeMap;

use nanobragg_testkit::SplitMix;

use crate::scratch::Scratch;

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -spacegroup P4 -lambda 1 -distance 100 -pixel 0.4 -detpixels 200 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 4 -oversample 1 -seed 1 -fluence 3e25 -water 0.2";

/// Unique reflections of P4, and the same off by a fifth.
fn tables() -> [String; 2] {
    let mut random = SplitMix(5);
    let [mut truth, mut wrong] = [String::new(), String::new()];
    for h in 0..=30 {
        for k in 0..=30 {
            for l in 0..=20 {
                if (h > 0 || k == 0) && h + k + l > 0 {
                    let f = random.uniform(50.0, 150.0);
                    let factor = random.uniform(-0.35, 0.35).exp();
                    truth.push_str(&format!("{h} {k} {l} {f}\n"));
                    wrong.push_str(&format!("{h} {k} {l} {}\n", f * factor));
                }
            }
        }
    }
    [truth, wrong]
}

fn numbers(text: &str, separator: char) -> BTreeMap<String, Vec<f64>> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split(separator).collect();
        let numbers: Option<Vec<f64>> = words.iter().map(|word| word.parse().ok()).collect();
        Some((words.get(..3)?.join(" "), numbers?))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn images_of_a_list_find_their_structure_factors() {
    let scratch = Scratch::new();
    let [truth, wrong] = tables();
    scratch.write("truth.hkl", &truth);
    scratch.write("wrong.hkl", wrong);
    let mut list = String::new();
    for number in 0..6 {
        let misset = [10.0, 20.0, 30.0 + 0.3 * f64::from(number)];
        let [x, y, z] = misset;
        scratch
            .run(&format!("{CRYSTAL} -hkl truth.hkl -N 20 -misset {x} {y} {z} -o shot_{number}.cbf"))
            .good();
        list.push_str(&format!("shot_{number}.cbf -misset {} {} {}\n", x + 0.02, y - 0.01, z + 0.01));
    }
    scratch.write("list.txt", list);
    let start = format!("refine {CRYSTAL} -hkl wrong.hkl -N 20 -list list.txt");
    let run = scratch.run(&format!("{start} -refine misset,scale,F -o fit")).good();
    assert!(run.line("F: ").ends_with("; wrote fit.hkl"), "{}", run.out);
    let json: serde_json::Value = serde_json::from_slice(&scratch.read("fit.json")).unwrap();
    assert_eq!((&json["amplitudes"]["verdict"], &json["images"]), (&"converged".into(), &6.into()));
    let read = |name: &str| String::from_utf8(scratch.read(name)).unwrap();
    let (table, truth) = (read("fit_F.csv"), numbers(&truth, ' '));
    assert!(table.starts_with("h,k,l,d_angstrom,F_start,F,F_esd,boxes,images\n"), "{table}");
    let (mut before, mut after, mut all) = (0.0, 0.0, 0.0);
    let found = numbers(&table, ',');
    let seen: Vec<_> = found.iter().filter(|(_, row)| row[8] >= 3.0).collect();
    // Each is named by the greatest of its equivalents, one of which the file of the truth has.
    let of = |row: &[f64]| {
        let [h, k, l] = [row[0], row[1], row[2]];
        let images = [[h, k, l], [-k, h, l], [-h, -k, l], [k, -h, l]];
        images.iter().flat_map(|[h, k, l]| [[*h, *k, *l], [-h, -k, -l]]).find_map(|hkl| {
            truth.get(&hkl.map(|index| (index + 0.0).to_string()).join(" ")).map(|row| row[3])
        })
    };
    let ratio = |at: usize| {
        let (both, square) = seen.iter().fold((0.0, 0.0), |(both, square), (_, row)| {
            (both + row[at] * of(row).unwrap(), square + row[at] * row[at])
        });
        both / square
    };
    let (start_scale, scale) = (ratio(4), ratio(5));
    for (_, row) in &seen {
        let truth = of(row).unwrap();
        before += (start_scale * row[4] - truth).abs();
        after += (scale * row[5] - truth).abs();
        all += truth;
    }
    assert!(
        seen.len() > 10 && before / all > 0.1 && after < 0.25 * before,
        "{} {before} {after} {all}",
        seen.len()
    );
    // What was found renders, from a folder's point of view.
    assert!(read("fit_00002.toml").contains("hkl = \"fit.hkl\""), "{}", read("fit_00002.toml"));
    assert!(!read("fit_00002.toml").contains("spacegroup"));
    scratch.run("run fit_00002.toml -o again.cbf").good();
    let hkl = numbers(&read("fit.hkl"), ' ');
    let (_, row) = seen[0];
    let [h, k, l] = [row[0], row[1], row[2]];
    for hkl_of in [[h, k, l], [-k, h, l], [-h, -k, -l]] {
        let name = hkl_of.map(|index| (index + 0.0).to_string()).join(" ");
        assert!((hkl[&name][3] - row[5]).abs() < 1e-3, "{name}");
    }
    let error = scratch.refused(&format!(
        "{} -refine misset,scale,F -o wrong",
        start.replace("list.txt", "list.txt -anomalous")
    ));
    assert_eq!(error, "refine: wrong.hkl is an input and an output; give another name");
}

#[test]
fn structure_factors_are_those_of_many_images() {
    let scratch = Scratch::new();
    scratch.write("list.txt", "shot.cbf\n");
    let all = "F is what many images (-list or -images) have in common, beside what is free in each of them";
    for line in ["-data shot.cbf -refine misset,F", "-list list.txt -refine F"] {
        let error = scratch.refused(&format!("refine {CRYSTAL} -default_F 100 -N 20 {line} -o fit"));
        assert_eq!(error, format!("refine: {all}; nanobragg refine -h shows the usage"));
    }
    let error =
        scratch.refused(&format!("refine {CRYSTAL} -default_F 100 -N 20 -list list.txt -anomalous -o fit"));
    assert!(error.contains("-anomalous is for structure factors"), "{error}");
}
