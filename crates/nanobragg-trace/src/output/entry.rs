//! A trace in memory as records: those that its events make.

use nanobragg::trace::{
    Grid, PhiStep, PixelTrace, RotatedCell, TRACE_PY, TRACE_PY_PHI, TRACE_PY_ROTSTAR, TRACE_PY_TRICUBIC,
    TermNumbers, Value as Traced,
};

use super::record::{Record, Target, Value};

type Field = (&'static str, Value);

/// Hands each record of `trace` to `see`, in the order of evaluation.
pub(super) fn records(trace: &PixelTrace, mut see: impl FnMut(&Record)) {
    let place = [whole("slow", trace.slow()), whole("fast", trace.fast())];
    let mut make = |target, name: &'static str, key: &str, fields: &[Field]| {
        let key_field = (!key.is_empty()).then(|| ("key", Value::Text(key.to_owned())));
        let fields = place.iter().cloned().chain(key_field).chain(fields.iter().cloned()).collect();
        see(&Record { target, target_name: name, key: key.to_owned(), fields });
    };
    for (quantity, value) in trace.entries() {
        let mut fact = |fields: &[Field]| make(Target::Fact, TRACE_PY, quantity.key(), fields);
        match value {
            Traced::Scalar(value) => fact(&[number("value", *value)]),
            Traced::Switch(on) => fact(&[whole("value", usize::from(*on))]),
            Traced::Vector(v) => fact(&triple(["x", "y", "z"], *v)),
            Traced::Indices(hkl) => fact(&triple(["h", "k", "l"], *hkl)),
            Traced::WholeIndices([h, k, l]) => fact(&[index("h", *h), index("k", *k), index("l", *l)]),
            Traced::Grid(grid) => {
                neighborhood(grid, |key, fields| make(Target::Tricubic, TRACE_PY_TRICUBIC, key, fields));
            }
            Traced::PhiStep(one) => make(Target::Step, TRACE_PY_PHI, "", &step(one)),
            Traced::RotatedCell(cell) => make(Target::RotStar, TRACE_PY_ROTSTAR, "", &rotated(cell)),
            // The library may come to trace what this crate does not know yet.
            _ => {}
        }
    }
}

fn number(name: &'static str, value: f64) -> Field {
    (name, Value::Number(value))
}

fn whole(name: &'static str, value: usize) -> Field {
    (name, Value::Whole(value as i128))
}

fn index(name: &'static str, value: i64) -> Field {
    (name, Value::Whole(value.into()))
}

fn triple(names: [&'static str; 3], values: [f64; 3]) -> [Field; 3] {
    [0, 1, 2].map(|n| number(names[n], values[n]))
}

fn neighborhood(grid: &Grid, mut make: impl FnMut(&str, &[Field])) {
    make("GRID_START", &[]);
    for (i, plane) in grid.values.iter().enumerate() {
        for (j, row) in plane.iter().enumerate() {
            for (k, value) in row.iter().enumerate() {
                make("F", &[whole("i", i), whole("j", j), whole("k", k), number("value", *value)]);
            }
        }
    }
    make("GRID_END", &[]);
    for (key, [n0, n1, n2, n3]) in ["H_COORDS", "K_COORDS", "L_COORDS"].into_iter().zip(grid.axes()) {
        make(key, &[index("n0", n0), index("n1", n1), index("n2", n2), index("n3", n3)]);
    }
}

fn step(step: &PhiStep) -> Vec<Field> {
    let count = |name, value: u64| (name, Value::Whole(value.into()));
    let mut fields = Vec::with_capacity(16);
    if let Some(TermNumbers { source, subpixel, layer, domain }) = step.term {
        fields.extend([
            count("source", source),
            count("subpixel", subpixel),
            count("layer", layer),
            count("domain", domain),
        ]);
    }
    fields.push(count("phi_tic", step.number));
    for (name, value) in
        [("phi_deg", step.phi_deg), ("k_frac", step.k), ("F_latt_b", step.f_latt_b), ("F_latt", step.f_latt)]
    {
        fields.push(number(name, value));
    }
    fields.extend(triple(["S_x", "S_y", "S_z"], step.scattering_per_angstrom));
    fields.extend(triple(["a_star_y", "b_star_y", "c_star_y"], step.star_y_per_angstrom));
    fields.push(number("V_actual", step.volume_cubic_angstrom));
    fields
}

fn rotated(cell: &RotatedCell) -> Vec<Field> {
    let mut fields = vec![("phi_tic", Value::Whole(cell.number.into()))];
    fields.extend(triple(["ap_y", "bp_y", "cp_y"], cell.y_angstrom));
    fields
}
