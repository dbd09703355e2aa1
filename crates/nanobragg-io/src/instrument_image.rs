//! Images from which size, instrument and mask of an experiment are taken, whatever their format.

mod centers;
mod chain;
mod dectris_keys;
mod doubts;
mod entries;
mod lattice;
mod left_out;
mod mini_cbf;
mod nxmx;
mod panel_axes;
mod quantity;
mod radiation;
mod smv_keys;
mod spindle;
mod wavelength;

use std::path::Path;

pub use centers::CONVENTIONS_PX;
use entries::Said;

use crate::binary::first_bytes;
use crate::cbf::{CBF_MAGIC, CbfFile, read_cbf_with_text};
use crate::cell::{Notation, SpaceGroup};
use crate::error::{Error, Result};
use crate::image_axes::{AXES_KEYS, ImageAxes};
use crate::nexus::{HDF5_MAGIC, Nxmx, NxmxPanel, nxmx_panels};
use crate::npy::{NPY_MAGIC, read_npy};
use crate::smv::{SmvHeader, read_smv};
use crate::tiff::{TIFF_MAGICS, read_tiff};
use crate::warning::{Warning, WarningKind};

/// What is read.
const IMAGES: &str = "an image: SMV, miniCBF, NXmx, a NumPy array or TIFF";
/// First bytes of files that are none of these, and what they are.
const OTHERS: [(&[u8], &str); 11] = [
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"P5", "a gray map (PGM)"),
    (b"MTZ ", "reflections (MTZ)"),
    (b"data_", "a CIF"),
    (b"%PDF", "a PDF"),
    (b"R-AXIS", "an image of R-AXIS"),
    (b"\x80\x02", PICKLE),
    (b"\x80\x03", PICKLE),
    (b"\x80\x04", PICKLE),
    (b"\x80\x05", PICKLE),
];
const PICKLE: &str = "a pickle of Python, as of a mask of DIALS";

/// What a file is that no reader takes.
fn other_kind(start: &[u8]) -> Option<&'static str> {
    let known = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what);
    let is_list = |start: &[u8]| {
        matches!(start, [b'[', ..]) || start.starts_with(b"{\"") || start.starts_with(b"{\n  \"")
    };
    known.or(is_list(start).then_some("JSON, as of an experiment list (-geometry)"))
}

/// Bytes that tell the format.
const LOOKED_AT: u64 = 8;

/// An image that says which instrument took it.
#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentImage {
    /// What it says, in the keys of SMV: those of the file, or `PIXEL_SIZE`, `DISTANCE`, `WAVELENGTH`, `DENZO_X_BEAM` (slow)
    /// and `DENZO_Y_BEAM` (fast), `OSC_START`, `OSC_RANGE`, `CCD_IMAGE_SATURATION` as far as another format has them.
    pub header: SmvHeader,
    /// Whether the file is SMV.
    pub is_smv: bool,
    /// Images in the file, of which it describes the first.
    pub images: usize,
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Which of `fast * slow` pixels count, the fast axis first; of an NXmx that is read as an [image](read_instrument_image) none, whose counts
    /// need not be such as can be read. Of counts (CBF, NXmx) with a `pixel_mask`, or with numbers below
    /// zero, which mark pixels that were not measured, those that neither marks; of others those whose number is not zero nor NaN.
    pub keep: Vec<bool>,
    /// How many of them do not count only because they have no counts and nothing in a file of counts marks pixels.
    pub zeros: usize,
    /// How many have no counts and count nevertheless, since next to no numbers below zero mark pixels: `[zeros, marks]`, of which
    /// the first is zero where nothing is doubtful.
    pub kept_zeros: [usize; 2],
    /// How many pixels a `pixel_mask` of the file marks as of no use.
    pub masked: usize,
    /// A swing of the detector that the file gives in degrees, and that neither [`header`](Self::header) nor
    /// [`axes`](Self::axes) hold.
    pub swing_deg: Option<f64>,
    /// How the detector lies, where the file has its axes.
    pub axes: Option<ImageAxes>,
    /// The axis about which the crystal turns right-handedly, a unit vector in the frame of [`axes`](Self::axes), where the file has it.
    pub spindle: Option<[f64; 3]>,
    /// How the beam is polarized, where the file says it.
    pub polarization: Option<ImagePolarization>,
    /// The crystal, where the file has its cell.
    pub crystal: Option<ImageCrystal>,
    /// The space group of the crystal, where the file names one.
    pub space_group: Option<SpaceGroup>,
    /// The exposure of an image in seconds, where the file says it.
    pub exposure_s: Option<f64>,
    /// Photons per area in an image, 1/m², where the file says it.
    pub fluence: Option<f64>,
    /// What its header says twice in ways that differ, and a pixel size, a wavelength, a distance or half a beam center that it
    /// does not say: the place of such a warning is the key of SMV.
    pub warnings: Vec<Warning>,
}

/// Polarization of the beam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImagePolarization {
    /// What the file calls it.
    pub key: &'static str,
    /// Kahn's factor: the difference of the parts that are polarized along the axis and across it; none of an image of this program
    /// without a polarization factor, that of an unpolarized beam included.
    pub kahn: Option<f64>,
    /// The direction of the field, a unit vector in the frame of [`axes`](InstrumentImage::axes); none where the file leaves it to its readers.
    pub axis: Option<[f64; 3]>,
}

/// The crystal of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageCrystal {
    /// Edges in Å and angles in degrees.
    pub cell: [f64; 6],
    /// a*, b*, c* of whatever length, in the frame of [`axes`](InstrumentImage::axes), where the file says how it is oriented.
    pub reciprocal: Option<[[f64; 3]; 3]>,
    /// Whether that is the orientation at a spindle angle of zero, and not the one of a still.
    pub turns: bool,
}

/// The names of the panels whose images a file has, where its format has names for them: NXmx.
///
/// # Errors
/// A file that cannot be opened, or has no panels as [`nxmx_panels`] reads them.
pub fn image_panels(path: &Path) -> Result<Vec<String>> {
    if !first_bytes(path, LOOKED_AT)?.starts_with(HDF5_MAGIC) {
        return Ok(Vec::new());
    }
    Ok(nxmx_panels(path)?.into_iter().map(|panel| panel.name).collect())
}

/// Reads SMV, miniCBF, NXmx (its first image), NumPy arrays and TIFF, which is told by the first bytes. The last two say
/// nothing of the instrument but its size. Of a file with several [panels](image_panels) it is that of number `panel`.
///
/// # Errors
/// Those of the format's reader; what is of no known format is an error of SMV. Axes of the detector that cannot be read, or
/// of which one is missing. A panel that is not there, and several where none is chosen. Of a `pixel_mask` that cannot be read there is
/// a warning.
pub fn read_instrument_image(path: &Path, panel: Option<usize>) -> Result<InstrumentImage> {
    read(path, panel, false)
}

/// The same of an image that is a mask.
///
/// # Errors
/// Those of [`read_instrument_image`]; also a `pixel_mask` that cannot be read.
pub fn read_mask_image(path: &Path, panel: Option<usize>) -> Result<InstrumentImage> {
    read(path, panel, true)
}

fn read(path: &Path, panel: Option<usize>, is_mask: bool) -> Result<InstrumentImage> {
    let start = first_bytes(path, LOOKED_AT)?;
    if start.starts_with(CBF_MAGIC) {
        let CbfFile { image, text, has_more } = read_cbf_with_text(path)?;
        let (keep, zeros) = kept(&image.counts, None, image.counts.iter().any(|&count| count < 0));
        let mut found = described(path, mini_cbf::read(path, &text)?, (image.fast, image.slow), keep);
        found.zeros = zeros;
        found.kept_zeros = if is_mask { kept_zeros(&image.counts) } else { [0; 2] };
        found.warnings.extend(has_more.then(|| {
            let assumed = "the first one is taken";
            Warning::new(WarningKind::SeveralSets, path, "binary section", "several images", assumed)
        }));
        found.warnings.extend(mini_cbf::repeated(path, &text));
        found.warnings.extend(mini_cbf::goniometer(path, &text));
        found.warnings.extend(dectris_keys::doubts(path, &text, &found.header));
        found.warnings.extend(doubts::of_mini_cbf(
            path,
            &found.header,
            [found.fast, found.slow],
            found.axes.as_ref(),
        ));
        return Ok(found);
    }
    if start.starts_with(HDF5_MAGIC) {
        let file = Nxmx::open(path)?;
        let panels = file.panels()?;
        let is_only = panels.len() == 1;
        let panel = chosen(path, panels, panel)?;
        let size = file.image_size()?;
        let (masked, unread) = match file.masked(0) {
            Err(error) if !is_mask => (None, Some(unread_mask(path, &error))),
            found => (found?, None),
        };
        let (counts, without) = match is_mask.then(|| file.stack(0..1)) {
            None => (None, None),
            Some(Ok((image, _))) => (Some(image.counts), None),
            Some(Err(error)) if masked.is_some() => (None, Some(without_counts(path, &error))),
            Some(Err(error)) => return Err(error),
        };
        let is_marked = masked.is_some() || counts.iter().flatten().any(|&count| count < 0);
        let counts = counts.map(|counts| panel.cut(&counts, size));
        let masked = masked.map(|masked| panel.cut(&masked, size));
        let (keep, zeros) = match (&counts, &masked) {
            (Some(counts), _) => kept(counts, masked.as_deref(), is_marked),
            (None, Some(masked)) => (masked.iter().map(|masked| !masked).collect(), 0),
            (None, None) => (Vec::new(), 0),
        };
        let unmarked = counts.as_ref().filter(|_| masked.is_none());
        let kept_zeros = unmarked.map_or([0; 2], |counts| kept_zeros(counts));
        let module = nxmx::Module { file: &file, name: &panel.name, is_only };
        let mut found = described(path, module.read()?, (panel.size[1], panel.size[0]), keep);
        found.zeros = zeros;
        found.kept_zeros = kept_zeros;
        found.masked = masked.iter().flatten().filter(|masked| **masked).count();
        found.warnings.extend(doubts::of_nxmx(&module, path, &found.header, found.axes.as_ref()));
        found.warnings.extend(unread.into_iter().chain(without));
        found.warnings.extend(file.damaged_frames());
        found.images = file.images();
        return Ok(found);
    }
    let plain = if start.starts_with(NPY_MAGIC) {
        read_npy(path).map(|image| (image.fast, image.slow, image.data))?
    } else if TIFF_MAGICS.iter().any(|magic| start.starts_with(*magic)) {
        read_tiff(path).map(|image| (image.fast, image.slow, image.data))?
    } else if let Some(what) = other_kind(&start) {
        return Err(Error::value(path, "format", IMAGES, what.as_bytes()));
    } else if !start.starts_with(b"{") {
        let found = if start.is_empty() { b"an empty file".as_slice() } else { &start };
        return Err(Error::value(path, "format", IMAGES, found));
    } else {
        let image = read_smv(path)?;
        let keep = image.data.iter().map(|&value| value != 0).collect();
        let (fast, slow) = (image.fast, image.slow);
        let header = image.header;
        let axes = ImageAxes::of_texts(path, AXES_KEYS.map(|key| header.exact(key)))?;
        let mut warnings = doubts::of_smv(path, &header, [fast, slow], axes.as_ref());
        warnings.extend(smv_keys::doubts(path, &header));
        warnings.extend(doubts::more_pixels(path, (fast, slow), image.more));
        let said = Said {
            axes,
            crystal: smv_keys::cell(&header).map(|cell| ImageCrystal {
                cell,
                reciprocal: None,
                turns: false,
            }),
            space_group: header
                .exact("SPACE_GROUP")
                .and_then(|name| SpaceGroup::of(name, Notation::HermannMauguin)),
            exposure_s: smv_keys::exposure(&header),
            warnings,
            ..Said::default()
        };
        return Ok(InstrumentImage { header, is_smv: true, ..described(path, said, (fast, slow), keep) });
    };
    let (fast, slow, data) = plain;
    let keep = data.iter().map(|&value| value != 0.0 && !value.is_nan()).collect();
    Ok(described(path, Said::default(), (fast, slow), keep))
}

/// That only the mask of pixels of a file says which count.
fn without_counts(path: &Path, error: &Error) -> Warning {
    let (found, expected) = error.found_and_expected();
    let assumed = format!("not read, the pixel_mask alone counts; expected {expected}");
    Warning::new(WarningKind::BadRegions, path, "counts", found.trim_matches('"'), assumed)
}

/// Which pixels of counts a mask keeps, and how many it leaves out for nothing but their zeros. A detector counts zeros like other
/// numbers and marks what it did not measure; without a mark the zeros can be what is meant.
fn kept(counts: &[i32], masked: Option<&[bool]>, is_marked: bool) -> (Vec<bool>, usize) {
    let is_masked = |at: usize| masked.and_then(|masked| masked.get(at)).is_some_and(|masked| *masked);
    let least = i32::from(!is_marked);
    let keep = counts.iter().enumerate().map(|(at, &count)| count >= least && !is_masked(at)).collect();
    let zeros = counts.iter().filter(|&&count| count == 0).count();
    (keep, if is_marked { 0 } else { zeros })
}

/// Marks by numbers below zero that may be a slip in a mask made by hand.
const FEW_MARKS: usize = 3;

/// Zeros of a mask that are kept because numbers below zero mark pixels, and these, where they are so few that the zeros may have been meant.
fn kept_zeros(counts: &[i32]) -> [usize; 2] {
    let zeros = counts.iter().filter(|&&count| count == 0).count();
    let marks = counts.iter().filter(|&&count| count < 0).count();
    if (1..=FEW_MARKS).contains(&marks) { [zeros, marks] } else { [0; 2] }
}

/// That a mask of pixels says nothing. Who takes no pixels can do without.
fn unread_mask(path: &Path, error: &Error) -> Warning {
    let (found, expected) = error.found_and_expected();
    let assumed = format!("not read; expected {expected}");
    Warning::new(WarningKind::BadRegions, path, "pixel_mask", found.trim_matches('"'), assumed)
}

/// The panel of that number, or the only one.
fn chosen(path: &Path, mut panels: Vec<NxmxPanel>, number: Option<usize>) -> Result<NxmxPanel> {
    let number = if panels.len() == 1 { Some(0) } else { number };
    let count = panels.len();
    match number {
        Some(number) if number < count => Ok(panels.swap_remove(number)),
        Some(number) => {
            let expected = format!("a number below {count}");
            Err(Error::value(path, "panel", expected, number.to_string().as_bytes()))
        }
        None => {
            let found = format!("{count} panels");
            Err(Error::value(path, "detector", "one panel, or the number of one", found.as_bytes()))
        }
    }
}

fn described(path: &Path, said: Said, (fast, slow): (usize, usize), keep: Vec<bool>) -> InstrumentImage {
    let known = said.entries.iter().filter_map(|(key, found)| Some((*key, found.clone()?)));
    let header = SmvHeader::of_entries(path, known).called(said.names);
    let swing_deg = said.swing_deg.filter(|_| said.axes.is_none());
    let Said { axes, spindle, polarization, crystal, space_group, exposure_s, fluence, warnings, .. } = said;
    InstrumentImage {
        header,
        is_smv: false,
        images: 1,
        fast,
        slow,
        keep,
        zeros: 0,
        kept_zeros: [0; 2],
        masked: 0,
        swing_deg,
        axes,
        spindle,
        polarization,
        crystal,
        space_group,
        exposure_s,
        fluence,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use rust_hdf5::H5File;

    use super::*;
    use crate::nexus::setting::tests::setting;
    use crate::nexus::{Setting, StackWriter, compress_frame};

    #[test]
    fn pixels_that_the_size_of_an_image_does_not_mean_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.img");
        let said = |pixels: usize| {
            let mut bytes =
                b"{\nHEADER_BYTES=512;\nSIZE1=3;\nSIZE2=2;\nPIXEL_SIZE=1;\nDISTANCE=9;\nWAVELENGTH=1;\n}"
                    .to_vec();
            bytes.resize(512, b' ');
            bytes.resize(512 + 2 * pixels, 1);
            std::fs::write(&path, bytes).unwrap();
            let image = read_instrument_image(&path, None).unwrap();
            image.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said(6), [""; 0]);
        let expected = format!(
            "{}: SIZE1, SIZE2: 3 2: 9 more pixels are in the file, which are not read",
            path.display()
        );
        assert_eq!(said(15), [expected]);
    }

    #[test]
    fn what_is_no_image_is_called_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for (start, what) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "a PNG picture"),
            (b"MTZ \0\0\0\0", "reflections (MTZ)"),
            (b"R-AXIS4   ", "an image of R-AXIS"),
            (b"{\n  \"__id__\": 1}", "JSON, as of an experiment list (-geometry)"),
        ] {
            std::fs::write(&path, start).unwrap();
            let error = read_instrument_image(&path, None).unwrap_err().to_string();
            let expected = format!(
                "format: expected an image: SMV, miniCBF, NXmx, a NumPy array or TIFF, found \"{what}\""
            );
            assert!(error.ends_with(&expected), "{error}");
        }
        std::fs::write(&path, "JOB= ALL\n").unwrap();
        let error = read_instrument_image(&path, None).unwrap_err().to_string();
        assert!(error.ends_with("a NumPy array or TIFF, found \"JOB= ALL\""), "{error}");
        std::fs::write(&path, "{\nHEADER").unwrap();
        let error = read_instrument_image(&path, None).unwrap_err().to_string();
        assert!(error.contains("an SMV image beginning with"), "{error}");
    }

    #[test]
    fn counts_that_cannot_be_read_matter_to_a_mask_without_a_pixel_mask() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let counts: Vec<i32> = (0..15).map(|n| n * 12_345).collect();
        let write = |measured: Option<Vec<bool>>| {
            let mut stack = StackWriter::create(&path, &Setting { measured, ..setting() }, 1).unwrap();
            stack.write(0, &counts).unwrap();
            stack.finish().unwrap();
            let (mut bytes, chunk) = (std::fs::read(&path).unwrap(), compress_frame(&counts));
            let at = bytes.windows(chunk.len()).position(|window| window == chunk).unwrap();
            bytes[at..at + chunk.len()].fill(0xff);
            std::fs::write(&path, bytes).unwrap();
        };
        write(None);
        let image = read_instrument_image(&path, None).unwrap();
        assert_eq!((image.fast, image.slow, image.keep.len()), (5, 3, 0));
        assert!(image.header.has("DISTANCE"));
        let error = read_mask_image(&path, None).unwrap_err().to_string();
        assert!(error.contains("/entry/data/data: expected signed little-endian 32-bit counts"), "{error}");
        let measured: Vec<bool> = (0..15).map(|at| at != 4).collect();
        write(Some(measured.clone()));
        let mask = read_mask_image(&path, None).unwrap();
        let said = mask.warnings.last().unwrap().to_string();
        assert!(said.contains("counts: others: not read, the pixel_mask alone counts; expected "), "{said}");
        assert_eq!((mask.keep, mask.zeros), (measured, 0));
    }

    #[test]
    fn the_size_of_an_image_is_that_of_its_modules_where_its_counts_are_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let mut stack = StackWriter::create(&path, &setting(), 1).unwrap();
        stack.write(0, &[1; 15]).unwrap();
        stack.finish().unwrap();
        let file = H5File::open_rw(&path).unwrap();
        file.delete_dataset("entry/data/data").unwrap();
        file.close().unwrap();
        let image = read_instrument_image(&path, None).unwrap();
        assert_eq!((image.fast, image.slow), (5, 3));
        let mask = read_mask_image(&path, None).unwrap();
        assert_eq!((Some(mask.keep), mask.masked), (setting().measured, 1));
    }

    #[test]
    fn a_mask_that_cannot_be_read_matters_to_who_takes_its_pixels() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let mut stack = StackWriter::create(&path, &Setting { measured: None, ..setting() }, 1).unwrap();
        stack.write(0, &[7; 15]).unwrap();
        stack.finish().unwrap();
        let said = || read_instrument_image(&path, None).unwrap().warnings;
        let before = said().len();
        let file = H5File::open_rw(&path).unwrap();
        let set = file.new_dataset::<u32>().shape([7usize]).create("entry/instrument/detector/pixel_mask");
        set.unwrap().write_raw(&[0_u32; 7]).unwrap();
        file.close().unwrap();
        let expected = "expected a mask of 3 x 5 pixels (slow, fast), as the images have";
        let warnings = said();
        let last = warnings.last().unwrap().to_string();
        assert_eq!(warnings.len(), before + 1);
        assert!(last.ends_with(&format!("pixel_mask: 7: not read; {expected}")), "{last}");
        let error = read_mask_image(&path, None).unwrap_err().to_string();
        assert!(error.ends_with(&format!("pixel_mask: {expected}, found \"7\"")), "{error}");
    }
}
