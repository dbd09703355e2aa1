//! What is read: one target for each reader and parser.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use nanobragg::model::symmetry::SymmetryOperator;
use nanobragg_config::classic::FlagId;
use nanobragg_config::{Context, classic, experiment_file, resolve};
use nanobragg_io::dump::DumpReader;
use nanobragg_io::geometry::{Selection, read_geometry};
use nanobragg_io::hkl::HklReader;
use nanobragg_io::reflection_table::read_positions;
use nanobragg_io::reflections::{Kind, Reflections};
use nanobragg_io::{
    cif, float, matrix, mtz, npy, orientations, pdb, pgm, reflections, smv, sources, spectrum, text,
};
use nanobragg_trace::{Comparison, Trace};

use super::images;
use super::input::{heavy, with, written};

/// A reader or parser.
#[derive(Clone, Copy)]
pub struct Target {
    /// Name; its corpus is the folder of that name under `fixtures/fuzz`.
    pub name: &'static str,
    /// Reads an input, with a folder to write files into; the error is the reader's.
    pub read: fn(&Path, &[u8]) -> Result<(), String>,
}

/// Panels that are planned.
const MOST_PANELS: usize = 20;

/// All targets.
pub const TARGETS: [Target; 25] = [
    Target { name: "hkl", read: hkl },
    Target { name: "mtz", read: read_mtz },
    Target { name: "cif", read: read_cif },
    Target { name: "pdb", read: |folder, input| with(folder, input, |path| pdb::read_cell(path).map(drop)) },
    Target {
        name: "matrix",
        read: |folder, input| with(folder, input, |path| matrix::read_matrix(path).map(drop)),
    },
    Target {
        name: "sources",
        read: |folder, input| with(folder, input, |path| sources::read_sources(path).map(drop)),
    },
    Target {
        name: "spectrum",
        read: |folder, input| with(folder, input, |path| spectrum::read_spectrum(path).map(drop)),
    },
    Target { name: "smv", read: read_smv },
    Target { name: "dump", read: dump },
    Target { name: "pgm", read: |folder, input| with(folder, input, |path| pgm::read_pgm(path).map(drop)) },
    Target { name: "float", read: read_float },
    Target { name: "npy", read: read_npy },
    Target {
        name: "orientations",
        read: |folder, input| {
            with(folder, input, |path| orientations::read_orientations(path).map(check_orientations))
        },
    },
    Target { name: "positions", read: positions },
    Target { name: "geometry", read: geometry },
    Target { name: "instrument", read: instrument },
    Target { name: "table", read: table },
    Target { name: "operator", read: operator },
    Target { name: "flags", read: flags },
    Target { name: "trace", read: trace },
    Target { name: "experiment", read: experiment },
    Target { name: "cbf", read: images::read_cbf },
    Target { name: "tiff", read: images::read_tiff },
    Target { name: "nxmx", read: images::read_nxmx },
    Target { name: "images", read: images::images },
];

/// The input as it is and compressed: the reader must not tell the difference.
fn both_ways<E: ToString>(
    folder: &Path,
    input: &[u8],
    read: impl Fn(&Path) -> Result<(), E>,
) -> Result<(), String> {
    let plain = with(folder, input, &read);
    if input.first() == Some(&0x1f) {
        return plain;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed =
        encoder.write_all(input).and_then(|()| encoder.finish()).map_err(|error| error.to_string())?;
    let unpacked = with(folder, &packed, &read);
    assert_eq!(plain, unpacked, "compression changes the answer");
    plain
}

fn hkl(folder: &Path, input: &[u8]) -> Result<(), String> {
    both_ways(folder, input, |path| {
        let kind = reflections::kind(path)?;
        if kind == Kind::Text {
            HklReader::open(path)?.try_for_each(|record| record.map(drop))
        } else {
            reflections::read(path, kind, None).map(drop)
        }
    })
}

/// What any table has to be, however damaged its file.
fn check(found: &Reflections) {
    assert!(found.records.iter().all(|record| record.f.is_finite()), "an amplitude is not finite");
    if let Some(cell) = found.cell {
        assert!(cell.iter().all(|x| *x > 0.0), "{cell:?}");
    }
    let operators: Result<Vec<_>, _> =
        found.operators.iter().map(|text| SymmetryOperator::parse(text)).collect();
    if let Ok(operators) = operators {
        let unique: Vec<_> = found
            .records
            .iter()
            .take(100)
            .map(|r| nanobragg::model::Reflection { hkl: [r.h, r.k, r.l], f: r.f })
            .collect();
        let expanded = nanobragg::model::symmetry::Expansion::new(&unique, &operators, found.friedel_equal);
        if let Ok(expanded) = expanded {
            assert!(expanded.reflections().count() >= expanded.unique());
        }
    }
}

fn read_mtz(folder: &Path, input: &[u8]) -> Result<(), String> {
    both_ways(folder, input, |path| mtz::read(path, None).map(|found| check(&found)))?;
    with(folder, input, |path| mtz::read(path, Some("FWT")).map(drop))
}

fn read_cif(folder: &Path, input: &[u8]) -> Result<(), String> {
    both_ways(folder, input, |path| {
        let cell = cif::read_cell(path);
        cif::read_reflections(path, None).map(|found| check(&found))?;
        cell.map(drop)
    })
}

fn read_smv(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| {
        let image = smv::read_smv(path)?;
        ["PHI", "ORGX", "{", "=", ";", "SIZE1"].iter().try_for_each(|key| {
            image.header.entry(key)?;
            image.header.number(key).map(drop)
        })
    })
}

fn dump(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| DumpReader::open(path)?.try_for_each(|record| record.map(drop)))
}

fn read_float(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| float::read_float(path, input.len() / 4).map(drop))
}

fn read_npy(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| {
        let image = npy::read_npy(path)?;
        assert_eq!(Some(image.data.len()), image.fast.checked_mul(image.slow), "a pixel too many or too few");
        Ok::<(), nanobragg_io::Error>(())
    })
}

fn check_orientations(rows: Vec<[f64; 3]>) {
    assert!(rows.iter().flatten().all(|angle| angle.is_finite()), "an angle is not finite");
    assert!(!rows.is_empty(), "a list of nothing");
}

/// A list of reflections to refine, in pixels.
fn positions(folder: &Path, input: &[u8]) -> Result<(), String> {
    both_ways(folder, input, |path| {
        let found = read_positions(path)?;
        assert!(found.iter().flat_map(|one| one.position_px).all(f64::is_finite), "a position is not finite");
        Ok::<(), nanobragg_io::Error>(())
    })
}

fn geometry(folder: &Path, input: &[u8]) -> Result<(), String> {
    both_ways(folder, input, |path| {
        read_geometry(path, Selection { experiment: 1, scan_point: 1 }).map(drop).or_else(|_| {
            let found = read_geometry(path, Selection::default())?;
            assert!(
                !found.panels.is_empty() && found.beam.is_none_or(|beam| (beam.norm() - 1.0).abs() < 1e-9)
            );
            text::read_text(path, 1 << 20).map(drop)
        })
    })
}

/// From the description of an instrument to plans of its panels.
fn instrument(folder: &Path, input: &[u8]) -> Result<(), String> {
    written(folder, input)?;
    described(folder, "-geometry file -cell 50 -default_F 1 -oversample 1 -phisteps 1")
}

/// From a file of reflections to the table.
fn table(folder: &Path, input: &[u8]) -> Result<(), String> {
    written(folder, input)?;
    described(folder, "-hkl file -detpixels 4 -oversample 1 -nointerpolate")
}

fn described(folder: &Path, flags: &str) -> Result<(), String> {
    let args = classic::parse(flags.split(' ').map(OsString::from)).map_err(|error| error.to_string())?;
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    let setup = resolve(&args, &context).map_err(|error| error.to_string())?;
    let job = setup.into_job();
    for experiment in job.experiments().take(MOST_PANELS).filter(|experiment| !heavy(experiment)) {
        experiment.plan().map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn operator(_: &Path, input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let operators: Result<Vec<_>, _> = text.lines().map(SymmetryOperator::parse).collect();
    let operators = operators.map_err(|error| error.to_string())?;
    nanobragg::model::symmetry::group(&operators).map(drop).map_err(|error| error.to_string())
}

/// Words of a command line; slashes are left out, so that no file outside the folder is read.
fn flags(folder: &Path, input: &[u8]) -> Result<(), String> {
    let words = input.split(|byte| matches!(byte, b' ' | b'\n')).filter(|word| !word.is_empty());
    let words =
        words.map(|word| OsString::from_vec(word.iter().copied().filter(|&b| b != b'/' && b != 0).collect()));
    let args = classic::parse(words).map_err(|error| error.to_string())?;
    plan(folder, &args)
}

/// A log of a pixel, and its comparison with itself.
fn trace(_: &Path, input: &[u8]) -> Result<(), String> {
    let trace = Trace::parse("file", input).map_err(|error| error.to_string())?;
    let comparison = Comparison::new(&trace, &trace, 1e-6).map_err(|error| error.to_string())?;
    comparison.metrics_json();
    comparison.explanation();
    Ok(())
}

fn experiment(folder: &Path, input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let args = experiment_file::parse(&folder.join("e.toml"), &text).map_err(|error| error.to_string())?;
    let again = experiment_file::write(&args).map_err(|error| error.to_string())?;
    let again = experiment_file::parse(Path::new("e.toml"), &again);
    assert!(again.is_ok(), "what was written cannot be read: {again:?}");
    let outside = args.occurrences.iter().any(|o| o.values.path(0).to_string_lossy().contains(".."));
    let absolute = args.occurrences.iter().any(|o| {
        let path = o.values.path(0);
        path.is_absolute() && !path.starts_with(folder)
    });
    if outside || absolute {
        return Ok(());
    }
    plan(folder, &args)
}

fn plan(folder: &Path, args: &classic::ParsedArgs) -> Result<(), String> {
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    let setup = resolve(args, &context).map_err(|error| error.to_string())?;
    if args.has(FlagId::Printout) || heavy(&setup.experiment) {
        return Ok(());
    }
    setup.experiment.plan().map(drop).map_err(|error| error.to_string())
}
