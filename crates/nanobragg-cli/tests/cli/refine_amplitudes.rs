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

/// So many shots and a list of them, each with a start that is off.
fn shots(scratch: &Scratch, count: u32) {
    let mut list = String::new();
    for number in 0..count {
        let misset = [10.0, 20.0, 30.0 + 0.3 * f64::from(number)];
        let [x, y, z] = misset;
        scratch
            .run(&format!("{CRYSTAL} -hkl truth.hkl -N 20 -misset {x} {y} {z} -o shot_{number}.cbf"))
            .good();
        list.push_str(&format!("shot_{number}.cbf -misset {} {} {}\n", x + 0.02, y - 0.01, z + 0.01));
    }
    scratch.write("list.txt", list);
}

#[test]
fn images_of_a_list_find_their_structure_factors() {
    let scratch = Scratch::new();
    let [truth, wrong] = tables();
    scratch.write("truth.hkl", &truth);
    scratch.write("wrong.hkl", wrong);
    shots(&scratch, 6);
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
    // An MTZ has the same, and is read by what reads structure factors.
    let written = nanobragg_io::mtz::read(&scratch.path("fit.mtz"), None).unwrap();
    assert_eq!((written.column.as_str(), written.space_group.as_deref()), ("F", Some("P 4")));
    assert_eq!((written.records.len(), written.operators.len()), (found.len(), 4));
    for record in &written.records {
        let row = &found[&format!("{} {} {}", record.h, record.k, record.l)];
        assert!((record.f - row[5]).abs() < 1e-4 * (1.0 + row[5]), "{record:?}");
    }
    scratch.run(&format!("{CRYSTAL} -hkl fit.mtz -N 20 -misset 10 20 30 -o from_mtz.cbf")).good();
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
    for (line, said) in [
        ("-data shot.cbf -refine misset,F", "-refine F needs many images: give -list or -images"),
        (
            "-list list.txt -refine F",
            "-refine F needs other free parameters, such as -refine misset,cell,N,scale,mosaic,F",
        ),
    ] {
        let error = scratch.refused(&format!("refine {CRYSTAL} -default_F 100 -N 20 {line} -o fit"));
        assert_eq!(error, format!("refine: {said}; nanobragg refine -h shows the usage"));
    }
    let error =
        scratch.refused(&format!("refine {CRYSTAL} -default_F 100 -N 20 -list list.txt -anomalous -o fit"));
    assert!(error.contains("-anomalous needs -refine F"), "{error}");
}

#[test]
fn what_images_share_is_held_while_structure_factors_are_refined() {
    let scratch = Scratch::new();
    let [truth, wrong] = tables();
    scratch.write("truth.hkl", truth);
    scratch.write("wrong.hkl", wrong);
    shots(&scratch, 3);
    let start = CRYSTAL.replace("-distance 100", "-distance 100.03");
    let start = format!("refine {start} -hkl wrong.hkl -dump own.bin -N 20");
    let line = format!("{start} -list list.txt -refine misset,scale,F -o fit");
    scratch.run(&format!("{line} -share distance")).good();
    let json = |name: &str| -> serde_json::Value { serde_json::from_slice(&scratch.read(name)).unwrap() };
    let shared = json("fit.json")["shared"][0]["value"].as_f64().unwrap();
    assert!((shared - 100.03).abs() > 1e-4, "{shared}");
    for number in 1..=3 {
        let fit = json(&format!("fit_0000{number}.json"));
        let parameters = fit["parameters"].as_array().unwrap();
        let distance = parameters.iter().find(|found| found["name"] == "distance").unwrap();
        assert!((distance["value"].as_f64().unwrap() - shared).abs() < 1e-9, "{distance}");
        assert!(distance["esd"].as_f64().unwrap() > 0.0, "{distance}");
        // It is held, and so has nothing to do with the others.
        let correlation = fit["correlation"].as_array().unwrap();
        let last = correlation.last().unwrap().as_array().unwrap();
        assert_eq!((correlation.len(), last.len()), (parameters.len(), parameters.len()));
        assert_eq!((&last[0], &last[last.len() - 1]), (&0.0.into(), &1.0.into()));
        // Box scales were restrained to those of their reflections.
        let prior = fit["box_scale_prior"].as_f64().unwrap();
        assert_eq!(Some(prior), json("fit.json")["amplitudes"]["box_scale_scatter"].as_f64());
        let toml = String::from_utf8(scratch.read(&format!("fit_0000{number}.toml"))).unwrap();
        let row = toml.lines().find(|line| line.starts_with("distance_mm = ")).unwrap();
        let written: f64 = row["distance_mm = ".len()..].trim().parse().unwrap();
        assert!((written - shared).abs() < 1e-9, "{row}");
        // What the start was read from is left alone.
        assert!(toml.contains("hkl = \"fit.hkl\"") && !toml.contains("own.bin"), "{toml}");
    }
    scratch.run("run fit_00001.toml -o again.cbf").good();
    // Others are found out before the image is refined.
    scratch.write("other.txt", "shot_0.cbf -misset 10 20 30\nshot_1.cbf -misset 10 20 30.3 -hkl truth.hkl\n");
    let run =
        scratch.run(&format!("{start} -list other.txt -refine misset,scale,F -max_iterations 0 -o other"));
    assert_eq!(run.error(1), "1 of 2 images could not be described");
    let expected = "other.txt:2: shot_1.cbf: image 2 has other structure factors than the first one";
    assert!(run.warnings().contains(&expected), "{}", run.err);
    assert!(!scratch.names().contains(&"other_00002.toml".to_owned()));
}

/// Lines of a table, as numbers in its order.
fn rows(text: &str) -> Vec<([i32; 3], f64)> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let index = |at: usize| words.get(at)?.parse().ok();
        Some(([index(0)?, index(1)?, index(2)?], words.get(3)?.parse().ok()?))
    };
    let mut rows: Vec<([i32; 3], f64)> = text.lines().filter_map(row).collect();
    rows.sort_unstable_by_key(|(hkl, _)| *hkl);
    rows
}

#[test]
fn without_trials_structure_factors_are_those_of_the_start() {
    let scratch = Scratch::new();
    let mut random = SplitMix(7);
    // Without symmetry: of every third pair of mates both are there, and differ; of the others one is absent.
    let mut table = String::new();
    for h in -30..=30_i32 {
        for k in -30..=30 {
            for l in -20..=20 {
                let f = random.uniform(50.0, 150.0);
                if [h, k, l] > [0; 3] || ([h, k, l] != [0; 3] && (h + k + l) % 3 == 0) {
                    table.push_str(&format!("{h} {k} {l} {f}\n"));
                }
            }
        }
    }
    scratch.write("start.hkl", &table);
    let crystal = CRYSTAL.replace("-spacegroup P4 ", "");
    scratch.run(&format!("{crystal} -hkl start.hkl -N 20 -misset 10 20 30 -o shot.cbf")).good();
    scratch.write("list.txt", "shot.cbf\n");
    let line = format!("refine {crystal} -hkl start.hkl -N 20 -misset 10 20 30 -list list.txt");
    let both = |name: &str| rows(&String::from_utf8(scratch.read(name)).unwrap());
    scratch.run(&format!("{line} -refine misset,scale,F -max_iterations 0 -o fit")).good();
    assert!(both("fit.hkl") == both("start.hkl"), "the table has changed");
    // Mates that are there change by one factor, those that are not stay so.
    scratch.run(&format!("{line} -refine misset,scale,F -o fit")).good();
    let (before, after) = (both("start.hkl"), both("fit.hkl"));
    let named = |rows: &[([i32; 3], f64)]| rows.iter().map(|(hkl, _)| *hkl).collect::<Vec<_>>();
    assert_eq!(named(&before), named(&after));
    let factor: BTreeMap<[i32; 3], f64> =
        before.iter().zip(&after).map(|((hkl, start), (_, found))| (*hkl, found / start)).collect();
    let pairs = factor.iter().filter_map(|(hkl, one)| Some((one, factor.get(&hkl.map(|index| -index))?)));
    let moved: Vec<(&f64, &f64)> = pairs.filter(|(one, _)| (**one - 1.0).abs() > 1e-6).collect();
    assert!(!moved.is_empty(), "no mates were refined");
    assert!(moved.iter().all(|(one, mate)| (*one - *mate).abs() < 1e-12), "{moved:?}");
}

#[test]
fn files_of_structure_factors_are_written_where_these_are_refined() {
    let scratch = Scratch::new();
    let [truth, _] = tables();
    scratch.write("fit.hkl", truth);
    scratch.run(&format!("{CRYSTAL} -hkl fit.hkl -N 20 -misset 10 20 30 -o shot.cbf")).good();
    scratch.write("list.txt", "shot.cbf\n");
    std::fs::create_dir(scratch.path("fit_F.csv")).unwrap();
    let line = format!("refine {CRYSTAL} -hkl fit.hkl -N 20 -misset 10.01 20 30 -o fit -refine misset,scale");
    scratch.run(&format!("{line} -data shot.cbf")).good();
    scratch.run(&format!("{line} -list list.txt")).good();
    let error = scratch.refused(&format!("{line},F -list list.txt"));
    assert_eq!(error, "cannot write fit_F.csv: it is a folder");
    std::fs::remove_dir(scratch.path("fit_F.csv")).unwrap();
    let error = scratch.refused(&format!("{line},F -list list.txt"));
    assert_eq!(error, "refine: fit.hkl is an input and an output; give another name");
}
