//! What a refinement writes.

use std::path::{Path, PathBuf};

use nanobragg_io::atomic::write_atomic;
use nanobragg_refine::{BoxFit, Outcome};
use serde_json::{Value, json};

use super::arguments::Arguments;

/// Writes NAME.toml, NAME.json and NAME.csv.
pub fn write(arguments: &Arguments, outcome: &Outcome, toml: &str) -> anyhow::Result<()> {
    let named = |extension: &str| {
        let mut name = arguments.output.clone().into_os_string();
        name.push(extension);
        PathBuf::from(name)
    };
    let json = serde_json::to_string_pretty(&as_json(arguments, outcome))? + "\n";
    text(&named(".toml"), toml)?;
    text(&named(".json"), &json)?;
    text(&named(".csv"), &table(outcome))
}

fn text(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(write_atomic(path, |out| out.write_all(text.as_bytes()))?)
}

fn as_json(arguments: &Arguments, outcome: &Outcome) -> Value {
    let found = outcome.found.iter().map(|found| {
        json!({
            "name": found.name, "unit": found.unit, "start": found.start, "value": found.value, "esd": found.esd,
            "esd_fisher": found.esd_fisher, "esd_sandwich": found.esd_sandwich, "prior_share": found.prior_share,
        })
    });
    let history = outcome.history.iter().map(|step| {
        json!({
            "narrowing": step.narrowing, "target": step.value, "chi2": step.chi2, "damping": step.damping,
            "accepted": step.accepted,
        })
    });
    let correlation: Vec<Vec<f64>> =
        outcome.correlation.row_iter().map(|row| row.iter().copied().collect()).collect();
    let vectors = outcome.plan.crystal.lattice.vectors.map(|v| [v.x, v.y, v.z].map(|meters| meters * 1e10));
    let cells = outcome.parameters.cells;
    json!({
        "program": concat!("nanobragg ", env!("CARGO_PKG_VERSION")),
        "data": arguments.data.display().to_string(),
        "verdict": if arguments.most_trials == 0 { "start" } else { outcome.verdict.name() },
        "chi2_per_pixel": outcome.chi2,
        "chi2_per_pixel_start": outcome.chi2_start,
        "chi2_per_pixel_whole_cells": outcome.chi2_whole_cells,
        "overlap": outcome.overlap,
        "box_scale_scatter": outcome.box_scale_scatter,
        "box_scale_prior": arguments.box_scale,
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

/// A row a box; those that were left out as outliers come last.
fn table(outcome: &Outcome) -> String {
    let mut rows =
        "slow,fast,h,k,l,used,scale,rms_z,model_photons,data_photons,background,per_10_fast,per_10_slow\n"
            .to_owned();
    let mut add = |own: &BoxFit, used: bool| {
        let [h, k, l] = own.hkl;
        let [level, along_fast, along_slow] = own.plane;
        rows.push_str(&format!(
            "{},{},{h},{k},{l},{},{:.5},{:.4},{:.3},{:.3},{level:.4},{along_fast:.4},{along_slow:.4}\n",
            own.slow,
            own.fast,
            u8::from(used),
            own.ln_scale.exp(),
            own.rms_z,
            own.model_photons,
            own.data_photons,
        ));
    };
    outcome.boxes.iter().for_each(|own| add(own, true));
    outcome.dropped.iter().for_each(|own| add(own, false));
    rows
}
