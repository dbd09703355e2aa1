//! `-geometry_out`: what is written for other programs reads as the experiment that it was made of.

use crate::scratch::{NO_F, Scratch, TINY};

/// An experiment with nothing in its usual place.
const ODD: &str = "-misset 10 20 30 -osc 1 -phi 5 -phisteps 2 -distance 60 -twotheta 15 -detector_rotz 3 -Xbeam 20 \
    -Ybeam 40 -polar 0.9 -spindle_axis 0 1 0.1 -water 0";

#[test]
fn a_description_gives_the_same_image() {
    for line in [ODD.to_owned(), ODD.replace("-osc 1 -phi 5 -phisteps 2", "-phi 7"), "-xds".to_owned()] {
        let scratch = Scratch::new();
        let tiny = format!("{TINY} {line}");
        let out = "-geometry_out a.expt -geometry_out XDS.INP -geometry_out a.geom -o a.npy";
        let run = scratch.run(&format!("{tiny} {out}")).good();
        for said in
            ["a.expt: the experiment, for DIALS", "XDS.INP: the experiment, for XDS", "a.geom: the detector"]
        {
            assert!(run.out.contains(&format!("wrote {said}")), "{}", run.out);
        }
        let steps = if line.contains("-phisteps") { "-phisteps 2" } else { "" };
        let same = format!("-default_F 100 -N 5 -oversample 1 -seed 1 {steps} -nodump");
        for description in ["a.expt", "XDS.INP"] {
            // A still of XDS has its crystal, and no rotation.
            scratch.run(&format!("-geometry {description} {same} -o b.npy")).good();
            scratch.run("compare a.npy b.npy --tolerance 1e-5").good();
        }
        // CrystFEL's file has no crystal: the detector alone is compared.
        let shown = |flags: &str| {
            let out = scratch.run(&format!("{flags} -show")).good().out;
            let rows = ["distance along the beam", "pixels (fast, slow)", "pixel edge", "wavelength"];
            let value = |row: &str| {
                let line = out.lines().find(|line| line.trim_start().starts_with(row));
                line.map(|line| {
                    line.split_whitespace()
                        .filter(|word| word.parse::<f64>().is_ok())
                        .collect::<Vec<_>>()
                        .join(" ")
                })
            };
            rows.map(value)
        };
        let geom = shown("-geometry a.geom -cell 70 80 90 75 85 95 -default_F 100 -N 5");
        let expt = shown("-geometry a.expt -default_F 100 -N 5");
        assert_eq!(geom[1..3], expt[1..3]);
    }
}

/// A crystal by flags alone.
const CRYSTAL: &str = "-cell 70 80 90 75 85 95 -misset 10 20 30 -default_F 100 -N 5 -oversample 1 -seed 1 -nodump \
    -fluence 1e28";

#[test]
fn a_detector_for_crystfel_stays_where_it_is_among_flags() {
    let detector = "-distance 100 -pixel 4 -detpixels 16 -lambda 1.5 -Xbeam 20 -Ybeam 36";
    for (laboratory, more) in [
        ("-xds", ""),
        ("-adxv", "-osc 1 -phisteps 2"),
        ("-xds -twotheta 15 -detector_rotz 30", "-osc 1 -phisteps 1 -polar 0.9"),
    ] {
        let scratch = Scratch::new();
        let crystal = format!("{CRYSTAL} {more}");
        scratch
            .run(&format!("{laboratory} {detector} {crystal} -geometry_out a.geom -o a.npy -o a.cbf"))
            .good();
        for [from, to] in [["a", "b"], ["b", "c"]] {
            let outputs = format!("-geometry_out {to}.geom -o {to}.npy -o {to}.cbf");
            scratch.run(&format!("-geometry {from}.geom {crystal} {outputs}")).good();
            for image in ["npy", "cbf"] {
                let tolerance = "--tolerance 1e-6";
                let line = format!("compare a.{image} {to}.{image} {tolerance}");
                assert_eq!(scratch.run(&line).status, 0, "{laboratory}: {line}");
            }
            let panels = |name: &str| {
                let text = String::from_utf8(scratch.read(&format!("{name}.geom"))).unwrap();
                text.lines().filter(|line| line.starts_with("p0/")).map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(panels(from), panels(to), "{laboratory}");
            // Another spindle does not turn the detector.
            let line = format!("-geometry a.geom {crystal} -spindle_axis 0 1 0.1 -osc 1 -phisteps 1");
            scratch.run(&format!("{line} -geometry_out d.geom -o d.npy")).good();
            assert_eq!(panels("a"), panels("d"), "{laboratory}");
        }
        if !laboratory.contains("twotheta") {
            assert_eq!(scratch.read("a.npy"), scratch.read("b.npy"), "{laboratory}");
        }
    }
}

/// The crystal of `list` in the laboratory's frame of a `.geom` file, for `-mat`: the field of the beam is `turns` quarter turns about
/// the beam from x in that of XDS.
fn matrix_for_crystfel(list: &[u8], wavelength: f64, turns: usize) -> String {
    let list: serde_json::Value = serde_json::from_slice(list).unwrap();
    let vectors = ["real_space_a", "real_space_b", "real_space_c"].map(|key| {
        let vector = &list["crystal"][0][key];
        let [mut x, y, z] = [0, 1, 2].map(|at| vector[at].as_f64().unwrap());
        let mut y = -y;
        for _ in 0..turns {
            (x, y) = (y, -x);
        }
        nanobragg::nalgebra::RowVector3::new(x, y, -z)
    });
    let star = nanobragg::nalgebra::Matrix3::from_rows(&vectors).try_inverse().unwrap() * wavelength;
    (0..3)
        .map(|row| (0..3).map(|at| format!("{:.12} ", star[(row, at)])).collect::<String>() + "\n")
        .collect()
}

#[test]
fn a_detector_for_crystfel_gives_the_image_of_the_list_for_dials() {
    let detector = "-distance 100 -pixel 4 -detpixels 16 -lambda 1.5 -Xbeam 20 -Ybeam 36 -polar 0.9";
    for (laboratory, turns) in [
        ("-mosflm", 0),
        ("-xds", 0),
        ("-denzo -twotheta 20 -detector_rotx 5", 0),
        ("-dials", 0),
        // The field lies across the spindle, and along x of the file.
        ("-mosflm -spindle_axis 0 1 0", 1),
    ] {
        let scratch = Scratch::new();
        let outputs = "-geometry_out a.geom -geometry_out a.expt -o a.npy";
        scratch.run(&format!("{laboratory} {detector} {CRYSTAL} {outputs}")).good();
        scratch.write("a.mat", matrix_for_crystfel(&scratch.read("a.expt"), 1.5, turns));
        let same = CRYSTAL.replace("-cell 70 80 90 75 85 95 -misset 10 20 30", "");
        scratch.run(&format!("-geometry a.expt {same} -o e.npy")).good();
        scratch.run(&format!("-geometry a.geom -mat a.mat -polar 0.9 {same} -o g.npy")).good();
        for image in ["e.npy", "g.npy"] {
            let run = scratch.run(&format!("compare a.npy {image} --tolerance 1e-5"));
            assert_eq!(run.status, 0, "{laboratory}: {image}: {}", run.out);
        }
    }
}

#[test]
fn numbers_have_the_digits_that_they_were_given() {
    let scratch = Scratch::new();
    let line = "-cell 79.1 79.1 37.9 90 90 90 -misset 10 20 30 -default_F 100 -N 5 -oversample 1 -nodump -distance 100 -pixel 0.172 \
        -detpixels 300 -phi 0.1 -osc 0.2 -phisteps 1 -lambda 0.9";
    scratch.run(&format!("{line} -geometry_out XDS.INP -geometry_out a.geom -o a.npy")).good();
    let input = String::from_utf8(scratch.read("XDS.INP")).unwrap();
    for said in [
        "\nNX= 300 NY= 300 QX= 0.172 QY= 0.172\n",
        "\nORGX= 151.5 ORGY= 151.5\n",
        "\nDETECTOR_DISTANCE= 100\n",
        "\nX-RAY_WAVELENGTH= 0.9\n",
        "\nOSCILLATION_RANGE= 0.2\nSTARTING_FRAME= 1 STARTING_ANGLE= 0.1\n",
        "\nUNIT_CELL_CONSTANTS= 79.1 79.1 37.9 90 90 90\n",
    ] {
        assert!(input.contains(said), "{said}: {input}");
    }
    let geom = String::from_utf8(scratch.read("a.geom")).unwrap();
    assert!(geom.contains("\np0/corner_x = -151\n"), "{geom}");
}

#[test]
fn a_scan_has_its_images_and_stills_have_no_crystal() {
    let scratch = Scratch::new();
    let out = "-geometry_out a.expt -geometry_out XDS.INP -o s####.cbf";
    scratch.run(&format!("sweep -images 3 -osc 0.5 -phi 10 {TINY} {out}")).good();
    let list = String::from_utf8(scratch.read("a.expt")).unwrap();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["scan"][0]["image_range"], serde_json::json!([1, 3]));
    let input = String::from_utf8(scratch.read("XDS.INP")).unwrap();
    for part in ["NAME_TEMPLATE_OF_DATA_FRAMES= s????.cbf\n", "DATA_RANGE= 1 3\n", "OSCILLATION_RANGE= 0.5\n"]
    {
        assert!(input.contains(part), "{part}: {input}");
    }
    // The third image of the scan is the third of the sweep.
    let third = "-geometry a.expt -scan_point 2 -default_F 100 -N 5 -oversample 1 -nodump";
    scratch.run(&format!("{third} -o third.npy")).good();
    scratch.run(&format!("{TINY} -phi 11 -osc 0.5 -o other.npy")).good();
    scratch.run("compare third.npy other.npy --tolerance 1e-5").good();
    let random = Scratch::new();
    random.run(&format!("sweep -images 2 -orientations random {TINY} -geometry_out a.expt -o s.cbf")).good();
    let list: serde_json::Value = serde_json::from_slice(&random.read("a.expt")).unwrap();
    assert_eq!((list["crystal"].as_array().unwrap().len(), list["scan"].as_array().unwrap().len()), (0, 0));
}

#[test]
fn what_cannot_be_written_is_found_before_the_render() {
    let scratch = Scratch::new();
    let known = "unknown kind of file; known are .expt (DIALS), .geom (CrystFEL), XDS.INP";
    assert_eq!(
        scratch.refused(&format!("{TINY} -geometry_out a.json")),
        format!("-geometry_out a.json: {known}")
    );
    let refused = scratch.refused(&format!("{TINY} -geometry_out no/a.expt -o a.npy"));
    assert_eq!(refused, "cannot write no/a.expt: there is no folder no");
    assert!(scratch.names().is_empty());
    // A description that is read is not replaced.
    scratch.run(&format!("{TINY} -geometry_out a.expt -o a.npy")).good();
    let own = format!(
        "{} -geometry a.expt -default_F 100 -geometry_out a.expt",
        NO_F.replace("-distance 100 -pixel 4 -detpixels 16", "").replace("-cell 70 80 90 75 85 95", "")
    );
    assert!(scratch.run(&own).error(2).contains("is an input and an output"));
}
