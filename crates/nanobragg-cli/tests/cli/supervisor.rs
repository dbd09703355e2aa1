//! The whole image of the experiment on which the C program and its PyTorch port were compared.

use std::process::Command;

use nanobragg_config::presets;
use nanobragg_testkit::upstream;

/// What the reference program prints of its image.
const FIGURES: [&str; 2] =
    ["max_I = 446.254  at 0.117906 0.178794", "mean= 0.00104287 rms= 0.334386 rmsd= 0.334384"];

#[test]
fn the_supervisor_image_has_the_reference_programs_figures() {
    let Some(data) = upstream() else {
        println!("SKIPPED the supervisor image: the port's data files are not there");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let preset = presets::find("supervisor").unwrap();
    for file in preset.files {
        std::fs::copy(data.join(file), folder.path().join(file)).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_nanobragg"))
        .args(preset.flags)
        .args(["-quirks", "reference", "-o", "image.bin", "-noprogress"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in FIGURES {
        assert!(said.lines().any(|said| said == line), "{line} is not in:\n{said}");
    }
    let bytes = std::fs::metadata(folder.path().join("image.bin")).unwrap().len();
    assert_eq!(bytes, 4 * 2463 * 2527);
}
