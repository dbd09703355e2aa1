//! `nanobragg gradient` from outside.

use std::path::Path;

use serde_json::Value;

use crate::scratch::Scratch;

const STILL: &str = "-cell 70 80 90 75 85 95 -default_F 100 -lambda 1.5 -N 5 -distance 100 -pixel 4 \
    -detpixels 16 -oversample 1 -seed 1 -misset 10 20 30";

fn doubles(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10;
    bytes[header..].chunks_exact(8).map(|x| f64::from_le_bytes(x.try_into().unwrap())).collect()
}

fn floats(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    bytes.chunks_exact(4).map(|x| f64::from(f32::from_le_bytes(x.try_into().unwrap()))).collect()
}

#[test]
fn columns_stand_in_the_order_of_their_names_and_per_unit_of_the_flag() {
    let scratch = Scratch::new();
    let at = scratch.folder();
    let run = scratch.run(&format!("gradient {STILL} -wrt distance,misset,N,scale -wrt lambda -o grad.npy"));
    let out = run.good().out;
    assert_eq!(out.lines().collect::<Vec<_>>(), ["wrote grad.npy", "wrote grad.json"]);
    let names: Value = serde_json::from_slice(&std::fs::read(at.join("grad.json")).unwrap()).unwrap();
    assert_eq!(names["shape"], serde_json::json!([9, 16, 16]));
    let list: Vec<(&str, &str)> = names["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| (parameter["name"].as_str().unwrap(), parameter["unit"].as_str().unwrap()))
        .collect();
    let angles = [("misset_x", "deg"), ("misset_y", "deg"), ("misset_z", "deg")];
    let cells = [("Na", "1"), ("Nb", "1"), ("Nc", "1")];
    assert_eq!(
        list,
        [&[("distance", "mm")][..], &angles, &cells, &[("scale", "1"), ("lambda", "A")]].concat()
    );
    let columns = doubles(&at.join("grad.npy"));
    assert_eq!(columns.len(), 9 * 256);

    // The step of a flag, as a user would take it.
    let image = |change: &str| {
        scratch.run(&format!("{STILL} {change} -nonoise -nopgm -floatfile f.bin")).good();
        floats(&at.join("f.bin"))
    };
    let steps = [
        ("-distance 100.01", "-distance 99.99", 0.02, 0),
        ("-misset 10.005 20 30", "-misset 9.995 20 30", 0.01, 1),
        ("-lambda 1.5002", "-lambda 1.4998", 4e-4, 8),
    ];
    for (above, below, step, number) in steps {
        let column = &columns[number * 256..][..256];
        let most = column.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
        for ((above, below), slope) in image(above).iter().zip(image(below)).zip(column) {
            let difference = (above - below) / step;
            assert!((difference - slope).abs() < 0.01 * most, "{number}: {difference} {slope} of {most}");
        }
    }
    let photons = image("");
    let scale = &columns[7 * 256..][..256];
    assert!(photons.iter().zip(scale).all(|(photons, slope)| (photons - slope).abs() <= 1e-6 * photons));
}

#[test]
fn an_experiment_file_is_differentiated() {
    let scratch = Scratch::new();
    let toml = scratch.run(&format!("{STILL} -o image.cbf -png_beam -scale 3 -show toml")).good().out;
    scratch.write("e.toml", toml);
    let line = "-wrt misset,N -distance 90 -o";
    scratch.run(&format!("gradient {STILL} {line} a.npy")).good();
    let run = scratch.run(&format!("gradient e.toml {line} b.npy")).good();
    assert!(run.warnings().iter().all(|said| said.starts_with("undersampled")), "{}", run.err);
    assert!(scratch.read("a.npy") == scratch.read("b.npy") && !scratch.path("image.cbf").exists());
    let error = scratch.refused("gradient e.toml -wrt N -o e.toml");
    assert!(error.starts_with("gradient: -o e.toml should end in"), "{error}");
    assert!(scratch.refused("gradient none.toml -wrt N -o c.npy").contains("none.toml"));
}

#[test]
fn what_no_pixel_changes_with_is_named() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("gradient {STILL} -wrt mosaic,scale,spindle -o g.npy")).good();
    assert_eq!(run.out.lines().next(), Some("no pixel changes with mosaic, spindle_x, spindle_y, spindle_z"));
}

#[test]
fn a_cotangent_gives_a_table_and_json() {
    let scratch = Scratch::new();
    let at = scratch.folder();
    scratch.run(&format!("{STILL} -nonoise -nopgm -o y.npy")).good();
    let run = scratch.run(&format!("gradient {STILL} -wrt scale,cell -cotangent y.npy"));
    let out = run.good().out;
    let json: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    let gradient = json["parameters"][0]["gradient"].as_f64().unwrap();
    assert_eq!(json["parameters"][0]["name"], "scale");
    assert_eq!(json["parameters"].as_array().unwrap().len(), 7);
    let bytes = std::fs::read(at.join("y.npy")).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10;
    let squares: f64 = bytes[header..]
        .chunks_exact(4)
        .map(|x| f64::from(f32::from_le_bytes(x.try_into().unwrap())).powi(2))
        .sum();
    assert!((gradient / squares - 1.0).abs() < 1e-6, "{gradient} {squares}");
    assert!(out.contains("cell_gamma"));
    scratch.run(&format!("gradient {STILL} -wrt scale -cotangent y.npy -o g.json")).good();
    let written: Value = serde_json::from_slice(&std::fs::read(at.join("g.json")).unwrap()).unwrap();
    assert_eq!(written["parameters"][0]["gradient"], json["parameters"][0]["gradient"]);
}

#[test]
fn the_check_agrees_and_pictures_are_written() {
    let scratch = Scratch::new();
    let at = scratch.folder();
    for shape in ["-gauss_xtal", "-round_xtal", "-square_xtal"] {
        let line = format!(
            "gradient {STILL} {shape} -osc 1 -phisteps 4 -mosaic 0.2 -mosaic_domains 4 -wrt all -check"
        );
        let out = scratch.run(&line).good().out;
        assert!(out.lines().count() > 30 && !out.contains("DISAGREES"));
        let last = out.lines().last().unwrap();
        assert!(last.starts_with("all ") && last.ends_with(" of the largest derivative"), "{last}");
    }
    scratch.run(&format!("gradient {STILL} -wrt Na,cell_a -o g.png")).good();
    for name in ["g_Na.png", "g_cell_a.png"] {
        assert!(std::fs::read(at.join(name)).unwrap().starts_with(b"\x89PNG"));
    }
}

#[test]
fn the_check_is_of_what_was_named_in_its_own_unit() {
    let scratch = Scratch::new();
    let line = format!("gradient {STILL} -flux 1e12 -exposure 0.5 -beamsize 0.1 -osc 1 -phisteps 4");
    let names = "wavelength,scale,energy,flux,exposure,osc,phistep";
    let out = scratch.run(&format!("{line} -wrt {names} -check")).good().out;
    let row = |name: &str| {
        let line = out.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let largest: f64 = words[words.len() - 3].parse().unwrap();
        (words[2..words.len() - 3].join(" "), largest)
    };
    let units = ["wavelength", "energy", "flux", "exposure", "osc"].map(|name| row(name).0);
    assert_eq!(units, ["A", "eV", "photons/s", "s", "deg"]);
    let of = |name: &str| row(name).1;
    let energy = 12_398.419_84 / 1.5;
    for (name, other, factor) in [
        ("energy", "wavelength", 1.5 / energy),
        ("flux", "scale", 1e-12),
        ("exposure", "scale", 2.0),
        ("osc", "phistep", 0.25),
    ] {
        let expected = of(other) * factor;
        assert!((of(name) / expected - 1.0).abs() < 1e-4, "{name}: {} {expected}", of(name));
    }
}

#[test]
fn what_is_wrong_is_one_line_and_leaves_no_file() {
    let scratch = Scratch::new();
    let at = scratch.folder();
    for (line, text) in [
        ("-wrt foo -o g.npy", "-wrt foo is not a parameter; known are misset, "),
        ("-wrt N,missset -o g.npy", "-wrt missset is not a parameter; did you mean misset?"),
        ("-wrt N -o g.txt", "should end in .npy, .h5, .png, .json or .hkl"),
        ("-wrt N -o g.json", "is for the gradient for -cotangent"),
        ("-wrt N -floatfile f.bin -o g.npy", "-floatfile is a flag of a single image"),
        ("-wrt N -o nowhere/g.npy", "nowhere"),
        ("-wrt mosaic -tophat_spots -o g.npy", "have an edge"),
        ("-wrt flux -o g.npy", "needs -flux"),
        (
            "-wrt F_1_2_3 -check",
            "-wrt F_1_2_3: all structure factors are the same number, -default_F; give -hkl",
        ),
        ("-wrt F -o g.hkl", "-wrt F needs -cotangent FILE"),
        (
            "-wrt N -cotangent y.npy -o g.hkl",
            "-o FILE.hkl is for the gradient with respect to structure factors, -wrt F",
        ),
        ("-wrt F -cotangent y.npy -o g.npy", "-wrt F has no derivative images"),
    ] {
        let run = scratch.run(&format!("gradient {STILL} {line}"));
        let errors: Vec<&str> = run.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(run.status != 0 && errors.len() == 1 && errors[0].contains(text), "{line}: {run:?}");
    }
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 0);
}

#[test]
fn derivatives_come_as_hdf5_too() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("gradient {STILL} -wrt misset,B -o grad.h5"));
    assert_eq!(run.good().out.trim(), "wrote grad.h5");
    assert!(scratch.read("grad.h5").starts_with(b"\x89HDF\r\n"));
    let wrong = scratch.refused(&format!("gradient {STILL} -wrt B -o grad.txt"));
    assert!(wrong.contains("should end in .npy, .h5, .png, .json or .hkl"));
}

#[test]
fn a_panel_moves_alone() {
    let scratch = Scratch::new();
    let geometry = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/geometry/two_panels.geom");
    std::fs::copy(geometry, scratch.path("two_panels.geom")).unwrap();
    let run = scratch.run(
        "gradient -geometry two_panels.geom -cell 70 80 90 75 85 95 -default_F 100 -N 3 -oversample 1 -misset 10 20 30 \
         -wrt shift_fast,panel0.shift_fast,panel1.shift_fast -cotangent y.npy -o grad.npy",
    );
    assert!(run.err.contains("y.npy"), "{run:?}");
    let run = scratch.run(
        "gradient -geometry two_panels.geom -cell 70 80 90 75 85 95 -default_F 100 -N 3 -oversample 1 -misset 10 20 30 \
         -wrt shift_fast,panel0.shift_fast,panel1.shift_fast -o grad.npy",
    );
    run.good();
    let names: Value = serde_json::from_slice(&scratch.read("grad.json")).unwrap();
    assert_eq!(names["parameters"][2]["name"], "panel1.shift_fast");
    let columns = doubles(&scratch.path("grad.npy"));
    let [whole, first, second] =
        [0, 1, 2].map(|number| &columns[number * columns.len() / 3..][..columns.len() / 3]);
    let half = whole.len() / 2;
    assert!(whole.iter().any(|&slope| slope != 0.0));
    assert!(first[..half] == whole[..half] && first[half..].iter().all(|&slope| slope == 0.0));
    assert!(second[half..] == whole[half..] && second[..half].iter().all(|&slope| slope == 0.0));

    let flags = "gradient -geometry two_panels.geom -cell 70 80 90 90 90 90 -default_F 100 -o grad.npy -wrt";
    assert!(scratch.refused(&format!("{flags} panel2.shift_fast")).contains("the detector has 2 panels"));
    assert!(scratch.refused(&format!("{flags} panel0.misset")).contains("a panel has distance"));
}

/// An array of doubles as `numpy.save` writes it.
fn array(pixels: &[f64], slow: usize) -> Vec<u8> {
    let fast = pixels.len() / slow;
    let mut text =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({slow}, {fast}), }}").into_bytes();
    text.resize(117, b' ');
    text.push(b'\n');
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(text);
    bytes.extend(pixels.iter().flat_map(|pixel| pixel.to_le_bytes()));
    bytes
}

/// Structure factors of a few thousand nodes, no two neighbors alike.
fn reflections() -> String {
    let range = -13..=13i32;
    let nodes =
        range.clone().flat_map(|h| range.clone().flat_map(move |k| (-13..=13i32).map(move |l| [h, k, l])));
    nodes
        .map(|[h, k, l]| format!("{h} {k} {l} {}\n", 20 + (7 * h + 3 * k + 5 * l).rem_euclid(11) * 10))
        .collect()
}

#[test]
fn all_structure_factors_have_their_gradient_in_one_pass() {
    let scratch = Scratch::new();
    scratch.write("f.hkl", reflections());
    let y: Vec<f64> = (0..256).map(|at| f64::from(at * 37 % 100) / 50.0 - 0.7).collect();
    scratch.write("y.npy", array(&y, 16));
    let still = STILL.replace("-default_F 100", "-hkl f.hkl -nodump");
    let line = format!("gradient {still} -wrt scale,F -cotangent y.npy -o g.json -o g.hkl");
    let out = scratch.run(&line).good().out;
    assert!(
        out.contains("structure factors with smaller ones") && out.ends_with("wrote g.json\nwrote g.hkl\n")
    );
    let json: Value = serde_json::from_slice(&scratch.read("g.json")).unwrap();
    let table = &json["structure_factors"];
    let numbers = |name: &str| -> Vec<f64> {
        table[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let (values, slopes) = (numbers("value"), numbers("gradient"));
    assert!(slopes.len() > 40, "{}", slopes.len());
    // Photons go with the squares of structure factors, but for the few that lie beyond the table and have none.
    let scale = json["parameters"][0]["gradient"].as_f64().unwrap();
    let half: f64 = values.iter().zip(&slopes).map(|(f, slope)| 0.5 * f * slope).sum();
    assert!((half / scale - 1.0).abs() < 1e-9, "{half} {scale}");
    let text = String::from_utf8(scratch.read("g.hkl")).unwrap();
    assert_eq!(text.lines().count(), slopes.len());
    // One of them, as a parameter of its own.
    let (at, _) = slopes.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).unwrap();
    let [h, k, l] = [0, 1, 2].map(|axis| table["hkl"][at][axis].as_i64().unwrap());
    assert!(text.lines().nth(at).unwrap().starts_with(&format!("{h} {k} {l} ")));
    let own = scratch.run(&format!("gradient {still} -wrt F_{h}_{k}_{l} -cotangent y.npy")).good().out;
    let own: Value = serde_json::from_str(own.lines().last().unwrap()).unwrap();
    let own = own["parameters"][0]["gradient"].as_f64().unwrap();
    assert!((own / slopes[at] - 1.0).abs() < 1e-10, "{own} {}", slopes[at]);

    let uniform = scratch.refused(&format!("gradient {STILL} -wrt F -cotangent y.npy"));
    assert!(uniform.contains("all structure factors are the same number"), "{uniform}");
}

#[test]
fn a_cotangent_has_finite_numbers_where_pixels_count() {
    let scratch = Scratch::new();
    let mut y = vec![1.0; 256];
    y[3 * 16 + 5] = f64::NAN;
    scratch.write("y.npy", array(&y, 16));
    let line = format!("gradient {STILL} -wrt scale -cotangent y.npy");
    let run = scratch.run(&line);
    assert_eq!(run.status, 2);
    let expected =
        "error: gradient: -cotangent: y.npy: pixel 5 3 (fast, slow) is NaN; it should be a finite number";
    assert!(run.err.lines().any(|line| line == expected), "{run:?}");
    // Beyond the part that is rendered it does not matter.
    let out = scratch.run(&format!("{line} -roi 0 15 4 15")).good().out;
    let json: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert!(json["parameters"][0]["gradient"].as_f64().unwrap() > 0.0);
    y[3 * 16 + 5] = f64::INFINITY;
    scratch.write("y.npy", array(&y, 16));
    assert!(scratch.refused(&line).contains("pixel 5 3 (fast, slow) is inf"));
}

#[test]
fn arrays_of_doubles_keep_what_single_precision_rounds() {
    let scratch = Scratch::new();
    scratch.run(&format!("{STILL} -o a.npy -npy_dtype f64 -floatfile a.bin")).good();
    scratch.run(&format!("gradient {STILL} -npy_dtype f64 -wrt scale -o g.npy")).good();
    let (doubles_of, single) = (doubles(&scratch.path("a.npy")), floats(&scratch.path("a.bin")));
    assert_eq!(doubles_of, doubles(&scratch.path("g.npy")));
    assert!(doubles_of.iter().zip(&single).all(|(double, single)| f64::from(*double as f32) == *single));
    assert!(doubles_of.iter().zip(&single).any(|(double, single)| double != single));
    scratch.run(&format!("{STILL} -o s.npy -npy_dtype f64 -device scalar")).good();
    let scalar = doubles(&scratch.path("s.npy"));
    assert!(doubles_of.iter().zip(&scalar).all(|(a, b)| (a - b).abs() <= 1e-11 * b));
    let series = scratch.refused(&format!("sweep {STILL} -osc 1 -images 2 -npy_dtype f64 -o b.npy"));
    assert!(series.contains("arrays of a series have 32-bit floats"), "{series}");
}

#[test]
fn the_symmetry_of_a_lattice_leaves_some_numbers_of_its_cell_free() {
    let scratch = Scratch::new();
    let tetragonal = STILL.replace("70 80 90 75 85 95", "78 78 37 90 90 90");
    scratch.run(&format!("gradient {tetragonal} -wrt cell_sym,cell -o g.npy")).good();
    let names: Value = serde_json::from_slice(&scratch.read("g.json")).unwrap();
    let names: Vec<&str> =
        names["parameters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names[..4], ["cell_sym_a", "cell_sym_c", "cell_a", "cell_b"]);
    let columns = doubles(&scratch.path("g.npy"));
    let column = |number: usize| &columns[number * 256..][..256];
    let most = column(0).iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
    for ((together, a), b) in column(0).iter().zip(column(2)).zip(column(3)) {
        assert!((together - a - b).abs() < 1e-12 * most);
    }
    assert!(
        scratch.run(&format!("gradient {tetragonal} -wrt cell_sym -check")).good().out.contains("cell_sym_c")
    );
    let tied = scratch.refused(&format!("gradient {tetragonal} -wrt cell_sym_b -o h.npy"));
    assert!(tied.contains("the lattice's symmetry ties it to others"), "{tied}");
    let out = scratch.run(&format!(
        "gradient {STILL} -curved_det -detector_rotx 3 -wrt distance,shift,twotheta,beam -check"
    ));
    assert!(!out.good().out.contains("DISAGREES"));
}

#[test]
fn derivatives_that_are_not_finite_are_not_written() {
    let scratch = Scratch::new();
    let line = "gradient -cell 30 40 50 90 90 90 -default_F 1e160 -N 5 -lambda 1 -distance 50 -detpixels 16 -wrt scale -o g.npy";
    let run = scratch.run(line);
    let text = "pixels have derivatives with respect to scale that are not finite, the first at fast";
    assert!(run.error(1).contains(text), "{}", run.err);
    assert!(scratch.names().is_empty(), "{:?}", scratch.names());
}

#[test]
fn a_gradient_that_overflows_is_an_error_and_nothing_is_written() {
    let scratch = Scratch::new();
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (16, 16), }\n";
    let mut npy = [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    let mut pixels = [0.0; 256];
    pixels[136..144].fill(1e308);
    npy.extend(pixels.iter().flat_map(|pixel: &f64| pixel.to_le_bytes()));
    scratch.write("big.npy", npy);
    let bright = format!("{STILL} -fluence 1e30");
    let line = "-wrt scale -cotangent big.npy -o g.json -geometry_out g.expt";
    let error = scratch.refused(&format!("gradient {bright} {line}"));
    let text =
        "gradient: -cotangent: big.npy: the gradient with respect to scale is inf; give smaller numbers";
    assert!(error.starts_with(text), "{error}");
    scratch.write(
        "two.hkl",
        (-9..10)
            .flat_map(|h| (-9..10).flat_map(move |k| (-9..10).map(move |l| format!("{h} {k} {l} 100\n"))))
            .collect::<String>(),
    );
    let table = bright.replace("-default_F 100", "-hkl two.hkl -nodump");
    let error = scratch.refused(&format!("gradient {table} -wrt F -cotangent big.npy -o g.hkl"));
    assert!(error.contains("big.npy: the gradient with respect to F_"), "{error}");
    assert_eq!(scratch.names(), ["big.npy", "two.hkl"]);
}

#[test]
fn long_derivatives_say_what_they_cost_and_how_far_they_are() {
    let scratch = Scratch::new();
    let first = |line: &str| {
        let mut child =
            scratch.command(line.split(' ')).stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut reader, &mut said).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        said
    };
    let long = STILL.split_whitespace().collect::<Vec<_>>().join(" ");
    let long = long.replace("-oversample 1", "-oversample 400").replace("-detpixels 16", "-detpixels 400");
    let said = first(&format!("gradient {long} -wrt scale,distance -o g.npy"));
    assert!(said.starts_with("derivatives of 2.6e+10 terms with 400 x 400 sub-pixels: about "), "{said}");
    let said = first(&format!("gradient {long} -wrt scale,distance -check"));
    assert!(said.starts_with("derivatives, 10 evaluations of 2.6e+10 terms "), "{said}");
}
