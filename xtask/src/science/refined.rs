//! What `nanobragg refine` makes of the stills that DIALS has indexed: orientations before and after, against those rendered.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::series::{Kind, Series};

/// The stills' crystal as it may be thought of beforehand: three quarters of the cells, nearly half as much mosaicity again, other domains.
const START: &[&str] = &[
    "-quirks",
    "exact",
    "-nodump",
    "-gauss_star",
    "-Na",
    "20",
    "-Nb",
    "20",
    "-Nc",
    "40",
    "-mosaic",
    "0.07",
    "-mosaic_domains",
    "20",
    "-seed",
    "9",
    "-polar",
    "0.98",
    // As the images were rendered.
    "-oversample",
    "2",
    "-noprogress",
];

/// Refines the stills among `series` and prints how far orientations were and are from those rendered.
pub fn run(program: &Path, series: &[Series], work: &Path) -> anyhow::Result<()> {
    for series in series.iter().filter(|series| series.kind == Kind::Stills) {
        let folder = work.join(series.name);
        let indexed = folder.join("idx-integrated.expt");
        let list = list(&indexed)?;
        let refined = folder.join("refined");
        std::fs::create_dir_all(&refined)?;
        std::fs::write(refined.join("list.txt"), list)?;
        let mut command = Command::new(program);
        command.current_dir(&refined).arg("refine").args(START).arg("-hkl").arg(work.join("truth.mtz"));
        command.args(["-fluence", &series.fluence.to_string(), "-list", "list.txt", "-o", "fit"]);
        println!("{}: nanobragg refine", refined.display());
        // Images that are not found are said, and counted below.
        command.status().with_context(|| program.display().to_string())?;
        let manifest = folder.join("images/manifest.jsonl");
        for (what, file) in [("by DIALS", indexed), ("refined", refined.join("fit.expt"))] {
            let answer = super::python("stills.py", &[file.as_ref(), manifest.as_ref()])?;
            let found: Value = serde_json::from_str(answer.lines().last().unwrap_or_default())?;
            println!("{}: {what}: {}", series.name, summary(&found)?);
        }
    }
    Ok(())
}

/// A line for each image that DIALS has indexed: it, and its experiment.
fn list(indexed: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(indexed).with_context(|| indexed.display().to_string())?;
    let json: Value = serde_json::from_str(&text)?;
    let mut lines = String::new();
    for (number, experiment) in json["experiment"].as_array().into_iter().flatten().enumerate() {
        let set = experiment["imageset"].as_u64().and_then(|set| json["imageset"].get(set as usize));
        let set = set.with_context(|| format!("{}: an experiment without images", indexed.display()))?;
        let image = set["images"][0].as_str().or_else(|| set["template"].as_str());
        let image = PathBuf::from(image.with_context(|| format!("{}: no image", indexed.display()))?);
        lines.push_str(&format!(
            "{} -geometry {} -experiment {number}\n",
            image.display(),
            indexed.display()
        ));
    }
    ensure!(!lines.is_empty(), "{}: no experiments", indexed.display());
    Ok(lines)
}

/// How many images there are, and the angles between what was found and what was rendered.
fn summary(found: &Value) -> anyhow::Result<String> {
    let angles = found["angles_deg"].as_array().context("no angles")?;
    let mut angles: Vec<f64> = angles.iter().filter_map(Value::as_f64).collect();
    angles.sort_unstable_by(f64::total_cmp);
    let middle = angles.get(angles.len() / 2).copied().unwrap_or(f64::NAN);
    let most = angles.last().copied().unwrap_or(f64::NAN);
    let images = &found["images"];
    Ok(format!(
        "{} of {images} images, orientation off by {middle:.5} deg (median), {most:.5} deg (most)",
        angles.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_has_a_line_with_its_experiment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.expt");
        let experiments = r#"{"experiment": [{"imageset": 1}, {"imageset": 0}],
            "imageset": [{"images": ["/w/one.cbf"]}, {"images": ["/w/two.cbf"]}]}"#;
        std::fs::write(&path, experiments).unwrap();
        let of = |image: &str, number: usize| {
            format!("/w/{image}.cbf -geometry {} -experiment {number}\n", path.display())
        };
        assert_eq!(list(&path).unwrap(), of("two", 0) + &of("one", 1));
        std::fs::write(&path, "{\"experiment\": []}").unwrap();
        assert!(list(&path).is_err());
    }

    #[test]
    fn angles_are_summed_up() {
        let found = serde_json::json!({"images": 4, "angles_deg": [0.3, 0.1, 0.2]});
        let text = summary(&found).unwrap();
        assert_eq!(text, "3 of 4 images, orientation off by 0.20000 deg (median), 0.30000 deg (most)");
    }
}
