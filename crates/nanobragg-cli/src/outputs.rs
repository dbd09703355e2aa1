//! Writing the images.

use std::cell::OnceCell;
use std::path::Path;

use nanobragg::counting::{MOST, PhotonCounts, poisson_counts, rounded_counts};
use nanobragg::image::Image;
use nanobragg::noise::poisson_image;
use nanobragg::plan::Plan;
use nanobragg::statistics::{Counts, Statistics, auto_scale, scaled_bytes, scaled_counts};
use nanobragg_io::c_format::{f, g};
use nanobragg_io::cbf::write_cbf;
use nanobragg_io::dump::{DumpBox, write_dump};
use nanobragg_io::float::write_float;
use nanobragg_io::nexus::StackWriter;
use nanobragg_io::npy::write_npy;
use nanobragg_io::pgm::write_pgm;
use nanobragg_io::preview::{Style, auto_rings, write_preview};
use nanobragg_io::smv::write_smv;
use nanobragg_io::tiff::write_tiff;
use nanobragg_session::header::{Frame, PlanGeometry, mini_header, smv_entries, stack_setting};
use nanobragg_session::{Counting, DumpAction, Outputs, Picture, Rings};

use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::misuse::Misuse;

/// Name and version, for files that say who made them.
pub const PROGRAM: &str = concat!("nanobragg ", env!("CARGO_PKG_VERSION"));

/// Finds out before the render whether the folders of the outputs are there.
pub fn check_folders(outputs: &Outputs) -> Result<(), Misuse> {
    outputs.images().try_for_each(|path| check_folder(path))
}

/// Finds out whether a file of this name could be written.
pub fn check_folder(path: &Path) -> Result<(), Misuse> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder
        && !folder.is_dir()
    {
        return Err(Misuse(format!("cannot write {}: {} is not a folder", path.display(), folder.display())));
    }
    if path.is_dir() {
        return Err(Misuse(format!("cannot write {}: it is a folder", path.display())));
    }
    Ok(())
}

/// Writes the structure factors for the next run; failing at it is worth a warning only.
pub fn dump(console: Console, plan: &Plan, outputs: &Outputs) {
    let DumpAction::Write(path) = &outputs.dump else { return };
    let Some(bounds) = plan.structure_factors.bounds() else { return };
    let axis = |axis: usize| (bounds.min[axis], bounds.max[axis]);
    let index_box = DumpBox { h: axis(0), k: axis(1), l: axis(2) };
    match write_dump(path, &index_box, |h, k, l| plan.structure_factors.nearest([h, k, l])) {
        Ok(()) => {
            console.say(&format!("wrote the structure factors to {} for runs without -hkl", path.display()))
        }
        Err(error) => console.warn(&error.to_string()),
    }
}

/// Warns of geometry that a wanted format cannot say: of miniCBF and NXmx, and of SMV images where `smv` asks
/// for it. (Those are written by default, and for more than other programs to process.)
pub fn warn_of_headers(console: Console, plan: &Plan, outputs: &Outputs, smv: bool) {
    let smv_images = [&outputs.int, &outputs.noise].into_iter().flatten().filter(|_| smv);
    let off = Frame::imgcif(plan).off_square_deg();
    if off > 1e-6 {
        for (path, format) in
            outputs.cbf.iter().map(|path| (path, "miniCBF")).chain(smv_images.map(|path| (path, "SMV")))
        {
            console.warn(&format!(
                "{}: the header of {format} says distance and beam center only, for a detector square to the beam with \
                 its fast axis along the spindle; this one is {} deg off (NXmx says it all)",
                path.display(),
                g(off, 4)
            ));
        }
    }
    for path in [&outputs.cbf, &outputs.nexus].into_iter().flatten().filter(|_| plan.detector.curved) {
        console.warn(&format!("{}: its header says a flat detector; this one is curved", path.display()));
    }
}

/// An image, and what has to be known to write it.
pub struct Writer<'a> {
    console: Console,
    plan: &'a Plan,
    image: &'a Image,
    statistics: &'a Statistics,
    outputs: &'a Outputs,
    counts: OnceCell<PhotonCounts>,
    /// Scale of the 16-bit counts where none is given.
    automatic: f64,
}

impl<'a> Writer<'a> {
    /// A writer of `image`, which `plan` gave.
    pub fn new(
        console: Console,
        plan: &'a Plan,
        image: &'a Image,
        statistics: &'a Statistics,
        outputs: &'a Outputs,
    ) -> Self {
        let automatic = auto_scale(statistics.max);
        Writer { console, plan, image, statistics, outputs, counts: OnceCell::new(), automatic }
    }

    /// The same with another scale of the 16-bit counts where none is given: images of one detector share one.
    pub fn with_automatic_scale(mut self, scale: f64) -> Self {
        self.automatic = scale;
        self
    }

    /// Writes the files that are wanted; a signal ends it between two of them.
    pub fn write(&self, interrupt: &Interrupt) -> anyhow::Result<()> {
        let span = tracing::info_span!("write");
        let _entered = span.enter();
        for write in [Self::photons, Self::scaled, Self::gray_map, Self::noise, Self::counted, Self::picture]
        {
            interrupt.check()?;
            write(self)?;
        }
        Ok(())
    }

    /// Photons as they are, in three formats.
    fn photons(&self) -> anyhow::Result<()> {
        let (fast, slow, pixels) = (self.image.fast(), self.image.slow(), self.image.pixels());
        let wrote = |path: &Path| self.wrote(path, &format!("{} floats", pixels.len()));
        if let Some(path) = &self.outputs.float {
            write_float(path, pixels)?;
            wrote(path);
        }
        if let Some(path) = &self.outputs.npy {
            write_npy(path, fast, slow, pixels)?;
            wrote(path);
        }
        if let Some(path) = &self.outputs.tiff {
            write_tiff(path, fast, slow, &format!("photons per pixel, {PROGRAM}"), pixels)?;
            wrote(path);
        }
        Ok(())
    }

    fn scale(&self) -> f64 {
        if self.outputs.scale > 0.0 { self.outputs.scale } else { self.automatic }
    }

    fn scaled(&self) -> anyhow::Result<()> {
        let Some(path) = &self.outputs.int else { return Ok(()) };
        let scale = self.scale();
        let counts = scaled_counts(self.plan, self.image, scale, self.outputs.adc_offset);
        self.write_counts(path, &counts)?;
        self.wrote(path, &format!("{} counts a photon", g(scale, 6)));
        self.saturated(path, counts.saturated, 65535);
        Ok(())
    }

    fn gray_map(&self) -> anyhow::Result<()> {
        let Some(path) = &self.outputs.pgm else { return Ok(()) };
        let scale = match self.outputs.pgm_scale {
            given if given > 0.0 => given,
            _ if self.statistics.rmsd > 0.0 => 250.0 / (5.0 * self.statistics.rmsd),
            _ => self.scale(),
        };
        let bytes = scaled_bytes(self.plan, self.image, scale);
        let comment = format!("pixels scaled by {}", g(scale, 6));
        write_pgm(path, self.image.fast(), self.image.slow(), &comment, &bytes)?;
        self.wrote(path, &format!("{} gray levels a photon", g(scale, 6)));
        Ok(())
    }

    fn noise(&self) -> anyhow::Result<()> {
        let Some(path) = &self.outputs.noise else { return Ok(()) };
        let noisy = poisson_image(self.plan, self.image, self.outputs.adc_offset);
        self.write_counts(path, &noisy.counts)?;
        let seed = self.plan.resolved.noise.seed;
        self.wrote(path, &format!("{} photons, -seed {seed}", f(noisy.photons, 0)));
        self.saturated(path, noisy.counts.saturated, 65535);
        Ok(())
    }

    /// The counts of miniCBF and NXmx.
    pub fn counts(&self) -> &PhotonCounts {
        self.counts.get_or_init(|| match self.outputs.counting {
            Counting::Poisson => poisson_counts(self.plan, self.image),
            Counting::Rounded => {
                let scale = if self.outputs.scale > 0.0 { self.outputs.scale } else { 1.0 };
                rounded_counts(self.plan, self.image, scale)
            }
        })
    }

    fn counted(&self) -> anyhow::Result<()> {
        let Outputs { cbf, nexus, counting, .. } = self.outputs;
        if cbf.is_none() && nexus.is_none() {
            return Ok(());
        }
        let counts = self.counts();
        let sum: f64 = counts.pixels.iter().map(|&count| f64::from(count.max(0))).sum();
        let seed = self.plan.resolved.noise.seed;
        let what = match counting {
            Counting::Poisson => format!("{} photons, -seed {seed}", f(sum, 0)),
            Counting::Rounded => format!("{} counts without noise", f(sum, 0)),
        };
        if let Some(path) = cbf {
            write_cbf(path, &mini_header(self.plan, counts), &counts.pixels)?;
        }
        if let Some(path) = nexus {
            let stack = StackWriter::create(path, &stack_setting(self.plan, 0.0, PROGRAM), 1)?;
            stack.write(0, &counts.pixels)?;
            stack.finish()?;
        }
        for path in [cbf, nexus].into_iter().flatten() {
            self.wrote(path, &what);
            self.saturated(path, counts.cut, MOST);
        }
        Ok(())
    }

    fn picture(&self) -> anyhow::Result<()> {
        let Some(path) = &self.outputs.png else { return Ok(()) };
        let Picture { tone, colors, rings, beam } = &self.outputs.picture;
        let geometry = PlanGeometry(self.plan);
        let (fast, slow) = (self.image.fast(), self.image.slow());
        let rings = match rings {
            Rings::None => Vec::new(),
            Rings::Auto => auto_rings(&geometry, fast, slow),
            Rings::At(spacings) => spacings.clone(),
        };
        let listed = rings.iter().map(|&spacing| g(spacing, 3)).collect::<Vec<_>>().join(" ");
        let style = Style { tone: *tone, colors: *colors, rings, beam: *beam };
        write_preview(path, fast, slow, self.image.pixels(), &style, &geometry)?;
        let rings = if listed.is_empty() { String::new() } else { format!(", rings at {listed} A") };
        self.wrote(path, &format!("picture{rings}"));
        Ok(())
    }

    fn write_counts(&self, path: &Path, counts: &Counts) -> anyhow::Result<()> {
        let (fast, slow) = (self.plan.region.image_fast, self.plan.region.image_slow);
        write_smv(path, &smv_entries(self.plan, self.outputs.adc_offset), fast, slow, &counts.pixels)?;
        Ok(())
    }

    fn wrote(&self, path: &Path, what: &str) {
        self.console.say(&format!("wrote {}: {what}", path.display()));
    }

    fn saturated(&self, path: &Path, pixels: usize, most: i32) {
        if pixels > 0 {
            self.console.warn(&format!("{}: {pixels} pixels saturated at {most}", path.display()));
        }
    }
}
