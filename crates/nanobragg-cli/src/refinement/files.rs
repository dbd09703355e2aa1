//! What a refinement writes.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use nanobragg::plan::Region;
use nanobragg_io::atomic::{Pending, check_file, real_folder, settle, write_settled};
use nanobragg_io::experiments::{ImageExperiment, write_experiments};
use nanobragg_io::lock::{Claim, Lock, lock};
use nanobragg_io::nexus::{NamedImage, write_named_images};
use nanobragg_io::npy::{write_npy, write_npy_panels};
use nanobragg_io::places::Inputs;
use nanobragg_refine::{BoxFit, Found, Outcome, Step, Warning};
use nanobragg_session::check_place;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::Frame;
use super::digests::{Contents, changed};
use super::reflections::{self, Reflection, rmsd_px};
use super::report;
use super::request::Request;
use crate::inputs::spare;
use crate::usage::UsageError;

/// What follows the name of a refinement in the names of its files.
const ENDINGS: [&str; 9] =
    [".toml", ".json", ".csv", ".html", ".expt", ".refl", ".h5", "_model.npy", "_residual.npy"];

/// What follows it where structure factors are refined.
pub const OF_AMPLITUDES: [&str; 3] = ["_F.csv", ".hkl", ".mtz"];

/// Bytes that a record of a refinement has at most.
const LONGEST_RECORD: u64 = 64 << 20;

/// Digits of the number of an image, at least.
const DIGITS: usize = 5;

/// The name of a refinement, with which those of its files begin.
#[derive(Clone, Debug)]
pub struct Name {
    beginning: PathBuf,
    /// Whether structure factors are among its files.
    amplitudes: bool,
}

impl Name {
    /// That of the files of all that is refined.
    pub fn of(request: &Request) -> Self {
        Name { beginning: request.output.clone(), amplitudes: request.amplitudes }
    }

    /// That of the files of an image, by its place in the list.
    pub fn of_image(request: &Request, number: usize) -> Self {
        Name { beginning: Name::of(request).file(&format!("_{number:0DIGITS$}")), amplitudes: false }
    }

    /// Its files.
    fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let of_amplitudes: &[&str] = if self.amplitudes { &OF_AMPLITUDES } else { &[] };
        ENDINGS.iter().chain(of_amplitudes).map(|ending| self.file(ending))
    }

    /// The file that ends so.
    pub fn file(&self, ending: &str) -> PathBuf {
        let mut name = self.beginning.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    }

    /// Whether it is no name of a file, all files can be written, and none is one of `inputs`, before there is anything to write.
    pub fn check<'a>(&self, inputs: impl IntoIterator<Item = &'a PathBuf>) -> anyhow::Result<()> {
        let given = self.beginning.to_string_lossy();
        let mut endings = OF_AMPLITUDES.iter().chain(&ENDINGS);
        if let Some(short) = endings.find_map(|ending| given.strip_suffix(ending)) {
            let text =
                format!("refine: -o {given}: give the beginning of the file names, such as -o {short}");
            return Err(UsageError(text).into());
        }
        self.spares(&Inputs::of(inputs))?;
        self.files().try_for_each(|file| check_place(&file))?;
        self.files().try_for_each(|file| Ok(check_file(&file)?))
    }

    /// Its files for this run alone, and with them those of all images of a list. Of its files other commands may write two.
    ///
    /// # Errors
    /// Another run writes them.
    pub fn lock(&self, is_list: bool) -> Result<Vec<Lock>, nanobragg_io::Error> {
        let own = [".json", ".expt", ".h5"].map(|ending| Claim::file(&self.file(ending)));
        let images = is_list.then(|| Claim::numbered(&self.file("_#.json")));
        // One that has the name of an image of a list goes beside others like it, but not beside that list.
        let list = self.list().map(|list| Claim::numbered(&list.file("_#.json")).shared());
        lock(own.into_iter().chain(images).chain(list))
    }

    /// Checks that its files that are there are those of refinements, which write their record before the others: a full disk or the end
    /// of a process leaves none without it. A run that goes on looks into the record itself.
    ///
    /// # Errors
    /// The first file that somebody else has written.
    pub fn check_replaces_own(&self, goes_on: bool) -> Result<(), UsageError> {
        let refuse = |file: &Path, why: &str| {
            let file = file.display();
            Err(UsageError(format!(
                "refine: {file} is there, and no refinement has written it{why}; remove it, or give another -o"
            )))
        };
        let record = self.file(".json");
        if record.is_file() {
            return if goes_on || is_record(&record) { Ok(()) } else { refuse(&record, "") };
        }
        match self.there().first() {
            Some(file) => refuse(file, &format!(" (there is no {})", record.display())),
            None => Ok(()),
        }
    }

    /// Files in its folder whose names fit.
    fn beside(&self, fits: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(real_folder(&self.beginning));
        let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
        let names = names.filter(|name| fits(&name.to_string_lossy()));
        names.map(|name| self.beginning.with_file_name(name)).collect()
    }

    /// The list of which this may be an image, by its name.
    fn list(&self) -> Option<Name> {
        let text = self.beginning.to_str()?;
        let list = text.trim_end_matches(|last: char| last.is_ascii_digit());
        let digits = text.len() - list.len();
        let beginning = list.strip_suffix('_').filter(|_| digits >= DIGITS)?;
        Some(Name { beginning: beginning.into(), ..self.clone() })
    }

    /// Files of earlier runs that one of a list of so many images would leave under its names; of those of all images it writes these.
    pub fn strangers(&self, images: usize, own: &[&str]) -> Vec<PathBuf> {
        let stem = self.beginning.file_name().unwrap_or_default().to_string_lossy();
        let endings = || ENDINGS.iter().chain(&OF_AMPLITUDES);
        let is_stranger = |name: &str| {
            let Some(rest) = name.strip_prefix(&*stem) else { return false };
            if let Some(ending) = endings().find(|ending| **ending == rest) {
                return !own.contains(ending);
            }
            let Some(numbered) = rest.strip_prefix('_') else { return false };
            let ending = numbered.trim_start_matches(|first: char| first.is_ascii_digit());
            let digits = numbered.strip_suffix(ending).unwrap_or_default();
            let beyond = digits.parse().map_or(true, |number: usize| number == 0 || number > images);
            digits.len() >= DIGITS && beyond && ENDINGS.contains(&ending)
        };
        let mut found = self.beside(is_stranger);
        found.sort();
        found
    }

    /// Writes the record, and removes the other files that an earlier run has left.
    pub fn begin(&self, record: &str) -> anyhow::Result<()> {
        let file = self.file(".json");
        text(&file, record)?;
        for earlier in self.there().iter().filter(|earlier| **earlier != file) {
            std::fs::remove_file(earlier).with_context(|| format!("cannot replace {}", earlier.display()))?;
        }
        Ok(())
    }

    /// Waits until all that is there is on disk.
    pub fn settle(&self) -> anyhow::Result<()> {
        Ok(self.there().iter().try_for_each(|file| settle(file))?)
    }

    /// Those of its files that are there.
    pub fn there(&self) -> Vec<PathBuf> {
        self.files().filter(|file| file.is_file()).collect()
    }

    /// Whether none of the files is one of `inputs`.
    pub fn spares(&self, inputs: &Inputs) -> Result<(), UsageError> {
        spare(inputs, "refine", self.files())
    }

    /// The values that an earlier run has left, by the names of parameters; `None` where there is none.
    ///
    /// # Errors
    /// A file that is none of a refinement of `data` with `settings` from files of these contents.
    pub fn earlier(
        &self,
        data: &str,
        settings: &[String],
        contents: &Contents,
    ) -> Result<Option<Vec<(String, f64)>>, UsageError> {
        let path = self.file(".json");
        if !path.exists() {
            return Ok(None);
        }
        let wrong = |what: &str| UsageError(format!("{}: {what}", path.display()));
        let text = nanobragg_io::text::read_text(&path, LONGEST_RECORD);
        let text = text.map_err(|error| UsageError(error.to_string()))?;
        let json: Value =
            nanobragg_io::json::unique(text.as_bytes()).map_err(|error| wrong(&error.to_string()))?;
        let found = values(&json, data, settings).map_err(|what| wrong(&what))?;
        same_files(&json, contents).map_err(|what| wrong(&what))?;
        Ok(Some(found))
    }
}

/// Whether a file is what a refinement says of itself.
fn is_record(path: &Path) -> bool {
    let Ok(text) = nanobragg_io::text::read_text(path, LONGEST_RECORD) else { return false };
    let Ok(json) = nanobragg_io::json::unique(text.as_bytes()) else { return false };
    let json: Value = json;
    let program = json["program"].as_str().is_some_and(|program| program.starts_with("nanobragg "));
    program && ["parameters", "images"].iter().any(|key| json.get(key).is_some())
}

/// The values in what an earlier run has written, or why it is none of the same refinement.
fn values(json: &Value, data: &str, settings: &[String]) -> Result<Vec<(String, f64)>, String> {
    const NONE: &str =
        "it was not written by a refinement of an image; leave -resume out, or give another -o";
    let none = || NONE.to_owned();
    let own = json["data"].as_str().ok_or_else(none)?;
    let entries = json["parameters"].as_array().ok_or_else(none)?;
    let earlier: Option<Vec<&str>> =
        json["settings"].as_array().and_then(|all| all.iter().map(Value::as_str).collect());
    if json.get("settings").is_none() {
        return Err(
            "it is of an earlier version, which did not store flags; leave -resume out to start over"
                .to_owned(),
        );
    }
    let earlier = earlier.ok_or_else(none)?;
    if own != data {
        return Err(format!("it is of another image, {own}; -resume needs the same image"));
    }
    let count = earlier.len().max(settings.len());
    // Of some flags the last counts.
    let now: Vec<&str> = settings.iter().map(String::as_str).collect();
    let [mut one, mut other] = [earlier.clone(), now.clone()];
    one.sort_unstable();
    other.sort_unstable();
    if earlier != now && one == other {
        return Err("its run had the same flags in another order; -resume needs the same order".to_owned());
    }
    let pair = |at: usize| (earlier.get(at).copied(), settings.get(at).map(String::as_str));
    if let Some((before, now)) = (0..count).map(pair).find(|(before, now)| before != now) {
        let [before, now] = [before, now].map(|word| word.unwrap_or("nothing"));
        return Err(format!(
            "it is of another refinement, which had {before} where this one has {now}; leave -resume \
             out to start over"
        ));
    }
    let of = |entry: &Value| Some((entry["name"].as_str()?.to_owned(), entry["value"].as_f64()?));
    entries.iter().map(of).collect::<Option<Vec<_>>>().ok_or_else(none)
}

/// Finds out whether the files that an earlier run has read are still what they were.
fn same_files(json: &Value, now: &Contents) -> Result<(), String> {
    let before: Option<Contents> = json.get("inputs").and_then(|inputs| Contents::deserialize(inputs).ok());
    let Some(before) = before else {
        return Err("it does not say what its input files were, as those of earlier versions do not; leave -resume out to \
                    begin anew"
            .to_owned());
    };
    match changed(&before, now) {
        Some(name) => {
            Err(format!("{name} is not what it was when it was refined; leave -resume out to begin anew"))
        }
        None => Ok(()),
    }
}

/// What a run was called to do, as its files say.
pub struct Run<'a> {
    pub request: &'a Request,
    pub data: &'a str,
    /// What its experiment and its reflections are called by.
    pub identifier: &'a str,
    pub frame: &'a Frame,
}

impl Run<'_> {
    /// The word for how it ended.
    pub fn verdict(&self, outcome: &Outcome) -> &'static str {
        if self.request.most_trials == 0 { "start" } else { outcome.verdict.name() }
    }
}

/// Writes the files of an image. Nothing is written, and no earlier file replaced, where no experiment
/// file can say what was found. The record comes first, by which a later run knows the others, and the files of an earlier run go
/// then: none of them stands beside this record. A file that cannot be written does not keep the others from it.
///
/// # Errors
/// That of the first file that was not written.
pub fn write(name: &Name, run: &Run<'_>, outcome: &Outcome, own: &[Reflection]) -> anyhow::Result<()> {
    let page =
        report::Page { data: run.data.to_owned(), verdict: run.verdict(outcome), outcome, reflections: own };
    let experiment = Pending::beside(&name.file(".expt"))?;
    let models: Vec<ImageExperiment> =
        run.frame.start.model(run.identifier.to_owned(), outcome).into_iter().collect();
    write_experiments(experiment.temporary(), &models)?;
    let toml = run.frame.start.refined(outcome, experiment.path(), experiment.temporary())?;
    let json = serde_json::to_string_pretty(&as_json(run, outcome, own))? + "\n";
    name.begin(&json)?;
    let written = [
        experiment.finish().map_err(anyhow::Error::from),
        reflections::write_table(&name.file(".refl"), &[(run.identifier.to_owned(), own)]),
        text(&name.file(".toml"), &toml),
        text(&name.file(".csv"), &table(outcome)),
        text(&name.file(".html"), &report::page(&page)),
        images(name, outcome),
        pixels(name, outcome),
    ];
    written.into_iter().collect::<anyhow::Result<()>>()?;
    name.settle()
}

/// Photons of the model, and of the data less those, in shoeboxes; elsewhere, and where a panel is smaller than others, no number.
fn images(name: &Name, outcome: &Outcome) -> anyhow::Result<()> {
    let fitted = &outcome.fitted;
    let panels = outcome.others.len() + 1;
    let largest =
        |size: &dyn Fn(&Region) -> usize| outcome.panels().map(|plan| size(&plan.region)).max().unwrap_or(0);
    let (fast, slow) = (largest(&|region| region.image_fast), largest(&|region| region.image_slow));
    let image = |of: &dyn Fn(usize) -> f64| {
        let mut all = vec![vec![f32::NAN; fast * slow]; panels];
        for (at, &[row, column]) in fitted.pixels.iter().enumerate() {
            let panel = all.get_mut(panel_of(outcome, at));
            if let Some(pixel) = panel.and_then(|own| own.get_mut(row as usize * fast + column as usize)) {
                *pixel = of(at) as f32;
            }
        }
        all
    };
    let write = |ending: &str, all: &[Vec<f32>]| match all {
        [one] => write_npy(&name.file(ending), fast, slow, one),
        several => write_npy_panels(&name.file(ending), fast, slow, several),
    };
    let model = write("_model.npy", &image(&|at| fitted.model[at]));
    let residuals = write("_residual.npy", &image(&|at| fitted.data[at] - fitted.model[at]));
    Ok(model.and(residuals)?)
}

/// The panel of a pixel, by its place in the list.
fn panel_of(outcome: &Outcome, at: usize) -> usize {
    outcome.boxes.get(outcome.fitted.group[at] as usize).map_or(0, |own| own.panel)
}

/// Every pixel of the shoeboxes: where it is, which box it belongs to, what was measured and what is expected of it.
fn pixels(name: &Name, outcome: &Outcome) -> anyhow::Result<()> {
    let fitted = &outcome.fitted;
    let column = |of: &dyn Fn(usize) -> f64| (0..fitted.pixels.len()).map(of).collect::<Vec<f64>>();
    let residual = |at: usize| (fitted.data[at] - fitted.model[at]) / fitted.variance[at].sqrt();
    let columns = [
        ("slow", "pixel", column(&|at| f64::from(fitted.pixels[at][0]))),
        ("fast", "pixel", column(&|at| f64::from(fitted.pixels[at][1]))),
        ("box", "1", column(&|at| f64::from(fitted.group[at]))),
        ("panel", "1", column(&|at| panel_of(outcome, at) as f64)),
        ("data", "photon", fitted.data.clone()),
        ("start", "photon", fitted.start.clone()),
        ("model", "photon", fitted.model.clone()),
        ("background", "photon", fitted.background.clone()),
        ("variance", "photon^2", fitted.variance.clone()),
        ("z", "1", column(&residual)),
    ];
    let pieces: Vec<[&[f64]; 1]> = columns.iter().map(|(.., values)| [values.as_slice()]).collect();
    let named = columns.iter().zip(&pieces);
    let named: Vec<NamedImage<'_>> =
        named.map(|((name, unit, _), pieces)| NamedImage { name, unit, value: f64::NAN, pieces }).collect();
    Ok(write_named_images(&name.file(".h5"), "pixels", &[fitted.pixels.len()], &named)?)
}

/// Writes a text, as a whole or not at all, and waits until it is on disk.
pub fn text(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(write_settled(path, |out| out.write_all(text.as_bytes()))?)
}

fn as_json(run: &Run<'_>, outcome: &Outcome, own: &[Reflection]) -> Value {
    let found = outcome.found.iter().map(parameter);
    let history = outcome.history.iter().map(trial);
    let correlation: Vec<Vec<f64>> =
        outcome.correlation.row_iter().map(|row| row.iter().copied().collect()).collect();
    let vectors = outcome.plan.crystal.lattice.vectors.map(|v| [v.x, v.y, v.z].map(|meters| meters * 1e10));
    let cells = outcome.parameters.cells;
    json!({
        "program": concat!("nanobragg ", env!("CARGO_PKG_VERSION")),
        "data": run.data,
        "settings": run.frame.settings,
        "inputs": run.frame.contents,
        "verdict": run.verdict(outcome),
        "chi2_per_pixel": outcome.chi2,
        "chi2_per_pixel_start": outcome.chi2_start,
        "chi2_per_pixel_whole_cells": outcome.chi2_whole_cells,
        "overlap": outcome.overlap,
        "warnings": outcome.warnings().iter().map(warning).collect::<Vec<_>>(),
        "box_scale_scatter": outcome.box_scale_scatter,
        "box_scale_prior": outcome.box_scale,
        "points_along_a_pixel": outcome.points,
        "rmsd_of_predictions_px": rmsd_px(own),
        "pixels": outcome.pixels,
        "boxes": outcome.boxes.len(),
        "boxes_left_out": outcome.dropped.len(),
        "boxes_reindexed": outcome.reindexed,
        "shape": outcome.shape.name(),
        "cells": cells,
        "cells_whole": cells.map(|cells| cells.round().max(1.0)),
        "real_space_vectors_angstrom": vectors,
        "parameters": found.collect::<Vec<_>>(),
        "correlation": correlation,
        "history": history.collect::<Vec<_>>(),
    })
}

/// A free number as records have it.
pub fn parameter(found: &Found) -> Value {
    json!({
        "name": found.name, "unit": found.unit, "start": found.start, "value": found.value, "esd": found.esd,
        "esd_fisher": found.esd_fisher, "esd_sandwich": found.esd_sandwich,
        "esd_domains": found.esd_domains, "prior": found.prior,
        "prior_share": found.prior_share,
    })
}

fn warning(warning: &Warning) -> Value {
    json!({ "code": warning.code(), "text": warning.to_string() })
}

/// A trial as records have it.
pub fn trial(step: &Step) -> Value {
    json!({
        "narrowing": step.narrowing, "target": step.value, "chi2": step.chi2, "damping": step.damping,
        "accepted": step.accepted,
    })
}

/// A row a box; those that were left out as outliers come last.
fn table(outcome: &Outcome) -> String {
    let mut rows =
        "slow,fast,h,k,l,d_angstrom,used,scale,rms_z,model_photons,data_photons,background,per_10_fast,per_10_slow,panel\n"
            .to_owned();
    let mut add = |own: &BoxFit, used: bool| {
        let [h, k, l] = own.hkl;
        let [level, along_fast, along_slow] = own.plane;
        rows.push_str(&format!(
            "{},{},{h},{k},{l},{:.4},{},{:.5},{:.4},{:.3},{:.3},{level:.4},{along_fast:.4},{along_slow:.4},{}\n",
            own.slow,
            own.fast,
            own.d_angstrom,
            u8::from(used),
            own.ln_scale.exp(),
            own.rms_z,
            own.model_photons,
            own.data_photons,
            own.panel,
        ));
    };
    outcome.boxes.iter().for_each(|own| add(own, true));
    outcome.dropped.iter().for_each(|own| add(own, false));
    rows
}
