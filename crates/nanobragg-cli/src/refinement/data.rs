//! Measured counts, and what their file says of them.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

use nanobragg::plan::Plan;
use nanobragg_compare::{Format, Image};
use nanobragg_io::instrument_image::read_instrument_image;
use nanobragg_io::nexus::{NxmxFile, NxmxPanel, NxmxStack, nxmx_panels};
use nanobragg_refine::{Counting, Warning};

use super::Request;
use super::instrument::Instrument;
use super::start::Start;

/// Data that cannot be refined; the text is one line and names their file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DataError(String);

impl DataError {
    /// What is wrong with what a file holds.
    pub fn of(path: &Path, what: &dyn std::fmt::Display) -> Self {
        DataError(format!("{}: {what}", path.display()))
    }
}

/// A file of measured images.
pub struct Data {
    path: PathBuf,
    /// What its header says.
    pedestal: Option<f64>,
    saturation: Option<f64>,
    /// Of each panel.
    instruments: Vec<Instrument>,
    /// The panels that are refined, of several in the file; none where it has one.
    panels: Vec<NxmxPanel>,
    /// Whether what contradicts the start was said: it is the same for all images.
    told: Cell<bool>,
    /// The file of a format of which images are read one by one.
    nxmx: Option<NxmxFile>,
    /// How its format marks pixels that were not measured.
    format: Format,
    /// Images of a format in which one cannot be read alone.
    whole: OnceCell<Image>,
}

/// Counts that may be a detector's limit, and pixels that have the largest count by chance, at most.
const LEAST_LIMIT: f64 = 20.0;
const MANY_ALIKE: usize = 8;

/// An image of counts.
pub struct Measured {
    /// Of each panel the pixels along the fast axis, and the counts.
    pub panels: Vec<(usize, Vec<f64>)>,
    pub counting: Counting,
}

impl Data {
    /// The file at `path`, of which the header is read: of a file of several panels what it says of the one that is chosen, or the first.
    ///
    /// # Errors
    /// A file that cannot be read; one whose panels are not those of `start`, or a panel that it does not have.
    pub fn open(path: &Path, start: &Start) -> Result<Self, DataError> {
        let format = Format::of(path).map_err(|error| wrong(&error))?;
        let panels = if format == Format::Nxmx {
            chosen(path, start)?
        } else if let Some(number) = start.panel_of_data() {
            return Err(DataError::of(path, &format!("-panel {number}: it has one panel")));
        } else if start.others.is_empty() {
            Vec::new()
        } else {
            let what = format!(
                "the start has {} panels: their data have to be one NXmx file; -panel N refines one of them",
                start.others.len() + 1
            );
            return Err(DataError::of(path, &what));
        };
        let (mut pedestal, mut saturation, mut instruments) = (None, None, Vec::new());
        if matches!(format, Format::Smv | Format::Cbf | Format::Nxmx) {
            let first = (!panels.is_empty()).then(|| start.panel().unwrap_or(0));
            let image = read_instrument_image(path, first);
            let image = image.map_err(|error| wrong(&error))?;
            let header = &image.header;
            let number = |key: &str| header.number(key).map_err(|error| wrong(&error));
            // The second is this program's and the C program's word for it.
            pedestal = number("IMAGE_PEDESTAL")?.or(number("ADC_OFFSET")?);
            saturation = number("CCD_IMAGE_SATURATION")?.filter(|&limit| limit > 0.0);
            instruments.push(Instrument::of(&image));
            for other in 1..panels.len() {
                let image = read_instrument_image(path, Some(other)).map_err(|error| wrong(&error))?;
                instruments.push(Instrument::of(&image));
            }
        }
        let nxmx = (format == Format::Nxmx).then(|| NxmxFile::open(path)).transpose();
        let nxmx = nxmx.map_err(|error| wrong(&error))?;
        let (path, told, whole) = (path.to_owned(), Cell::new(false), OnceCell::new());
        Ok(Data { path, pedestal, saturation, instruments, panels, told, nxmx, format, whole })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the image, of a stack that of `number`. The pedestal is the header's, else that of the start; the saturation is what is
    /// asked for, else the header's.
    ///
    /// # Errors
    /// Files that cannot be read; an image that a stack does not have.
    pub fn image(
        &self,
        request: &Request,
        start: &Start,
        number: Option<usize>,
    ) -> Result<Measured, DataError> {
        let size = size_of(&start.plan);
        let mut counting = request.counting;
        counting.pedestal = self.pedestal.or(start.pedestal).unwrap_or(0.0);
        counting.saturation = counting.saturation.or(self.saturation);
        let panels = match number {
            Some(number) => self.of_stack(number, start)?,
            None => self.alone(size, request.list.is_some())?,
        };
        self.fit(&panels, start)?;
        if !self.told.replace(true) {
            self.tell_contradictions(start);
        }
        let file = self.path.display().to_string();
        let is_defined = matches!(self.format, Format::Cbf | Format::Nxmx);
        counting.flagged = counting.pedestal == 0.0 && (is_defined || marks(&panels));
        let left_out = LeftOut::of(&panels, &counting);
        if counting.flagged && !is_defined {
            super::warn(start.console, Some(&file), &Warning::Flagged { pixels: left_out.flagged });
        }
        if let Some(said) = left_out.text() {
            start.console.say(&format!("{file}: pixels left out: {said}"));
        }
        if counting.saturation.is_none()
            && let Some(warning) = clipped(&panels)
        {
            super::warn(start.console, Some(&file), &warning);
        }
        Ok(Measured { panels, counting })
    }

    /// Whether the panels have the sizes of those of `start`.
    fn fit(&self, panels: &[(usize, Vec<f64>)], start: &Start) -> Result<(), DataError> {
        let sizes = panels.iter().map(|(fast, counts)| (*fast, counts.len().checked_div(*fast).unwrap_or(0)));
        let other = sizes.zip(start.panels().map(size_of)).find(|(data, detector)| data != detector);
        let Some(((fast, slow), (wide, high))) = other else { return Ok(()) };
        let by = start
            .size_by_mask()
            .map(|mask| format!(", the size of -mask {}", mask.display()))
            .unwrap_or_default();
        let what = format!(
            "the data have {fast} x {slow} pixels (fast, slow), the detector has {wide} x {high}{by}"
        );
        Err(DataError::of(&self.path, &what))
    }

    /// Says what the header says otherwise than `start`.
    fn tell_contradictions(&self, start: &Start) {
        let header = self.pedestal.zip(start.pedestal).filter(|(header, given)| header != given);
        let pedestal = header.map(|(header, given)| Warning::OtherPedestal { header, given });
        let file = self.path.display().to_string();
        pedestal.iter().for_each(|warning| super::warn(start.console, Some(&file), warning));
        let mut panels = start.panels().zip(&self.instruments).enumerate();
        // What one panel says others say, too.
        let doubts = panels.find_map(|(panel, (plan, instrument))| {
            let doubts = instrument.contradictions(plan);
            (!doubts.is_empty()).then_some((panel, doubts))
        });
        for (panel, warning) in doubts.iter().flat_map(|(panel, all)| all.iter().map(move |one| (panel, one)))
        {
            let of_panel =
                if start.others.is_empty() { file.clone() } else { format!("{file}: panel {panel}") };
            super::warn(start.console, Some(&of_panel), warning);
        }
    }

    /// The counts of the only image.
    fn alone(&self, size: (usize, usize), in_list: bool) -> Result<Vec<(usize, Vec<f64>)>, DataError> {
        if let Some(file) = &self.nxmx {
            let (stack, images) = file.image(0).map_err(|error| wrong(&error))?;
            if images > 1 {
                return Err(self.has_several(images, in_list));
            }
            return self.measured(file, &stack, 0);
        }
        let image = Image::read(&self.path, Some(size)).map_err(|error| wrong(&error))?;
        self.is_one((image.fast, image.slow), size, in_list)?;
        Ok(vec![(image.fast, image.pixels)])
    }

    /// That the rows are those of one image.
    fn is_one(
        &self,
        (fast, rows): (usize, usize),
        size: (usize, usize),
        in_list: bool,
    ) -> Result<(), DataError> {
        if fast != size.0 || rows <= size.1 || !rows.is_multiple_of(size.1.max(1)) {
            return Ok(());
        }
        Err(self.has_several(rows / size.1, in_list))
    }

    fn has_several(&self, images: usize, in_list: bool) -> DataError {
        let last = images.saturating_sub(1);
        if in_list {
            let what = format!(
                "it has {images} images, and a line of a list has files of one; -data {} -images 0-{last}, without -list, refines all",
                self.path.display()
            );
            return DataError::of(&self.path, &what);
        }
        let what = format!(
            "it has {images} images; choose with -images, counted from 0: -images 0-{last} refines all"
        );
        DataError::of(&self.path, &what)
    }

    /// Whether the panels that are refined, or images without panels, have the sizes of those of `start`.
    fn have_sizes(&self, stack: &NxmxStack, start: &Start) -> bool {
        let expected = start.panels().map(size_of);
        if self.panels.is_empty() {
            return expected.eq([(stack.fast, stack.slow)]);
        }
        expected.eq(self.panels.iter().map(|panel| (panel.size[1], panel.size[0])))
    }

    /// Of each panel that is refined the pixels along the fast axis and the counts of an image, which is alone in `stack` and has this
    /// number in its file. Pixels that a mask in the file marks are no numbers.
    fn measured(
        &self,
        file: &NxmxFile,
        stack: &NxmxStack,
        number: usize,
    ) -> Result<Vec<(usize, Vec<f64>)>, DataError> {
        let mut counts: Vec<f64> = stack.counts.iter().copied().map(f64::from).collect();
        let masked = file.masked(number).map_err(|error| wrong(&error))?;
        let masks = masked.iter().flat_map(|masked| masked.iter());
        for (count, _) in counts.iter_mut().zip(masks).filter(|(_, masked)| **masked) {
            *count = f64::NAN;
        }
        if self.panels.is_empty() {
            return Ok(vec![(stack.fast, counts)]);
        }
        let size = [stack.slow, stack.fast];
        Ok(self.panels.iter().map(|panel| (panel.size[1], panel.cut(&counts, size))).collect())
    }

    /// The counts of an image of a stack.
    fn of_stack(&self, number: usize, start: &Start) -> Result<Vec<(usize, Vec<f64>)>, DataError> {
        if let Some(file) = &self.nxmx {
            let (stack, all) = file.image(number).map_err(|error| wrong(&error))?;
            if !self.have_sizes(&stack, start) {
                return Err(self.lacking(0, number));
            }
            return if stack.images == 1 {
                self.measured(file, &stack, number)
            } else {
                Err(self.lacking(all, number))
            };
        }
        let size @ (fast, slow) = size_of(&start.plan);
        let (whole, images) = self.frames(size)?;
        let mut frames = whole.pixels.chunks_exact(fast * slow);
        let frame = if number < images { frames.nth(number) } else { None };
        frame.map(|frame| vec![(fast, frame.to_vec())]).ok_or_else(|| self.lacking(images, number))
    }

    /// Whether a stack of images of the size of `start` has one of `number`.
    ///
    /// # Errors
    /// A file that cannot be read, or has fewer images.
    pub fn has(&self, number: usize, start: &Start) -> Result<(), DataError> {
        let images = if let Some(file) = &self.nxmx {
            // Of no image the counts are read.
            let (stack, all) = file.image(usize::MAX).map_err(|error| wrong(&error))?;
            if self.have_sizes(&stack, start) { all } else { 0 }
        } else {
            self.frames(size_of(&start.plan))?.1
        };
        if number < images { Ok(()) } else { Err(self.lacking(images, number)) }
    }

    /// All images of a format in which one cannot be read alone, and how many of `size` they are.
    fn frames(&self, size @ (fast, slow): (usize, usize)) -> Result<(&Image, usize), DataError> {
        let whole = match self.whole.get() {
            Some(whole) => whole,
            None => {
                let whole = Image::read(&self.path, Some(size)).map_err(|error| wrong(&error))?;
                self.whole.get_or_init(|| whole)
            }
        };
        let fits = whole.fast == fast && whole.slow.is_multiple_of(slow);
        Ok((whole, if fits { whole.slow / slow } else { 0 }))
    }

    fn lacking(&self, images: usize, number: usize) -> DataError {
        let (path, plural) = (self.path.display(), if images == 1 { "" } else { "s" });
        wrong(&format!("{path} has {images} image{plural} of the detector's size, not number {number}"))
    }
}

/// Whether −1 and −2 mark pixels in numbers of a format that does not say so: whole ones, of which none is below them. Noise about
/// zero has others.
fn marks(panels: &[(usize, Vec<f64>)]) -> bool {
    let counts = || panels.iter().flat_map(|(_, counts)| counts).filter(|count| count.is_finite());
    let flags = Counting { flagged: true, ..Counting::default() };
    counts().any(|&count| flags.is_flag(count))
        && counts().all(|&count| count.fract() == 0.0 && count >= -2.0)
}

/// How many pixels are left out, by the reason.
#[derive(Default)]
struct LeftOut {
    saturated: usize,
    masked: usize,
    flagged: usize,
}

impl LeftOut {
    fn of(panels: &[(usize, Vec<f64>)], counting: &Counting) -> Self {
        let mut found = LeftOut::default();
        for &count in panels.iter().flat_map(|(_, counts)| counts) {
            found.saturated += usize::from(counting.is_saturated(count));
            found.masked += usize::from(!count.is_finite());
            found.flagged += usize::from(counting.is_flag(count));
        }
        found
    }

    /// The pixels as a line says them; nothing where there are none.
    fn text(&self) -> Option<String> {
        let LeftOut { saturated, masked, flagged } = *self;
        let kinds = [(saturated, "saturated"), (masked, "masked"), (flagged, "flagged by -1 or -2")];
        let said = kinds.iter().filter(|(pixels, _)| *pixels > 0);
        let said: Vec<String> = said.map(|(pixels, kind)| format!("{pixels} {kind}")).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}

/// That the largest count stands in so many pixels that it may be a limit.
fn clipped(panels: &[(usize, Vec<f64>)]) -> Option<Warning> {
    let counts = || panels.iter().flat_map(|(_, counts)| counts).filter(|count| count.is_finite());
    let most = counts().fold(0.0, |most: f64, &count| most.max(count));
    let pixels = counts().filter(|&&count| count == most).count();
    (most >= LEAST_LIMIT && pixels >= MANY_ALIKE).then_some(Warning::Clipped { counts: most, pixels })
}

/// Pixels along the fast and the slow axis.
fn size_of(plan: &Plan) -> (usize, usize) {
    (plan.region.image_fast, plan.region.image_slow)
}

/// The panels of a file of several that are refined: the one that a flag chooses, or all where the start has as many.
fn chosen(path: &Path, start: &Start) -> Result<Vec<NxmxPanel>, DataError> {
    let mut panels = nxmx_panels(path).map_err(|error| wrong(&error))?;
    let (count, wanted) = (panels.len(), start.others.len() + 1);
    let name = |panel: Option<&NxmxPanel>| panel.map_or("", |panel| &panel.name).to_owned();
    let (first, last) = (name(panels.first()), name(panels.last()));
    let of = |what: String| Err(DataError::of(path, &what));
    match start.panel() {
        _ if count < 2 && wanted > 1 => of(format!("it has one panel, and the start has {wanted}")),
        _ if count < 2 && start.panel_of_data().is_some_and(|number| number > 0) => {
            of(format!("-panel {}: it has one panel", start.panel().unwrap_or(0)))
        }
        _ if count < 2 => Ok(Vec::new()),
        Some(number) if number < count => Ok(vec![panels.swap_remove(number)]),
        Some(number) => of(format!("-panel {number}: it has {count} panels, counted from 0")),
        None if count == wanted => Ok(panels),
        None if wanted == 1 => of(format!(
            "{count} panels ({first} to {last}); refine them all with a -geometry that has as many, or choose one with -panel N, counted from 0, beside the -geometry or -img of the start"
        )),
        None => {
            of(format!("it has {count} panels, and the start has {wanted}; -panel N refines one of them"))
        }
    }
}

fn wrong(error: &dyn std::fmt::Display) -> DataError {
    DataError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_counts_without_lower_ones_have_flags() {
        let marked = |counts: &[f64]| marks(&[(counts.len(), counts.to_vec())]);
        assert!(marked(&[0.0, 5.0, -1.0]) && marked(&[7.0, -2.0, f64::NAN]));
        assert!(!marked(&[0.0, 5.0]) && !marked(&[-3.0, -1.0, 4.0]) && !marked(&[0.5, -1.0]));
        let counting = Counting { saturation: Some(9.0), flagged: true, ..Counting::default() };
        let said = LeftOut::of(&[(4, vec![-1.0, 9.0, f64::NAN, 3.0])], &counting).text();
        assert_eq!(said.unwrap(), "1 saturated, 1 masked, 1 flagged by -1 or -2");
    }
}
