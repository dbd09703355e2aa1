//! Structure factors that all images have in common.

use nanobragg::backend::Control;
use nanobragg::model::StructureFactors;
use nanobragg::model::symmetry::Equivalents;
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::plan::Plan;
use nanobragg_refine::{AmplitudeOutcome, FoundAmplitude, Outcome, Refinement, refine_amplitudes};
use serde_json::{Value, json};

use super::super::course::Course;
use super::super::files::{self, Name};
use super::super::request::Request;
use super::{Done, Fate, Said, mtz};
use crate::devices::Devices;

/// Images in which a reflection has to be seen before it is counted as measured well.
const SEVERAL: usize = 3;

/// Refines structure factors, and writes them, the files of images with them, and a table. What it gives is for the file of all images.
pub(super) fn refine(
    request: &Request,
    name: &Name,
    fates: &mut [Fate],
    said: &Said,
    devices: &mut Devices<'_>,
    control: &Control<'_>,
) -> anyhow::Result<Value> {
    let images: Vec<(&Refinement, &Outcome)> = fates.iter().filter_map(Fate::kept).collect();
    anyhow::ensure!(!images.is_empty(), "no image has converged; structure factors stay as they are");
    let symmetry = fates.iter().find_map(|fate| match fate {
        Fate::Refined(done) => done.kept.as_deref().map(|(frame, _)| frame.start.symmetry.as_slice()),
        Fate::Failed { .. } => None,
    });
    let symmetry = symmetry.unwrap_or_default();
    let equivalents = Equivalents::new(symmetry, !request.anomalous)?;
    let backend = devices.of(&said.compute, said.console)?;
    let course = Course::new(said.console, said.progress, None);
    let found = refine_amplitudes(&images, &equivalents, backend, control, &|step| course.tell(step));
    course.finish();
    let mut found = found?;
    let plan = images.first().map(|(_, outcome)| &outcome.plan);
    let csv = plan.map(|plan| table(plan, &found.reflections)).unwrap_or_default();
    if let Some(plan) = plan {
        let merged = mtz::table(plan, symmetry, request.anomalous, &found.reflections)?;
        nanobragg_io::mtz::write(&name.file(".mtz"), &merged)?;
    }
    let hkl = name.file(".hkl");
    files::text(&hkl, &text(&found.table))?;
    files::text(&name.file("_F.csv"), &csv)?;
    let mut outcomes = std::mem::take(&mut found.images).into_iter();
    for fate in fates {
        let Fate::Refined(done) = fate else { continue };
        let Some((mut frame, _)) = done.kept.take().map(|kept| *kept) else { continue };
        let Some(outcome) = outcomes.next() else { continue };
        frame.start.take_amplitudes(hkl.clone());
        match Done::write(request, done.number, done.data.clone(), &frame, &outcome) {
            Ok(again) => **done = again,
            Err(error) => {
                said.console.warn(format!("{}: {error}", done.data));
                *fate = Fate::Failed { data: done.data.clone(), why: error.to_string() };
            }
        }
    }
    let several = found.reflections.iter().filter(|found| found.images >= SEVERAL).count();
    let (seen, scatter) = (found.reflections.len(), found.scatter);
    let (changed, deviation) = (changed(&found.reflections), deviation(&found.reflections));
    said.console.say(&format!(
        "F: {seen} reflections seen, {several} of them in {SEVERAL} or more images; changed by {:.1} % on average, with standard \
         deviations of {:.1} %; wrote {}",
        100.0 * changed,
        100.0 * deviation,
        hkl.display()
    ));
    said.console.say(&format!("scatter of box scales about their reflections = {scatter:.3}"));
    Ok(as_json(request, &found, several, changed))
}

fn as_json(request: &Request, found: &AmplitudeOutcome, several: usize, changed: f64) -> Value {
    let history: Vec<_> = found.history.iter().map(files::trial).collect();
    let verdict = if request.most_trials == 0 { "start" } else { found.verdict.name() };
    json!({
        "verdict": verdict, "reflections": found.reflections.len(), "reflections_in_three_images": several,
        "relative_change": changed, "box_scale_scatter": found.scatter, "history": history,
    })
}

/// Mean change over the mean of the start.
fn changed(found: &[FoundAmplitude]) -> f64 {
    let sums = found.iter().map(|found| ((found.value - found.start).abs(), found.start.abs()));
    let (off, all) = sums.fold((0.0, 0.0), |(off, all), (by, of)| (off + by, all + of));
    if all > 0.0 { off / all } else { 0.0 }
}

/// Mean standard deviation over the mean of what was found.
fn deviation(found: &[FoundAmplitude]) -> f64 {
    let known = found.iter().filter(|found| found.esd.is_finite());
    let (off, all) = known.fold((0.0, 0.0), |(off, all), found| (off + found.esd, all + found.value.abs()));
    if all > 0.0 { off / all } else { 0.0 }
}

/// All structure factors of a table that are not its default, as text.
fn text(table: &StructureFactors) -> String {
    let mut lines =
        String::from("# h k l F, every equivalent: structure factors that nanobragg refine has found\n");
    for [h, k, l] in table.bounds().iter().flat_map(|bounds| bounds.indices()) {
        let f = table.nearest([h, k, l]);
        if f != table.default_f() {
            lines.push_str(&format!("{h} {k} {l} {f}\n"));
        }
    }
    lines
}

/// A row for each reflection that was seen, its equivalents together.
fn table(plan: &Plan, found: &[FoundAmplitude]) -> String {
    let mut rows = String::from("h,k,l,d_angstrom,F_start,F,F_esd,boxes,images\n");
    let vectors = plan.crystal.lattice.vectors.map(|vector| (vector * 1e10).transpose());
    let star = Matrix3::from_rows(&vectors).try_inverse().unwrap_or_else(Matrix3::zeros);
    for FoundAmplitude { hkl, start, value, esd, boxes, images } in found {
        let [h, k, l] = hkl;
        let d = (star * Vector3::from(hkl.map(f64::from))).norm().recip();
        rows.push_str(&format!("{h},{k},{l},{d:.4},{start:.4},{value:.4},{esd:.4},{boxes},{images}\n"));
    }
    rows
}
