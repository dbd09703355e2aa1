//! The experiments that are timed, as flags that this program and the C program understand alike.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Name of the table of structure factors that experiments read.
const TABLE: &str = "table.hkl";
/// Greatest index of that table along each axis: beyond what any pixel of [`still`] comes near, so that every
/// term is evaluated and every interpolation has its neighbors.
const REACH: i32 = 12;

/// What is rendered.
#[derive(Clone, Debug)]
pub struct Experiment {
    pub name: String,
    /// Flags of the physics and of the files; threads and precision come on top.
    pub flags: Vec<String>,
}

/// Sizes and repeats.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Pixels along an edge.
    pub edge: usize,
    pub repeats: usize,
    /// Repeats of the C program.
    pub c_repeats: usize,
}

impl Effort {
    pub const FULL: Effort = Effort { edge: 1024, repeats: 7, c_repeats: 3 };
    pub const QUICK: Effort = Effort { edge: 256, repeats: 3, c_repeats: 1 };
}

/// Writes the input files of all experiments but the supervisor's to `folder`.
pub fn write_inputs(folder: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    for h in -REACH..=REACH {
        for k in -REACH..=REACH {
            for l in -REACH..=REACH {
                writeln!(text, "{h} {k} {l} {}", 100 + (h * 7 + k * 5 + l * 3) % 50)?;
            }
        }
    }
    std::fs::write(folder.join(TABLE), text).context(TABLE)
}

/// A still of `edge`² pixels with `domains` domains and `more` flags. The detector keeps its size, so that the
/// indices of its pixels stay the same.
pub fn still(name: &str, edge: usize, domains: usize, more: &str) -> Experiment {
    let pixel = 102.4 / edge as f64;
    let mut flags = format!(
        "-cell 40 45 50 80 85 95 -misset 10 20 30 -N 20 -lambda 2 -distance 200 -pixel {pixel} \
         -detpixels {edge} -oversample 1 -hkl {TABLE} -nointerpolate -nonoise -nopgm -noprogress"
    );
    if domains > 1 {
        flags += &format!(" -mosaic 0.5 -mosaic_domains {domains}");
    }
    // Of a repeated flag the last value counts, in both programs.
    flags = flags + " " + more;
    Experiment { name: name.to_owned(), flags: flags.split_whitespace().map(str::to_owned).collect() }
}

/// One for every kind of term.
pub fn kinds(edge: usize) -> Vec<Experiment> {
    vec![
        still("square", edge, 10, ""),
        still("round", edge, 10, "-round_xtal"),
        still("gauss", edge, 10, "-gauss_xtal"),
        // With few cells spots reach from node to node: no term can be left out.
        still("gauss, 3 cells", edge, 10, "-gauss_xtal -N 3"),
        still("tophat", edge, 10, "-tophat_spots"),
        still("tophat, 3 cells", edge, 10, "-tophat_spots -N 3"),
        still("tricubic", edge, 10, "-interpolate"),
        still("square, 1 domain", edge, 1, ""),
        still("square, 100 domains", edge / 2, 100, ""),
    ]
}

/// A size that grows, and the experiments along it.
pub struct Growth {
    pub name: &'static str,
    pub steps: Vec<(f64, Experiment)>,
}

/// Five sizes of everything that cost should be proportional to.
pub fn growths(quick: bool) -> Vec<Growth> {
    let edge = if quick { 64 } else { 256 };
    let edges = if quick { [64, 96, 128, 192, 256] } else { [128, 256, 512, 1024, 2048] };
    let counts = if quick { [4, 8, 16, 32, 64] } else { [10, 30, 100, 300, 1000] };
    let pixels = edges.map(|edge| ((edge * edge) as f64, still("pixels", edge, 10, "")));
    let domains = counts.map(|count| (count as f64, still("domains", edge, count, "")));
    let steps =
        counts.map(|count| (count as f64, still("phi", edge, 1, &format!("-osc 1 -phisteps {count}"))));
    let subpixels = [1, 2, 4, 8, 16].map(|edges| {
        ((edges * edges) as f64, still("sub-pixels", edge, 10, &format!("-oversample {edges}")))
    });
    vec![
        Growth { name: "pixels", steps: pixels.into() },
        Growth { name: "domains", steps: domains.into() },
        Growth { name: "phi steps", steps: steps.into() },
        Growth { name: "sub-pixels", steps: subpixels.into() },
    ]
}

/// The supervisor experiment.
pub struct Supervisor {
    pub experiment: Experiment,
    /// The folder with its flags and input files.
    source: PathBuf,
    inputs: [&'static str; 2],
}

impl Supervisor {
    /// Reads its flags from the folder that `NANOBRAGG_UPSTREAM` names, or else from the one beside the
    /// workspace.
    pub fn find() -> anyhow::Result<Supervisor> {
        let beside = || crate::root().join("../shared/reference/upstream");
        let source = std::env::var_os("NANOBRAGG_UPSTREAM").map_or_else(beside, PathBuf::from);
        let arguments = source.join("supervisor_args.txt");
        let text = std::fs::read_to_string(&arguments)
            .context("no supervisor_args.txt: NANOBRAGG_UPSTREAM has to name its folder")?;
        let flags = text.split_whitespace().map(str::to_owned).collect();
        let experiment = Experiment { name: "supervisor".to_owned(), flags };
        Ok(Supervisor { experiment, source, inputs: ["A.mat", "scaled.hkl"] })
    }

    /// Copies its input files to `folder`: the C program writes beside them.
    pub fn write_inputs(&self, folder: &Path) -> anyhow::Result<()> {
        for file in self.inputs {
            std::fs::copy(self.source.join(file), folder.join(file)).context(file)?;
        }
        Ok(())
    }

    /// The same without the images that users can do without.
    pub fn lean(&self) -> Experiment {
        let more = ["-nonoise", "-nopgm", "-noprogress"].map(str::to_owned);
        let flags = self.experiment.flags.iter().cloned().chain(more).collect();
        Experiment { name: "supervisor, lean".to_owned(), flags }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg_config::{Context, classic, resolve};

    /// Terms of the plan that `experiment` stands for.
    fn terms(experiment: &Experiment, folder: &Path) -> f64 {
        let flags = experiment.flags.iter().map(Into::into);
        let context = Context { directory: folder.to_owned(), ..Context::default() };
        let setup = resolve(&classic::parse(flags).unwrap(), &context).unwrap();
        setup.experiment.plan().unwrap().terms()
    }

    #[test]
    fn experiments_have_the_terms_that_their_names_promise() {
        let folder = tempfile::tempdir().unwrap();
        write_inputs(folder.path()).unwrap();
        for experiment in kinds(64) {
            let expected = match experiment.name.as_str() {
                "square, 1 domain" => 64.0 * 64.0,
                "square, 100 domains" => 32.0 * 32.0 * 100.0,
                _ => 64.0 * 64.0 * 10.0,
            };
            assert_eq!(terms(&experiment, folder.path()), expected, "{}", experiment.name);
        }
    }

    #[test]
    fn terms_grow_with_the_size() {
        let folder = tempfile::tempdir().unwrap();
        write_inputs(folder.path()).unwrap();
        for growth in growths(true) {
            let (size, first) = &growth.steps[0];
            let unit = terms(first, folder.path()) / size;
            for (size, experiment) in &growth.steps {
                assert_eq!(terms(experiment, folder.path()), unit * size, "{} {size}", growth.name);
            }
        }
    }
}
