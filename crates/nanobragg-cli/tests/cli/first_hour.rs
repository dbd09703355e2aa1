//! What newcomers type, and what they are told.

use std::collections::HashSet;

use crate::scratch::Scratch;

const FEW: &str = "-cell 70 80 90 90 90 90 -default_F 100 -N 5 -detpixels 16 -nodump -noprogress";

#[test]
fn help_and_version_come_in_the_spellings_that_people_try() {
    let scratch = Scratch::new();
    let out = |line: &str| scratch.run(line).good().out;
    assert_eq!(out("-V"), out("-version"));
    assert_eq!(out("help"), out("-help"));
    for command in ["compare", "run", "sweep"] {
        assert_eq!(out(&format!("help {command}")), out(&format!("{command} -h")));
    }
    let unknown = scratch.refused("help nothing");
    assert!(unknown.starts_with("help: unknown command \"nothing\"; known are compare, "), "{unknown}");
    assert_eq!(scratch.refused("help refien"), "help: unknown command \"refien\"; did you mean refine?");
    assert_eq!(scratch.refused("sweeep -N 5"), "unknown command \"sweeep\"; did you mean sweep?");
    assert_eq!(scratch.refused("e.toml"), "unknown command \"e.toml\"; did you mean nanobragg run e.toml?");
}

#[test]
fn an_orientation_that_is_drawn_is_said_and_can_be_given() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{FEW} -misset random -o a.bin")).good();
    let said = run.line("-misset random: ").trim_start_matches("-misset random: ");
    let (angles, seed) = said.split_once(" by ").unwrap();
    scratch.run(&format!("{FEW} -misset random {seed} -o b.bin")).good();
    assert_eq!(scratch.read("a.bin"), scratch.read("b.bin"));
    scratch.run(&format!("{FEW} {angles} -o c.npy")).good();
    scratch.run(&format!("{FEW} -misset random {seed} -o d.npy")).good();
    scratch.run("compare c.npy d.npy --tolerance 1e-4").good();
}

#[test]
fn seeds_that_are_drawn_differ_within_a_second() {
    let scratch = Scratch::new();
    let drawn = |_| {
        let out = scratch.run(&format!("{FEW} -o a.cbf")).good().out;
        out.split("seed ").nth(1).unwrap().lines().next().unwrap().to_owned()
    };
    assert_eq!((0..4).map(drawn).collect::<HashSet<String>>().len(), 4);
}

#[test]
fn an_image_without_photons_is_pointed_out() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{FEW} -flux 1e12 -exposure 0.1 -beamsize 0.1 -o a.cbf")).good();
    let [said] = run.warnings()[..] else { panic!("{}", run.err) };
    assert!(said.starts_with("a.cbf: all counts are zero: the brightest pixel expects "), "{said}");
    assert!(scratch.run(&format!("{FEW} -o a.cbf")).good().warnings().is_empty());
}

#[test]
fn images_without_photons_say_why() {
    let scratch = Scratch::new();
    scratch.write("far.hkl", "60 0 0 100\n").write("near.hkl", "0 0 5 100\n");
    let base = "-cell 70 80 90 90 90 90 -N 5 -gauss_xtal -detpixels 16 -pixel 4 -distance 100 -oversample 41 -nodump";
    let said = |command: &str, line: &str| -> Vec<String> {
        let run = scratch.run(format!("{command} {base} {line}").trim()).good();
        let of_photons = |said: &&str| said.contains("photons") && !said.starts_with("undersampled");
        run.warnings().into_iter().filter(of_photons).map(str::to_owned).collect()
    };
    let far = "no pixel has photons: the image has resolutions up to 2.14 Angstrom, the structure factors are at 1.17 Angstrom; -lambda ";
    let near =
        "no pixel has photons: no spot of a reflection with a structure factor is on the image; -misset ";
    let beam = "no pixel has photons: the beam has none; -fluence ";
    for output in ["-o a.npy", "-o a.bin", "-o a.cbf -o a.tif"] {
        for (line, expected) in [
            ("-hkl far.hkl", far),
            ("-hkl near.hkl -N 40 -misset 20 30 40", near),
            ("-default_F 1 -fluence 0", beam),
        ] {
            let found = said("", &format!("{line} {output}"));
            assert!(matches!(&found[..], [one] if one.starts_with(expected)), "{line} {output}: {found:?}");
        }
        assert_eq!(said("", &format!("-default_F 10 {output}")), [""; 0]);
        let zero = said("", &format!("-default_F 0 {output}"));
        assert!(matches!(&zero[..], [one] if one.starts_with("-default_F 0: ")), "{zero:?}");
    }
    let sweep = "-osc 1 -phisteps 10 -images 3 -o s.npy";
    let found = said("sweep", &format!("-hkl far.hkl {sweep}"));
    assert!(matches!(&found[..], [one] if one.starts_with(far)), "{found:?}");
    let found = said("gradient", "-hkl far.hkl -wrt scale -o g.npy");
    assert!(matches!(&found[..], [one] if one.starts_with(far)), "{found:?}");
    assert_eq!(said("sweep", &format!("-default_F 10 {sweep} -restart")), [""; 0]);
}

#[test]
fn a_length_in_a_wrong_unit_does_not_run_for_ever() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{FEW} -distance 0.1 -roi 0 0 0 0 -o a.bin")).good();
    assert_eq!(run.warnings()[0], "-distance 0.1 mm: 0.1 m? (usual values are 5 to 20000 mm)");
    assert!(run.warnings()[1].contains(", not 100"), "{}", run.err);
}

#[test]
fn a_long_run_says_what_it_costs_before_it_starts() {
    let scratch = Scratch::new();
    let line = format!("{FEW} -detpixels 4000 -N 100 -oversample 100 -o a.bin");
    let mut child = scratch.command(line.split(' ')).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut reader, &mut said).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.starts_with("1.6e+11 terms with 100 x 100 sub-pixels: about "), "{said}");
}

/// The commands of the C program's own README, but for its programs that make the inputs.
const README: [&str; 3] = [
    "-hkl P1.hkl -matrix A.mat -lambda 6.2 -N 10",
    "-hkl P1.hkl -matrix A.mat -lambda 6.2 -N 10 -fluence 2e22 -water 4",
    "-mat bigcell.mat -hkl P1.hkl -lambda 1 -dispersion 0 -distance 1000 -detsize 100 -pixel 0.1 -hdiv 0 -vdiv 0 \
     -fluence 1e32 -N 1",
];

#[test]
fn the_commands_of_the_c_programs_readme_run() {
    let scratch = Scratch::new();
    let all = || -4..=4;
    let indices = all().flat_map(|h| all().flat_map(move |k| all().map(move |l| (h, k, l))));
    let lines: String = indices.map(|(h, k, l)| format!("{h} {k} {l} {}\n", 100 + h * k + l)).collect();
    scratch.write("P1.hkl", lines);
    // 281 281 165.2 90 90 120 at 6.2 A, and a cube of 250 A at 1 A.
    scratch.write("A.mat", "0.025478 0.012739 0\n0 0.022065 0\n0 0 0.037530\n");
    scratch.write("bigcell.mat", "0.004 0 0\n0 0.004 0\n0 0 0.004\n");
    for preset in ["exact", "reference"] {
        for command in README {
            let line = format!("{command} -roi 500 515 500 515 -seed 1 -nodump -noprogress -quirks {preset}");
            scratch.run(&format!("{line} -o a.bin")).good();
            scratch.run(&format!("{} -o b.bin", line.replace("-matrix", "-mat"))).good();
            let image = scratch.read("a.bin");
            assert!(image == scratch.read("b.bin"), "{preset}: {command}");
            assert!(image.iter().any(|&byte| byte != 0), "{preset}: {command} is dark");
        }
    }
}
