//! `docs/FROM_MTZ.md`: its commands run, in their order, on a made-up MTZ.

use std::fmt::Write as _;
use std::path::Path;

use crate::parity_page::{blocks, untrue_in};
use crate::scratch::Scratch;

/// An MTZ of 79 x 79 x 38 A in P43212 to 2.2 A, whose amplitudes are those of no molecule.
fn mtz() -> Vec<u8> {
    const OPERATORS: [&str; 8] = [
        "X,Y,Z",
        "-X,-Y,Z+1/2",
        "-Y+1/2,X+1/2,Z+3/4",
        "Y+1/2,-X+1/2,Z+1/4",
        "-X+1/2,Y+1/2,-Z+3/4",
        "X+1/2,-Y+1/2,-Z+1/4",
        "Y,X,-Z",
        "-Y,-X,-Z+1/2",
    ];
    let mut numbers: Vec<f32> = Vec::new();
    let mut seed: u32 = 12345;
    for (h, k, l) in (0..36).flat_map(|h| (0..=h).flat_map(move |k| (0..18).map(move |l| (h, k, l)))) {
        let (x, y, z) = (f64::from(h) / 79.0, f64::from(k) / 79.0, f64::from(l) / 38.0);
        let s2 = x * x + y * y + z * z;
        if s2 == 0.0 || s2 > 1.0 / (2.2 * 2.2) {
            continue;
        }
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345) % (1 << 31);
        let drawn = (f64::from(seed) + 1.0) / 2f64.powi(31);
        let amplitude = 600.0 * (-drawn.ln()).sqrt() * (-12.0 * s2 / 4.0).exp();
        numbers.extend([f64::from(h), f64::from(k), f64::from(l), amplitude].map(|number| number as f32));
    }
    let rows = numbers.len() / 4;
    let mut bytes = b"MTZ ".to_vec();
    bytes.extend((21 + numbers.len() as i32).to_le_bytes());
    bytes.extend([0x44, 0x41, 0, 0]);
    bytes.resize(80, 0);
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    let mut records = vec![
        "VERS MTZ:V1.1".to_owned(),
        "TITLE made up".to_owned(),
        format!("NCOL {:8} {rows:12} {:8}", 4, 0),
        "CELL    79.0000   79.0000   38.0000   90.0000   90.0000   90.0000".to_owned(),
        "SORT    1   2   3   0   0".to_owned(),
        "SYMINF   8  8 P    96            'P 43 21 2' PG422".to_owned(),
    ];
    records.extend(OPERATORS.map(|operator| format!("SYMM {operator}")));
    records.extend(["RESO 0.0001   0.2066", "VALM NAN"].map(str::to_owned));
    for (label, kind) in [("H", "H"), ("K", "H"), ("L", "H"), ("F", "F")] {
        let mut record = format!("COLUMN {label:30} {kind} ");
        let _ = write!(record, "{:17.4} {:17.4} {:4}", 0.0, 1000.0, 1);
        records.push(record);
    }
    records.extend(
        ["NDIF        1", "PROJECT       1 made", "CRYSTAL       1 up", "DATASET       1 F"]
            .map(str::to_owned),
    );
    records.extend(
        [
            "DCELL         1    79.0000   79.0000   38.0000   90.0000   90.0000   90.0000",
            "DWAVEL        1    1.00000",
            "END",
            "MTZENDOFHEADERS",
        ]
        .map(str::to_owned),
    );
    for record in records {
        bytes.extend(format!("{record:80}").bytes().take(80));
    }
    bytes
}

#[test]
fn from_an_mtz_to_a_series() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FROM_MTZ.md");
    let page = std::fs::read_to_string(page).unwrap();
    let scratch = Scratch::new();
    scratch.write("lyso.mtz", mtz());
    let blocks = blocks(&page);
    assert_eq!(blocks.len(), 3);
    for block in &blocks {
        let untrue = untrue_in(&scratch, block);
        assert!(untrue.is_empty(), "{}", untrue.join("\n"));
    }
    for name in ["look.png", "still.cbf", "img_0010.cbf", "simulated.expt"] {
        assert!(scratch.path(name).exists(), "{name}");
    }
    // What the page says of the beam as it is. Another seed may count a photon.
    let dim = "-hkl lyso.mtz -lambda 1 -N 20 -distance 170 -detpixels 64 -pixel 0.172 -flux 1e12 -exposure 0.1 -beamsize 0.1 \
        -oversample 1 -seed 1 -nodump -o dim.cbf";
    assert!(scratch.run(dim).good().err.contains("all counts are zero: the brightest pixel expects "));
}
