//! DIALS as an experimenter runs it, one program after the other.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::series::{Kind, Series};

/// How the beam is polarized: DIALS reads it from none of the formats.
const POLARIZED: &str = "geometry.beam.polarization_fraction=0.99";

/// What DIALS calls itself; none where it is not installed.
pub fn version() -> Option<String> {
    let output = Command::new("dials.version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.trim().to_owned())
}

/// Takes all images of a series, in every format it is written in, to merged intensities or orientations.
pub fn reduce(series: &Series, work: &Path) -> anyhow::Result<()> {
    let images = work.join(series.name).join("images");
    let mut files: Vec<String> = std::fs::read_dir(&images)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cbf"))
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
    for reduction in series.reductions() {
        let folder = work.join(reduction);
        std::fs::create_dir_all(&folder)?;
        let run = Run { folder: &folder };
        let is_nxmx = reduction != series.name;
        match series.kind {
            Kind::Stills => stills(&run, &files)?,
            Kind::Rotation if is_nxmx => rotation(&run, &[images.join("image.nxs").display().to_string()])?,
            Kind::Rotation => rotation(&run, &files)?,
        }
    }
    Ok(())
}

/// A rotation series. The cell is given, so that indexing takes minutes less; it is refined freely within its lattice.
fn rotation(run: &Run<'_>, images: &[String]) -> anyhow::Result<()> {
    let mut arguments = images.to_vec();
    arguments.push(POLARIZED.to_owned());
    run.step("dials.import", &arguments)?;
    run.step("dials.find_spots", &["imported.expt", "nproc=1"])?;
    let lattice = ["space_group=P422", "unit_cell=79,79,38,90,90,90"];
    run.step("dials.index", &["imported.expt", "strong.refl", lattice[0], lattice[1]])?;
    run.step("dials.refine", &["indexed.expt", "indexed.refl"])?;
    run.step("dials.integrate", &["refined.expt", "refined.refl", "nproc=1"])?;
    run.step("dials.symmetry", &["integrated.expt", "integrated.refl"])?;
    // Absences cannot tell a screw from its mirror image.
    run.step("dials.reindex", &["symmetrized.expt", "symmetrized.refl", "space_group=P43212"])?;
    run.step("dials.scale", &["reindexed.expt", "reindexed.refl", "d_min=2.2", "anomalous=True"])?;
    run.step("dials.merge", &["scaled.expt", "scaled.refl"])
}

/// Stills, each for itself. Mosaicity and domain size are not what is asked of them: the limit on what they make of the
/// sphere of reflection is lifted.
fn stills(run: &Run<'_>, images: &[String]) -> anyhow::Result<()> {
    let mut arguments = images.to_vec();
    let options = [
        POLARIZED,
        "convert_sequences_to_stills=True",
        "indexing.known_symmetry.space_group=P422",
        "indexing.known_symmetry.unit_cell=79,79,38,90,90,90",
        "output.composite_output=True",
        "output.integrated_experiments_filename=idx-integrated.expt",
        "indexing.stills.ewald_proximal_volume_max=0.02",
        "mp.nproc=1",
    ];
    arguments.extend(options.map(str::to_owned));
    run.script("stills_process.py", &arguments)
}

/// One reduction's folder.
struct Run<'a> {
    folder: &'a Path,
}

impl Run<'_> {
    /// Runs one program; what it says is kept beside its files.
    fn step<A: AsRef<std::ffi::OsStr>>(&self, program: &str, arguments: &[A]) -> anyhow::Result<()> {
        println!("{}: {program}", self.folder.display());
        self.run(&mut Command::new(program), program, arguments)
    }

    /// Runs a program of `xtask/science` in its place.
    fn script(&self, name: &str, arguments: &[String]) -> anyhow::Result<()> {
        println!("{}: {name}", self.folder.display());
        let mut command = Command::new(super::interpreter());
        self.run(command.arg(super::scripts().join(name)), name, arguments)
    }

    fn run<A: AsRef<std::ffi::OsStr>>(
        &self,
        command: &mut Command,
        program: &str,
        arguments: &[A],
    ) -> anyhow::Result<()> {
        let log = self.folder.join(format!("{program}.out"));
        let out = std::fs::File::create(&log)?;
        let status = command
            .current_dir(self.folder)
            .env("OMP_NUM_THREADS", "1")
            .args(arguments)
            .stdout(out.try_clone()?)
            .stderr(out)
            .status()
            .with_context(|| program.to_owned())?;
        ensure!(status.success(), "{program} failed: see {}", log.display());
        Ok(())
    }
}
