//! The resolved experiment as a table: every quantity with its unit and where it comes from.

use nanobragg::backend::Precision;
use nanobragg::model::{Convention, Outline, Pivot, Quirk, Size, Spectrum, StepPoint};
use nanobragg::plan::{Interpolation, Plan};
use nanobragg::units::to_deg;
use nanobragg_io::c_format::g;
use nanobragg_session::Device;
use nanobragg_session::header::FrameDescription;

use crate::classic::{FlagId, table};
use crate::{DumpAction, Origin, Setup};

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Heading that the row stands under.
    pub group: &'static str,
    /// Name of the quantity.
    pub name: &'static str,
    /// Value, in the unit.
    pub value: String,
    /// Unit; empty for counts and words.
    pub unit: &'static str,
    /// Where the quantity comes from.
    pub origin: Origin,
}

/// The table of `setup`, with what `plan` derived from it.
pub fn rows(setup: &Setup, plan: &Plan) -> Vec<Row> {
    let mut table = Table { setup, rows: Vec::new(), group: "" };
    crystal(&mut table, plan);
    beam(&mut table, plan);
    detector(&mut table, plan);
    sampling(&mut table, plan);
    outputs(&mut table);
    table.rows
}

/// The table as text, one quantity a line, grouped.
pub fn text(setup: &Setup, plan: &Plan) -> String {
    let rows = rows(setup, plan);
    let width = |length: fn(&Row) -> usize| rows.iter().map(length).max().unwrap_or(0);
    let (names, values) =
        (width(|row| row.name.len()), width(|row| row.value.len() + row.unit.len() + 1).min(60));
    let mut text = String::new();
    let mut group = "";
    for row in &rows {
        if row.group != group {
            group = row.group;
            text.push_str(&format!("{}{group}\n", if text.is_empty() { "" } else { "\n" }));
        }
        let value = format!("{} {}", row.value, row.unit);
        text.push_str(&format!("  {:names$}  {:values$}  {}\n", row.name, value.trim_end(), row.origin));
    }
    text
}

struct Table<'a> {
    setup: &'a Setup,
    rows: Vec<Row>,
    group: &'static str,
}

impl Table<'_> {
    fn add(&mut self, name: &'static str, value: impl Into<String>, unit: &'static str, origin: Origin) {
        self.rows.push(Row { group: self.group, name, value: value.into(), unit, origin });
    }

    /// A quantity that flags set, or whose default stands.
    fn set(&mut self, name: &'static str, value: impl Into<String>, unit: &'static str) {
        self.add(name, value, unit, self.setup.origins.of(&deciding(name)));
    }

    /// A quantity that flags set, or that follows from others.
    fn fill(&mut self, name: &'static str, value: impl Into<String>, unit: &'static str) {
        self.add(name, value, unit, self.setup.origins.or_derived(&deciding(name)));
    }

    fn derive(&mut self, name: &'static str, value: impl Into<String>, unit: &'static str) {
        self.add(name, value, unit, Origin::Derived);
    }
}

/// The flags that decide a quantity.
fn deciding(quantity: &str) -> Vec<FlagId> {
    table().iter().filter(|flag| flag.shows.contains(&quantity)).map(|flag| flag.id).collect()
}

fn n(x: f64) -> String {
    // Adding 0 makes 0 of -0.
    g(x + 0.0, 10)
}

fn list(values: impl IntoIterator<Item = f64>) -> String {
    values.into_iter().map(n).collect::<Vec<_>>().join(" ")
}

fn on(flag: bool) -> &'static str {
    if flag { "on" } else { "off" }
}

fn crystal(table: &mut Table<'_>, plan: &Plan) {
    table.group = "Crystal";
    let crystal = &table.setup.experiment.crystal;
    table.set("unit cell", list(plan.crystal.unit_cell()), "A, deg");
    table.derive("reciprocal cell", list(plan.crystal.reciprocal_cell()), "1/A, deg");
    table.derive("cell volume", n(plan.crystal.volume_angstrom3), "A^3");
    table.set("misset angles", list(plan.crystal.misset.map(to_deg)), "deg");
    table.set("misset seed", table.setup.experiment.seeds.misset.to_string(), "");
    let sized = crystal.size().iter().any(|size| matches!(size, Size::Length(_)));
    let counted = "cells along a, b, c";
    let origin = table.setup.origins.of(&deciding(if sized { "crystal size" } else { counted }));
    table.add(counted, list(plan.crystal.shape.cells), "", origin);
    table.derive("crystal size", list(plan.crystal.size().map(|size| size * 1e6)), "um");
    table.set("shape", crystal.shape().title(), "");
    table.set("fudge", n(crystal.fudge()), "");
    table.set("B factor", n(crystal.b_factor() * 1e20), "A^2");
    table.fill("mosaic spread", n(to_deg(plan.resolved.mosaic.spread)), "deg");
    table.fill("mosaic domains", plan.resolved.mosaic.domains.to_string(), "");
    table.set("mosaic seed", table.setup.experiment.seeds.mosaic.to_string(), "");

    table.group = "Structure factors";
    let factors = &plan.structure_factors;
    table.set("table entries read", factors.loaded().to_string(), "");
    if let Some(bounds) = factors.bounds() {
        let span = |axis: usize| format!("{}..{}", bounds.min[axis], bounds.max[axis]);
        table.derive("index box h, k, l", [0, 1, 2].map(span).join(" "), "");
    }
    table.set("F of all others", n(factors.default_f()), "e");
    let interpolation = match plan.interpolation {
        Interpolation::Off => "nearest index".to_owned(),
        Interpolation::On => "tricubic".to_owned(),
        Interpolation::UntilUnsafeIn(pixel) => {
            let width = plan.region.image_fast;
            format!("tricubic up to pixel {} {} (slow, fast), nearest after it", pixel / width, pixel % width)
        }
    };
    table.fill("interpolation", interpolation, "");
}

fn beam(table: &mut Table<'_>, plan: &Plan) {
    table.group = "Beam";
    let beam = &table.setup.experiment.beam;
    table.set("wavelength", n(beam.wavelength() * 1e10), "A");
    if let Some(Spectrum::Lines(lines)) = beam.spectrum() {
        table.set("spectrum lines", lines.len().to_string(), "");
    }
    table.set("dispersion", n(plan.resolved.dispersion.range() * 100.0), "%");
    table.fill("dispersion steps", plan.resolved.dispersion.count().to_string(), "");
    for (name, steps_name, steps) in [
        ("horizontal divergence", "horizontal steps", plan.resolved.horizontal),
        ("vertical divergence", "vertical steps", plan.resolved.vertical),
    ] {
        table.fill(name, n(steps.range() * 1000.0), "mrad");
        table.fill(steps_name, steps.count().to_string(), "");
    }
    if let Some(divergence) = beam.divergence() {
        table.set("round divergence", on(divergence.outline == Outline::Ellipse), "");
    }
    table.fill("sources", plan.sources.len().to_string(), "");
    let polarization = plan.resolved.kahn.map_or("off".to_owned(), n);
    table.set("Kahn factor", polarization, "");
    let dose = beam.dose();
    if let Some(flux) = dose.flux() {
        table.set("flux", n(flux), "photons/s");
        table.set("exposure", n(dose.exposure()), "s");
    }
    if let Some(size) = dose.beam_size() {
        table.set("beam size", n(size * 1000.0), "mm");
    }
    table.set("fluence", n(plan.fluence), "photons/m^2");
    table.set("water", n(plan.resolved.water_size.unwrap_or(0.0) * 1e6), "um");
}

fn detector(table: &mut Table<'_>, plan: &Plan) {
    table.group = "Detector";
    let detector = &table.setup.experiment.detector;
    let report = &plan.detector.report;
    table.set("convention", report.convention, "");
    if !table.setup.panels.is_empty() {
        table.set("panels (the first is shown)", table.setup.panels.len().to_string(), "");
    }
    let pivot = if report.pivot == Pivot::Beam { "beam" } else { "sample" };
    let convention_decides = plan.resolved.quirks.has(Quirk::ConventionPivotWins)
        && !matches!(table.setup.experiment.detector.convention, Convention::Custom(_));
    if convention_decides {
        table.derive("pivot", pivot, "");
    } else {
        table.fill("pivot", pivot, "");
    }
    let pixels = format!("{} {}", plan.detector.fast_pixels, plan.detector.slow_pixels);
    table.set("pixels (fast, slow)", pixels, "");
    table.set("pixel size", n(plan.detector.pixel_size * 1000.0), "mm");
    table.fill("distance", n(plan.detector.distance * 1000.0), "mm");
    // Of a plane that is swung about the crystal, the near point keeps its distance, and the beam goes further.
    let along = FrameDescription::of(plan).panel.distance;
    if along.is_finite() && (along - plan.detector.distance).abs() > 1e-9 * along.abs() {
        table.derive("distance along the beam", n(along * 1000.0), "mm");
    }
    table.fill("close distance", n(plan.detector.close_distance * 1000.0), "mm");
    let center = [report.center.x * 1000.0, report.center.y * 1000.0];
    table.set("beam center X, Y", list(center), "mm");
    let mm = |(fast, slow): (f64, f64)| list([fast * 1000.0, slow * 1000.0]);
    table.derive("beam spot (fast, slow)", mm(report.beam_spot), "mm");
    table.fill("near point (fast, slow)", mm(report.near_point), "mm");
    table.fill("ORGX, ORGY", list([report.org.0, report.org.1]), "pixels");
    table.set(
        "rotations x, y, z",
        list([detector.tilt.x, detector.tilt.y, detector.tilt.z].map(to_deg)),
        "deg",
    );
    table.set("two-theta", n(to_deg(detector.tilt.twotheta)), "deg");
    for (name, v) in
        [("fast axis", plan.detector.fdet), ("slow axis", plan.detector.sdet), ("normal", plan.detector.odet)]
    {
        table.derive(name, list([v.x, v.y, v.z]), "");
    }
    table.derive(
        "beam direction",
        list([plan.detector.beam.x, plan.detector.beam.y, plan.detector.beam.z]),
        "",
    );
    let spindle = plan.detector.spindle_axis[1];
    table.set("spindle axis", list([spindle.x, spindle.y, spindle.z]), "");
    let origin = plan.detector.pix0;
    table.derive("first pixel", list([origin.x, origin.y, origin.z].map(|x| x * 1000.0)), "mm");
    table.set("curved", on(detector.curved), "");
    table.set("point pixels", on(detector.point_pixel), "");
    table.set("sensor thickness", n(plan.resolved.layers.thickness * 1e6), "um");
    table.fill("sensor layers", plan.resolved.layers.count.to_string(), "");
    if plan.resolved.layers.thickness > 0.0 {
        table.fill("attenuation depth", n(1e6 / plan.resolved.mu), "um");
    }
}

fn sampling(table: &mut Table<'_>, plan: &Plan) {
    table.group = "Sampling";
    let rendering = &table.setup.experiment.rendering;
    table.set("phi", n(to_deg(plan.resolved.rotation.start())), "deg");
    table.fill("oscillation", n(to_deg(plan.resolved.rotation.range())), "deg");
    table.fill("phi step", n(to_deg(plan.resolved.rotation.step())), "deg");
    table.fill("phi steps", plan.resolved.rotation.steps().to_string(), "");
    let point = match plan.resolved.rotation.point(plan.resolved.quirks) {
        StepPoint::Start => "start",
        StepPoint::Middle => "mid",
    };
    table.fill("phi sampling", point.to_owned(), "");
    table.fill("oversample", plan.oversample.to_string(), "");
    for (name, set) in [
        ("oversample_thick", rendering.oversample_thick),
        ("oversample_polar", rendering.oversample_polar),
        ("oversample_omega", rendering.oversample_omega),
    ] {
        table.set(name, on(set), "");
    }
    table.set("dmin", n(rendering.dmin.unwrap_or(0.0) * 1e10), "A");
    let (rows, columns) = plan.region.ranges();
    let roi = format!("{} {} {} {}", columns.start, columns.end, rows.start, rows.end);
    table.set("region (fast, slow; ends excluded)", roi, "pixels");
    table.derive("terms", g(plan.terms(), 6), "");

    table.group = "Evaluation";
    let quirks = plan.resolved.quirks;
    let preset = quirks.preset().map_or("custom", |preset| preset.name());
    table.set("quirks", preset, "");
    let device = match table.setup.device {
        Device::Cpu => "cpu",
        Device::Gpu => "gpu",
        Device::Auto => "auto",
        Device::Scalar => "scalar",
    };
    table.set("device", device, "");
    let precision = match (table.setup.precision, table.setup.device) {
        (Some(Precision::Single), _) | (None, Device::Gpu) => "f32",
        (None, Device::Auto) => "the device's own",
        (Some(Precision::Double) | None, _) => "f64",
    };
    table.set("precision", precision, "");
}

fn outputs(table: &mut Table<'_>) {
    table.group = "Output";
    let outputs = &table.setup.outputs;
    for (name, path) in [
        ("float image", &outputs.float),
        ("integer image", &outputs.int),
        ("gray map", &outputs.pgm),
        ("noise image", &outputs.noise),
        ("miniCBF", &outputs.cbf),
        ("NXmx", &outputs.nexus),
        ("NumPy array", &outputs.npy),
        ("TIFF", &outputs.tiff),
        ("picture", &outputs.png),
    ] {
        let value = path.as_ref().map_or("none".to_owned(), |path| path.display().to_string());
        table.set(name, value, "");
    }
    table.set("numbers of arrays", if outputs.npy_doubles { "f64" } else { "f32" }, "");
    let instruments: Vec<String> =
        outputs.instruments.iter().map(|path| path.display().to_string()).collect();
    let instruments = if instruments.is_empty() { "none".to_owned() } else { instruments.join(" ") };
    table.set("instrument file", instruments, "");
    let scale = |scale: f64| if scale > 0.0 { n(scale) } else { "from the image".to_owned() };
    table.set("counts per photon", scale(outputs.scale), "");
    table.set("offset", n(outputs.adc_offset), "counts");
    table.set("gray levels per photon", scale(outputs.pgm_scale), "");
    table.set("noise seed", table.setup.experiment.seeds.noise.to_string(), "");
    let dump = match &outputs.dump {
        DumpAction::None => "not written".to_owned(),
        DumpAction::Write(path) => path.display().to_string(),
    };
    table.set("structure factor dump", dump, "");
}
