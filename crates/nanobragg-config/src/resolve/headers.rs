//! Geometry from the headers of a mask and of an image.

use std::path::Path;

use nanobragg::model::{Mask, Pivot, Preset, Quirk};
use nanobragg::units::{angstrom, deg, mm};
use nanobragg_io::WarningKind;
use nanobragg_io::c_format::g;
use nanobragg_io::instrument_image::{
    ImagePolarization, InstrumentImage, image_panels, read_instrument_image, read_mask_image,
};
use nanobragg_io::smv::SmvHeader;

use super::mask::Says;
use super::{Context, image_doubts, likely, mask};
use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, InstrumentWarning, Origin, Origins, Warning};

/// Reads the mask and the image that the command line names, the mask first.
pub(super) fn apply(draft: &mut Draft, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    let mut of_mask: Option<Says<'_>> = None;
    let follows = classic::preset(args) == Preset::Reference;
    for (flag, is_mask) in [(FlagId::Mask, true), (FlagId::Img, false)] {
        let Some(occurrence) = args.last(flag) else { continue };
        let name = occurrence.values.path(0);
        let path = context.path(name);
        let panel = panel(args, name, &path)?;
        let read = if is_mask { read_mask_image } else { read_instrument_image };
        let mut image = read(&path, panel)?;
        let first =
            if image.images > 1 { format!(", the first of {} images", image.images) } else { String::new() };
        draft.setup.notes.push(format!("reading {}{first}", name.display()));
        draft.setup.inputs.push(path);
        // With a description of the instrument a mask says only which pixels count.
        if let Some(geometry) = args.last(FlagId::Geometry) {
            let counts = Says::instrument(geometry.values.path(0), draft, image.axes).filter(|_| !follows);
            let says = Says::image(name, &image);
            let other = counts.map(|counts| mask::contradictions(&says, &counts, args, false));
            draft.setup.warnings.extend(other.into_iter().flatten());
        } else {
            // It has the noise that it has among the others.
            draft.setup.experiment.detector.panel = panel.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            if !is_mask && !follows {
                mask::forget(draft, &image);
            }
            geometry(draft, args, &image, is_mask, name, &name.display().to_string())?;
            let says = Says::image(name, &image);
            if let Some(of_mask) = of_mask.take().filter(|_| !follows) {
                let other = mask::contradictions(&of_mask, &says, args, may_tilt(args));
                draft.setup.warnings.extend(other);
            }
            of_mask = is_mask.then_some(says);
            let has_axes = image.axes.is_some() && may_tilt(args);
            let doubts = std::mem::take(&mut image.warnings);
            image_doubts::tell(draft, args, (doubts, name), (is_mask, has_axes));
            draft.setup.warnings.extend(unused_mask(args, name, image.masked));
        }
        if is_mask {
            draft.mask = Some(name.to_owned());
            draft.setup.warnings.extend(left_out(name, &image).into_iter().chain(kept_zeros(name, &image)));
            let InstrumentImage { fast, slow, keep, .. } = image;
            draft.setup.experiment.rendering.mask = Some(Mask { fast, slow, keep: keep.into() });
        }
    }
    Ok(())
}

/// That the mask in the file of an image, which says how the detector lies, leaves no pixel out.
fn unused_mask(args: &ParsedArgs, name: &Path, masked: usize) -> Option<Warning> {
    let pixels = if masked == 1 { "pixel" } else { "pixels" };
    let found = format!("{masked} {pixels} of no use");
    let assumed = "-mask with this file leaves them out of what is rendered";
    let warning = nanobragg_io::Warning::new(WarningKind::BadRegions, name, "pixel_mask", found, assumed);
    (masked > 0 && !args.has(FlagId::Mask)).then(|| warning.into())
}

/// That a mask made of counts leaves out those of zero: no pixel of it is marked.
fn left_out(name: &Path, image: &InstrumentImage) -> Option<Warning> {
    let found = format!("{} of {} are 0", image.zeros, image.keep.len());
    let assumed = "left out: neither a pixel_mask nor counts below 0 mark pixels in it";
    let warning = nanobragg_io::Warning::new(WarningKind::ZerosLeftOut, name, "counts", found, assumed);
    (image.zeros > 0).then(|| warning.into())
}

/// That zeros of a mask are kept, where it looks as if they were meant.
fn kept_zeros(name: &Path, image: &InstrumentImage) -> Option<Warning> {
    let [zeros, marks] = image.kept_zeros;
    let found = format!("{zeros} of {} are 0", image.keep.len());
    let mark = if marks == 1 { "marks" } else { "mark" };
    let assumed = format!("kept as counts: {marks} below 0 {mark} pixels, which alone are left out");
    let warning = nanobragg_io::Warning::new(WarningKind::ZerosKept, name, "counts", found, assumed);
    (zeros > 0).then(|| warning.into())
}

/// The panel that is chosen of an image's file: none where that has no more than one.
///
/// # Errors
/// A file of several panels where none is chosen, or one that it does not have.
fn panel(args: &ParsedArgs, name: &Path, path: &Path) -> Result<Option<usize>, ConfigError> {
    let names = image_panels(path)?;
    let panels = names.len().max(1);
    let Some(chosen) = args.last(FlagId::Panel) else {
        let several = || ConfigError::SeveralPanels { path: name.to_owned(), names };
        return if panels > 1 { Err(several()) } else { Ok(None) };
    };
    let panel = usize::try_from(chosen.values.integer(0)).unwrap_or(0);
    // Of an image of a single panel the number may be that of the description of the instrument.
    if panel >= panels && (panels > 1 || !args.has(FlagId::Geometry)) {
        let (given, detector) = (chosen.given.clone(), name.display().to_string());
        return Err(ConfigError::NoPanel { given, panel, panels, detector });
    }
    Ok((panels > 1).then_some(panel))
}

/// A quantity of a header: its keys, the first that is there counts; where the C program looks for it; and the flags
/// that decide the same.
struct Key {
    names: &'static [&'static str],
    substring: &'static str,
    origins: &'static [FlagId],
    overruled_by: &'static [FlagId],
    /// Whether zero only says that nothing is known.
    positive: bool,
}

impl Key {
    const fn new(names: &'static [&'static str], substring: &'static str, flags: &'static [FlagId]) -> Self {
        Key { names, substring, origins: flags, overruled_by: flags, positive: false }
    }

    const fn positive(self) -> Self {
        Key { positive: true, ..self }
    }

    const fn overruled_by(self, overruled_by: &'static [FlagId]) -> Self {
        Key { overruled_by, ..self }
    }
}

const PIXEL: Key = Key::new(&["PIXEL_SIZE"], "PIXEL_SIZE", &[FlagId::Pixel]).positive();
const DISTANCE: Key = Key::new(&["DISTANCE"], "DISTANCE", &[FlagId::Distance]).positive();
const CLOSE: Key = Key::new(&["CLOSE_DISTANCE"], "CLOSE_DISTANCE", &[FlagId::CloseDistance]).positive();
const WAVELENGTH: Key = Key::new(&["WAVELENGTH"], "WAVELENGTH", &[FlagId::Lambda])
    .positive()
    .overruled_by(&[FlagId::Lambda, FlagId::Energy]);
const DENZO_X: Key = Key::new(&["DENZO_X_BEAM"], "DENZO_X_BEAM", &[FlagId::Xbeam]);
const DENZO_Y: Key = Key::new(&["DENZO_Y_BEAM"], "DENZO_Y_BEAM", &[FlagId::Ybeam]);
const CENTER_X: Key = Key::new(&["BEAM_CENTER_X"], "BEAM_CENTER_X", &[FlagId::Xbeam]);
const CENTER_Y: Key = Key::new(&["BEAM_CENTER_Y"], "BEAM_CENTER_Y", &[FlagId::Ybeam]);
const ORG_X: Key = Key::new(&["ORGX", "XDS_ORGX"], "ORGX", &[FlagId::OrgX]);
const ORG_Y: Key = Key::new(&["ORGY", "XDS_ORGY"], "ORGY", &[FlagId::OrgY]);
const PHI: Key = Key::new(&["OSC_START", "PHI"], "PHI", &[FlagId::Phi]);
const RANGE: Key =
    Key::new(&["OSC_RANGE"], "OSC_RANGE", &[FlagId::Osc]).overruled_by(&[FlagId::Osc, FlagId::PhiStep]);
const TWOTHETA: Key = Key::new(&["TWOTHETA"], "TWOTHETA", &[FlagId::Twotheta]);

/// Relative difference of two distances that the digits of headers do not make.
const SAME_DISTANCE: f64 = 1e-4;

/// Looks quantities up in one header.
struct Lookup<'a> {
    header: &'a SmvHeader,
    args: &'a ParsedArgs,
    file: &'a str,
    substrings: bool,
    /// Whether unlikely numbers are pointed out.
    doubts: bool,
    /// Whether numbers that say nothing are taken as the C program takes them.
    as_c_does: bool,
    origins: &'a mut Origins,
    warnings: &'a mut Vec<Warning>,
}

impl Lookup<'_> {
    /// Whether a flag decides the same: then the header need not make sense.
    fn is_overruled(&self, key: &Key) -> bool {
        key.overruled_by.iter().any(|flag| self.args.has(*flag))
    }

    /// Numbers of the header that another one takes the place of, where they differ.
    fn repeated(&mut self, key: &Key) {
        let Some(name) = key.names.iter().copied().find(|name| self.header.has(name)) else { return };
        let text = |name: &str| self.header.exact(name).unwrap_or_default().to_owned();
        let counts = format!("{name}={}", text(name));
        let same = |other: &&'static str| self.header.entry(other).ok() == self.header.entry(name).ok();
        let others = key.names.iter().copied().filter(|other| self.header.has(other) && !same(other));
        let others = others.map(|other| (other, text(other)));
        let earlier = self.header.overruled(name).into_iter().map(|found| (name, found.to_owned()));
        let file = self.file;
        self.warnings.extend(others.chain(earlier).map(|(key, found)| {
            InstrumentWarning::Repeated { file: file.into(), key, found, counts: counts.clone() }.into()
        }));
    }

    /// What is to be done with a number that has to be above zero and is not. The C program takes a distance for none, and the two that
    /// it cannot do without as they stand.
    ///
    /// # Errors
    /// One that says nothing.
    fn senseless(&mut self, key: &Key, number: f64) -> Result<Option<f64>, ConfigError> {
        let name = key.names.first().copied().unwrap_or_default();
        let taken = self.as_c_does && (name == "DISTANCE" || name == "CLOSE_DISTANCE" && number < 0.0);
        if !taken {
            return Err(self.header.refused(name, "a number above zero").into());
        }
        self.warnings.push(InstrumentWarning::Senseless { file: self.file.into(), key: name, number }.into());
        Ok(Some(number))
    }

    fn value(&mut self, key: &Key) -> Result<Option<f64>, ConfigError> {
        let given = if self.substrings {
            self.header.number(key.substring)
        } else {
            match key.names.iter().find(|name| self.header.has(name)) {
                Some(name) => self.header.entry(name),
                None => Ok(None),
            }
        };
        // What a flag decides need not make sense.
        let overruled = self.is_overruled(key);
        let value = match given {
            Err(_) if overruled => None,
            given => given?,
        };
        let Some(value) = value else { return Ok(None) };
        if key.positive && !self.substrings && value == 0.0 {
            if !overruled {
                let key = self.header.name(key.names.first().copied().unwrap_or_default());
                self.warnings.push(InstrumentWarning::Zero { file: self.file.into(), key }.into());
            }
            return Ok(None);
        }
        let value = if key.positive && value <= 0.0 && !overruled {
            self.senseless(key, value)?
        } else {
            Some(value)
        };
        let Some(value) = value else { return Ok(None) };
        if !self.substrings && !overruled {
            self.repeated(key);
        }
        if self.doubts
            && !overruled
            && let Some(flag) = key.origins.first()
        {
            let name = key.names.iter().find(|name| self.header.has(name)).copied().unwrap_or_default();
            let name = self.header.name(name);
            self.warnings.extend(likely::doubt_of_header(*flag, self.file, name, value));
        }
        for flag in key.origins {
            self.origins.note(*flag, Origin::Header(self.file.to_owned()));
        }
        Ok(Some(value))
    }
}

fn geometry(
    draft: &mut Draft,
    args: &ParsedArgs,
    image: &InstrumentImage,
    is_mask: bool,
    path: &Path,
    file: &str,
) -> Result<(), ConfigError> {
    let header = &image.header;
    let quirks = draft.setup.experiment.quirks;
    let substrings = image.is_smv && quirks.has(Quirk::HeaderSubstrings);
    if let Some(key) = header.d_trek_key().filter(|_| !substrings) {
        if !is_mask {
            return Err(ConfigError::DTrek { path: path.to_owned(), key: key.to_owned() });
        }
        let warning = InstrumentWarning::DTrek { file: file.into(), key: key.to_owned() };
        draft.setup.warnings.push(warning.into());
    }
    draft.setup.origins.note(FlagId::DetPixels, Origin::Header(file.to_owned()));
    if let Some(swing_deg) = image.swing_deg.filter(|swing| *swing != 0.0) {
        draft.setup.warnings.push(InstrumentWarning::Swing { file: file.into(), swing_deg }.into());
    }
    let (origins, warnings) = (&mut draft.setup.origins, &mut draft.setup.warnings);
    let doubts = classic::preset(args) != Preset::Reference;
    let as_c_does = matches!(classic::preset(args), Preset::Reference | Preset::Spec);
    let mut find = Lookup { header, args, file, substrings, doubts, as_c_does, origins, warnings };
    let (detector, placement) = (&mut draft.setup.experiment.detector, &mut draft.placement);
    if let Some(pixel) = find.value(&PIXEL)? {
        detector.pixels.pixel_size = mm(pixel);
    }
    (draft.fast_pixels, draft.slow_pixels) = (Some(image.fast), Some(image.slow));
    let size_slow = detector.pixels.pixel_size * image.slow as f64;
    let distance = find.value(&DISTANCE)?;
    // Of a flag and a header that say the distance in two ways the C program takes the header.
    let overruled = args.has(FlagId::Distance) && !quirks.has(Quirk::HeaderSubstrings);
    // Axes in the file say how the detector lies, and where, as far as the header does not.
    let axes = image.axes.filter(|_| may_tilt(args));
    let by_axes = axes.is_some();
    let spot_of_axes = axes.and_then(|axes| axes.spot_mm());
    if let Some(distance) = distance.or(spot_of_axes.map(|[along, ..]| along)) {
        placement.distance = mm(distance);
    }
    let close = if overruled || by_axes { None } else { find.value(&CLOSE)? };
    if let Some(close) = close {
        placement.close_distance = Some(mm(close));
    }
    if let Some(wavelength) = find.value(&WAVELENGTH)? {
        draft.beam.wavelength = angstrom(wavelength);
    }
    let spot = [find.value(&DENZO_X)?, find.value(&DENZO_Y)?];
    let is_placeholder = spot == [Some(0.0); 2] && header.has("BEAM_CENTER_X");
    if let [Some(slow), Some(fast)] = spot
        && (!image.is_smv || !quirks.has(Quirk::SmvBeamCenter))
        && !is_placeholder
    {
        // Where the beam hits, whatever the convention: BEAM_CENTER_X and _Y mean different things to their
        // writers, these two keys do not.
        draft.beam_spot = Some((mm(fast), mm(slow)));
    } else {
        let center = [find.value(&CENTER_X)?, find.value(&CENTER_Y)?];
        if let ([None, None], Some([_, fast, slow])) = (center, spot_of_axes) {
            draft.beam_spot = Some((mm(fast), mm(slow)));
        }
        if let Some(x) = center[0] {
            placement.beam[0] = Some(mm(x));
        }
        if let Some(y) = center[1] {
            // The reference program turns the slow axis of a mask, and of a mask only, upside down.
            placement.beam[1] = Some(if is_mask { size_slow - mm(y) } else { mm(y) });
        }
    }
    let near_point = [&ORG_X, &ORG_Y].into_iter().filter(|_| !by_axes);
    for (org, key) in placement.org.iter_mut().zip(near_point) {
        *org = find.value(key)?.or(*org);
    }
    if let Some(phi) = find.value(&PHI)? {
        draft.rotation.start = deg(phi);
    }
    // A range of zero is that of a still, of which the C program takes two equal steps.
    let as_c_does = classic::preset(args) != Preset::Exact;
    if let Some(range) = find.value(&RANGE)?.filter(|range| as_c_does || *range != 0.0) {
        draft.rotation.range = Some(deg(range));
    }
    if !quirks.has(Quirk::TwothetaHeader)
        && !by_axes
        && let Some(twotheta) = find.value(&TWOTHETA)?
        && twotheta != 0.0
    {
        // The header's near point and close distance are those before the swing, which keeps them.
        detector.tilt.twotheta = deg(twotheta);
        detector.pivot = Some(Pivot::Sample);
    }
    if let Some(close_mm) = close.filter(|_| !args.has(FlagId::CloseDistance)) {
        draft.close_in_header = Some((file.to_owned(), close_mm));
        distances(draft, args, header, file, close_mm);
    }
    // Those of the last header, as all it says: an image does not lie as its mask does.
    draft.axes = image.axes.map(|axes| (file.to_owned(), axes));
    draft.spindle = image.spindle.map(|spindle| (file.to_owned(), spindle));
    draft.crystal_of_image =
        image.crystal.filter(|_| doubts && !is_mask).map(|crystal| (path.to_owned(), crystal));
    let exposure = image.exposure_s.filter(|_| doubts && !is_mask);
    draft.exposure_of_image = exposure.map(|time| (path.to_owned(), time));
    let group = image.space_group.clone().filter(|_| doubts && !is_mask);
    draft.group_of_image = group.map(|group| (path.to_owned(), group));
    draft.fluence_of_image =
        image.fluence.filter(|_| doubts && !is_mask).map(|fluence| (path.to_owned(), fluence));
    polarization(draft, args, image, Path::new(file));
    Ok(())
}

/// Takes the polarization that the file of an image says. Under the presets that follow the C program it has no effect, which is said.
fn polarization(draft: &mut Draft, args: &ParsedArgs, image: &InstrumentImage, file: &Path) {
    let preset = classic::preset(args);
    let is_decided = args.has(FlagId::Polar) || args.has(FlagId::NoPolar);
    let Some(said) = image.polarization.filter(|_| !is_decided && preset != Preset::Reference) else {
        return;
    };
    let ImagePolarization { key, kahn, axis } = said;
    if preset == Preset::Exact {
        (draft.beam.kahn, draft.beam.polarized) = (kahn.unwrap_or(draft.beam.kahn), kahn.is_some());
        draft.polar = axis.map(|axis| (file.display().to_string(), axis));
        draft.setup.origins.note(FlagId::Polar, Origin::Header(file.display().to_string()));
    } else if kahn != Some(draft.beam.kahn) {
        let found =
            kahn.map_or_else(|| "no factor".to_owned(), |kahn| format!("Kahn's factor {}", g(kahn, 6)));
        let assumed =
            format!("ignored under -quirks {}; -polar says how the beam is polarized", preset.name());
        let kind = WarningKind::NotTaken;
        draft.setup.warnings.push(nanobragg_io::Warning::new(kind, file, key, found, assumed).into());
    }
}

/// Flags that tilt a detector.
pub(super) const TILTS: [FlagId; 4] =
    [FlagId::DetectorRotX, FlagId::DetectorRotY, FlagId::DetectorRotZ, FlagId::Twotheta];

/// Flags of vectors that say how the detector lies, or where.
const VECTORS: [FlagId; 5] =
    [FlagId::FdetVector, FlagId::SdetVector, FlagId::OdetVector, FlagId::Pix0Vector, FlagId::Pix0VectorMm];

/// Whether axes in an image's file count: under the presets that follow the C program they do not, nor where a flag says how the
/// detector lies. What a header says in their place does then.
pub(super) fn may_tilt(args: &ParsedArgs) -> bool {
    let own = args.occurrences.iter().any(|occurrence| decides_axes(occurrence.flag));
    classic::preset(args) == Preset::Exact && !own
}

/// Whether a flag says how the detector lies, in the place of axes in an image's file.
pub(super) fn decides_axes(flag: FlagId) -> bool {
    TILTS.contains(&flag) || VECTORS.contains(&flag) || flag == FlagId::Pivot
}

/// Says so where the distance along the beam is not the one to the plane of a detector that is not tilted.
fn distances(draft: &mut Draft, args: &ParsedArgs, header: &SmvHeader, file: &str, close_mm: f64) {
    let tilted = TILTS.iter().any(|flag| args.has(*flag))
        || header.entry("TWOTHETA").is_ok_and(|angle| angle.unwrap_or(0.0) != 0.0);
    let along = header.entry(DISTANCE.substring).ok().flatten().filter(|along| *along > 0.0);
    let Some(along_mm) = along.filter(|_| !tilted && !args.has(FlagId::Distance)) else { return };
    if (along_mm - close_mm).abs() > SAME_DISTANCE * close_mm.abs() {
        let file = file.into();
        draft.setup.warnings.push(InstrumentWarning::Distances { file, along_mm, close_mm }.into());
    }
}

/// Settles what the header of an image decides although a flag says it too, once all flags are known.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) {
    let Some((file, close_mm)) = draft.close_in_header.take() else { return };
    if let Some(flag) = args.last(FlagId::Distance) {
        draft.setup.origins.note(FlagId::Distance, Origin::Header(file.clone()));
        let (file, said) = (file.into(), flag.said());
        draft.setup.warnings.push(InstrumentWarning::OverFlag { file, close_mm, said }.into());
    }
}
