//! The manifest of a sweep: a line for the whole, a line for each finished image, a line for the stack.
//!
//! A line is written when what it tells of is on disk under its final name, but for frames of a stack, of which its digests tell
//! whether they are. A last line that is cut off counts
//! for nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use nanobragg_io::atomic::write_atomic;
use serde::{Deserialize, Serialize};

use crate::error::Cause;
use crate::{Error, fingerprint, name};

/// Bytes of the longest line: far above any that is written.
const LONGEST_LINE: u64 = 1 << 20;
/// Lines that a manifest may have: a million images and more.
const MOST_LINES: usize = 1 << 21;

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Line {
    Sweep(Sweep),
    Image(Image),
    Stack(FileRecord),
}

/// What all images have in common; a sweep is resumed only if it is the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    pub program: String,
    pub series: String,
    pub images: usize,
    pub outputs: Vec<String>,
    /// Flags that the images depend on.
    pub flags: Vec<String>,
    /// SHA-256 of each input file.
    pub inputs: BTreeMap<String, String>,
}

/// One finished image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Image {
    pub image: usize,
    pub files: Vec<FileRecord>,
    /// Its frame of the stack, as it was compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameRecord>,
    pub phi_start_deg: f64,
    pub phi_range_deg: f64,
    pub misset_deg: [f64; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub misset_seed: Option<i64>,
    pub noise_seed: i64,
    pub wavelength_angstrom: f64,
    pub unit_cell: [f64; 6],
    /// a*, b*, c* as columns, row after row, in 1/Å, in the frame of imgCIF, at a spindle angle of zero.
    pub a_matrix: [f64; 9],
    /// `None` where it is not finite, which JSON does not know.
    pub max_photons: Option<f64>,
    pub mean_photons: Option<f64>,
}

/// A compressed frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FrameRecord {
    pub bytes: u64,
    pub sha256: String,
}

impl FrameRecord {
    /// The frame that these bytes are.
    pub fn of(bytes: &[u8]) -> Self {
        FrameRecord { bytes: bytes.len() as u64, sha256: fingerprint::of_bytes(bytes) }
    }
}

/// A file and its length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileRecord {
    /// Its name, to look at where that is not Unicode.
    pub name: String,
    /// The bytes of a name that is not Unicode, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_bytes: Option<String>,
    pub bytes: u64,
}

impl FileRecord {
    /// The file that is at `path` now.
    pub fn of(path: &Path) -> io::Result<Self> {
        let name_bytes = name::bytes(path);
        Ok(FileRecord { name: path.display().to_string(), name_bytes, bytes: fs::metadata(path)?.len() })
    }

    /// Whether the file is still there, with that length.
    pub fn holds(&self) -> bool {
        let path = match &self.name_bytes {
            None => Some(PathBuf::from(&self.name)),
            Some(bytes) => name::path(bytes),
        };
        let found = path.and_then(|path| fs::metadata(path).ok());
        found.is_some_and(|found| found.is_file() && found.len() == self.bytes)
    }
}

/// A manifest that lines are added to. Of images it keeps in memory where their lines are.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    /// For reading and appending.
    file: File,
    sweep: Sweep,
    lines: Lines,
    pub stack: Option<FileRecord>,
}

/// Where the lines of finished images are in a file.
#[derive(Debug, Default)]
struct Lines {
    /// First byte and bytes of each line by the number of its image.
    places: BTreeMap<usize, (u64, usize)>,
    /// Bytes of the file.
    end: u64,
}

impl Lines {
    /// Notes the line of image `image` that is added at the end.
    fn add(&mut self, image: usize, line: &str) {
        self.places.insert(image, (self.end, line.len()));
        self.end += line.len() as u64;
    }
}

impl Manifest {
    /// Begins a manifest, in place of one that may be there.
    pub fn begin(path: &Path, sweep: Sweep) -> Result<Self, nanobragg_io::Error> {
        Self::with(path, sweep, &BTreeMap::new(), None)
    }

    /// Goes on with the manifest at `path`, which has to be that of `sweep`; begins one when there is none.
    pub fn resume(path: &Path, sweep: Sweep) -> Result<Self, Error> {
        let lines = match File::open(path) {
            Ok(file) => read(path, file)?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Self::begin(path, sweep)?),
            Err(cause) => return Err(nanobragg_io::Error::read(path, cause).into()),
        };
        let mut lines = lines.into_iter();
        let Some(Line::Sweep(found)) = lines.next() else {
            return Err(Cause::NoManifest(path.to_owned()).into());
        };
        if let Some(difference) = difference(&found, &sweep) {
            return Err(Cause::OtherSweep { path: path.to_owned(), difference }.into());
        }
        let (mut images, mut stack) = (BTreeMap::new(), None);
        for line in lines {
            match line {
                Line::Image(image) => drop(images.insert(image.image, image)),
                Line::Stack(file) => stack = Some(file),
                Line::Sweep(_) => {}
            }
        }
        Ok(Self::with(path, sweep, &images, stack)?)
    }

    fn with(
        path: &Path,
        sweep: Sweep,
        images: &BTreeMap<usize, Image>,
        stack: Option<FileRecord>,
    ) -> Result<Self, nanobragg_io::Error> {
        // Written whole first: a line that was cut off must not be continued.
        let head = text(&Line::Sweep(sweep.clone()));
        let mut lines = Lines { places: BTreeMap::new(), end: head.len() as u64 };
        write_atomic(path, |out| {
            out.write_all(head.as_bytes())?;
            for image in images.values() {
                let line = text(&Line::Image(image.clone()));
                out.write_all(line.as_bytes())?;
                lines.add(image.image, &line);
            }
            let line = stack.clone().map(|stack| text(&Line::Stack(stack))).unwrap_or_default();
            lines.end += line.len() as u64;
            out.write_all(line.as_bytes())
        })?;
        let file = OpenOptions::new().read(true).append(true).open(path);
        let file = file.map_err(|cause| nanobragg_io::Error::write(path, cause))?;
        Ok(Manifest { path: path.to_owned(), file, sweep, lines, stack })
    }

    /// What it says of image number `number`, if it lists it.
    pub fn image(&mut self, number: usize) -> Result<Option<Image>, nanobragg_io::Error> {
        let Some(&place) = self.lines.places.get(&number) else { return Ok(None) };
        let line =
            line_at(&self.file, place).map_err(|cause| nanobragg_io::Error::read(&self.path, cause))?;
        match serde_json::from_slice(&line) {
            Ok(Line::Image(image)) => Ok(Some(image)),
            _ => Ok(None),
        }
    }

    /// Adds the line of a finished image.
    pub fn add(&mut self, image: Image) -> Result<(), nanobragg_io::Error> {
        let number = image.image;
        let line = text(&Line::Image(image));
        let added = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        added.map_err(|cause| nanobragg_io::Error::write(&self.path, cause))?;
        self.lines.add(number, &line);
        Ok(())
    }

    /// Writes the whole manifest in order: one of a sweep that was interrupted is then no other than one that
    /// was not.
    pub fn finish(self) -> Result<(), nanobragg_io::Error> {
        let Manifest { path, file, sweep, lines, stack } = self;
        write_atomic(&path, |out| {
            out.write_all(text(&Line::Sweep(sweep)).as_bytes())?;
            for &place in lines.places.values() {
                out.write_all(&line_at(&file, place)?)?;
            }
            stack.map_or(Ok(()), |stack| out.write_all(text(&Line::Stack(stack)).as_bytes()))
        })
    }
}

/// The line at a place of `file`.
fn line_at(mut file: &File, (first, bytes): (u64, usize)) -> io::Result<Vec<u8>> {
    let mut line = vec![0; bytes];
    file.seek(SeekFrom::Start(first))?;
    file.read_exact(&mut line)?;
    Ok(line)
}

/// A line with its end.
fn text(line: &Line) -> String {
    // Numbers and strings always have a form in JSON.
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

/// The lines up to the first that is none.
fn read(path: &Path, file: File) -> Result<Vec<Line>, nanobragg_io::Error> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    while lines.len() < MOST_LINES {
        text.clear();
        let read = (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut text);
        read.map_err(|cause| nanobragg_io::Error::read(path, cause))?;
        match serde_json::from_slice(&text) {
            Ok(line) if text.ends_with(b"\n") => lines.push(line),
            _ => break,
        }
    }
    Ok(lines)
}

/// The first thing in which two sweeps differ.
fn difference(found: &Sweep, wanted: &Sweep) -> Option<String> {
    let list = |list: &[String]| list.join(" ");
    let pairs = [
        ("program", found.program.clone(), wanted.program.clone()),
        ("series", found.series.clone(), wanted.series.clone()),
        ("images", found.images.to_string(), wanted.images.to_string()),
        ("outputs", list(&found.outputs), list(&wanted.outputs)),
    ];
    let pair = pairs.into_iter().find(|(_, found, wanted)| found != wanted);
    if let Some((what, found, wanted)) = pair {
        return Some(format!("its {what}: {found:?}, now {wanted:?}"));
    }
    if found.flags != wanted.flags {
        return Some(other_flags(&found.flags, &wanted.flags));
    }
    let changed = wanted.inputs.iter().find(|(name, digest)| found.inputs.get(*name) != Some(digest));
    let gone = found.inputs.keys().find(|name| !wanted.inputs.contains_key(*name));
    changed.map(|(name, _)| name).or(gone).map(|name| format!("the input {name} is not the same"))
}

/// Which flags differ, each with its values.
fn other_flags(found: &[String], wanted: &[String]) -> String {
    let begins = |word: &String| word.starts_with('-') && word.parse::<f64>().is_err();
    let split = |words: &[String]| -> Vec<String> {
        let mut flags: Vec<String> = Vec::new();
        for word in words {
            match flags.last_mut() {
                Some(last) if !begins(word) => last.extend([" ", word]),
                _ => flags.push(word.clone()),
            }
        }
        flags
    };
    let (found, wanted) = (split(found), split(wanted));
    let only = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|flag| !other.contains(flag)).cloned().collect()
    };
    match (only(&found, &wanted).join(" "), only(&wanted, &found).join(" ")) {
        (before, now) if before.is_empty() && now.is_empty() => {
            "its flags, in another order or number".to_owned()
        }
        (before, now) if before.is_empty() => format!("its flags lack {now:?}"),
        (before, now) if now.is_empty() => format!("its flags have {before:?}, which is not given now"),
        (before, now) => format!("its flags: {before:?}, now {now:?}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use nanobragg_testkit::SplitMix;
    use nanobragg_testkit::fuzz::mutate;

    const INPUTS: usize = 3000;

    fn sweep() -> Sweep {
        Sweep {
            program: "nanobragg 0.1.0".to_owned(),
            series: "rotation".to_owned(),
            images: 3,
            outputs: vec!["a_#####.cbf".to_owned(), "a.nxs".to_owned()],
            flags: vec!["-cell".to_owned(), "10 20 30 80 85 95".to_owned()],
            inputs: BTreeMap::from([("a.hkl".to_owned(), "00ff".to_owned())]),
        }
    }

    fn image(image: usize) -> Image {
        Image {
            image,
            files: vec![FileRecord { name: format!("a_{image:05}.cbf"), name_bytes: None, bytes: 1234 }],
            frame: (image == 2).then(|| FrameRecord::of(b"frame")),
            phi_start_deg: 0.5,
            phi_range_deg: 0.25,
            misset_deg: [1.0, -2.0, 3e-9],
            misset_seed: (image == 2).then_some(-7),
            noise_seed: 42,
            wavelength_angstrom: 1.0,
            unit_cell: [10.0, 20.0, 30.0, 80.0, 85.0, 95.0],
            a_matrix: [0.1, 0.0, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0, 0.03],
            max_photons: Some(1e6),
            mean_photons: (image == 1).then_some(0.5),
        }
    }

    /// A manifest of two images and a stack.
    fn written(path: &Path) -> Vec<u8> {
        let images = BTreeMap::from([(1, image(1)), (2, image(2))]);
        let stack = FileRecord { name: "a.nxs".to_owned(), name_bytes: None, bytes: u64::MAX };
        Manifest::with(path, sweep(), &images, Some(stack)).unwrap().finish().unwrap();
        fs::read(path).unwrap()
    }

    /// All images of a manifest.
    fn listed(manifest: &mut Manifest) -> BTreeMap<usize, Image> {
        let numbers: Vec<usize> = manifest.lines.places.keys().copied().collect();
        numbers.into_iter().map(|number| (number, manifest.image(number).unwrap().unwrap())).collect()
    }

    #[test]
    fn lines_that_were_added_in_any_order_are_written_in_that_of_images() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.jsonl");
        let mut manifest = Manifest::begin(&path, sweep()).unwrap();
        for number in [2, 1] {
            manifest.add(image(number)).unwrap();
        }
        assert_eq!(manifest.image(2).unwrap(), Some(image(2)));
        assert_eq!(manifest.image(3).unwrap(), None);
        manifest.stack = Some(FileRecord { name: "a.nxs".to_owned(), name_bytes: None, bytes: u64::MAX });
        manifest.finish().unwrap();
        let found = fs::read(&path).unwrap();
        assert_eq!(found, written(&path));
    }

    #[test]
    fn flags_that_differ_are_named_alone() {
        let of = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let said = |before: &str, now: &str| other_flags(&of(before), &of(now));
        assert_eq!(
            said("-N 5 -misset -1 2 3", "-N 5 -misset -1 2 4"),
            "its flags: \"-misset -1 2 3\", now \"-misset -1 2 4\""
        );
        assert_eq!(said("-N 5", "-N 5 -dmin 2"), "its flags lack \"-dmin 2\"");
        assert_eq!(said("-N 5 -nonoise", "-N 5"), "its flags have \"-nonoise\", which is not given now");
        assert_eq!(said("-N 5 -Na 6", "-Na 6 -N 5"), "its flags, in another order or number");
    }

    #[test]
    fn what_is_written_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.jsonl");
        written(&path);
        let mut found = Manifest::resume(&path, sweep()).unwrap();
        assert_eq!(listed(&mut found), BTreeMap::from([(1, image(1)), (2, image(2))]));
        assert_eq!(found.stack.map(|stack| stack.bytes), Some(u64::MAX));
    }

    #[test]
    fn damaged_manifests_are_resumed_as_far_as_they_go_or_refused_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.jsonl");
        let material = [written(&path)];
        let mut random = SplitMix(11);
        let (mut resumed, mut refused) = (0, 0);
        for _ in 0..INPUTS {
            let input = mutate(&mut random, &material);
            fs::write(&path, &input).unwrap();
            match Manifest::resume(&path, sweep()) {
                Ok(mut found) => {
                    resumed += 1;
                    // What was taken is what the file has from now on.
                    let (images, stack) = (listed(&mut found), found.stack.clone());
                    drop(found);
                    let mut again = Manifest::resume(&path, sweep()).unwrap();
                    assert_eq!((listed(&mut again), again.stack.clone()), (images, stack));
                }
                Err(error) => {
                    refused += 1;
                    let message = error.to_string();
                    let one_line = !message.is_empty() && !message.contains(char::is_control);
                    assert!(one_line, "{message:?} for {:?}", String::from_utf8_lossy(&input));
                    assert_eq!(fs::read(&path).unwrap(), input, "a manifest that was refused was touched");
                }
            }
        }
        assert!(resumed > INPUTS / 10 && refused > INPUTS / 10, "{resumed} {refused}");
    }
}
