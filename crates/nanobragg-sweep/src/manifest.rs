//! The manifest of a sweep: a line for the whole, a line for each finished image, a line for the stack.
//!
//! A line is written when what it tells of is on disk under its final name, but for frames of a stack, of which its digests tell
//! whether they are. A last line that is cut off counts for nothing, and so does a line whose digest is not its own.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use nanobragg_io::atomic::write_settled;
use nanobragg_session::Warning;
use serde::{Deserialize, Serialize};

use crate::error::Cause;
use crate::lines::{LONGEST_LINE, Lines};
use crate::{Error, fingerprint, name, seal};

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

    /// Where it is, if its name is one.
    fn path(&self) -> Option<PathBuf> {
        match &self.name_bytes {
            None => Some(PathBuf::from(&self.name)),
            Some(bytes) => name::path(bytes),
        }
    }

    /// Whether the file is still there, with that length.
    pub fn holds(&self) -> bool {
        let found = self.path().and_then(|path| fs::metadata(path).ok());
        found.is_some_and(|found| found.is_file() && found.len() == self.bytes)
    }
}

/// A manifest that lines are added to. Of images it keeps in memory where their lines are.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    /// For reading and appending.
    file: File,
    head: Head,
    lines: Lines,
    pub stack: Option<FileRecord>,
}

/// The first line.
#[derive(Debug)]
struct Head {
    line: String,
    /// Its digest, which goes into those of all others.
    digest: String,
}

impl Head {
    fn of(sweep: Sweep) -> Self {
        let object = object(&Line::Sweep(sweep));
        Head { line: seal::sealed("", &object), digest: seal::digest("", &object) }
    }

    /// Another line, with its digest and its end.
    fn text(&self, line: &Line) -> String {
        seal::sealed(&self.digest, &object(line))
    }
}

/// What a manifest will begin with: nothing is written yet.
#[derive(Debug)]
pub(crate) struct Beginning {
    path: PathBuf,
    sweep: Sweep,
    images: BTreeMap<usize, Image>,
    stack: Option<FileRecord>,
    /// That lines of an earlier one were left out, or that its images stay.
    pub warning: Option<Warning>,
}

impl Beginning {
    /// A new manifest, in place of one that may be there.
    pub fn new(path: &Path, sweep: Sweep) -> Self {
        Beginning { path: path.to_owned(), sweep, images: BTreeMap::new(), stack: None, warning: None }
    }

    /// What is kept of the manifest at `path`, which has to be that of `sweep`.
    pub fn of_earlier(path: &Path, sweep: Sweep) -> Result<Self, Error> {
        let file = File::open(path).map_err(|cause| nanobragg_io::Error::read(path, cause))?;
        let Earlier { found, sealed, lines, changed } = read(path, file)?;
        if let Some(difference) = difference(&found, &sweep) {
            return Err(Cause::OtherSweep { path: path.to_owned(), difference }.into());
        }
        let (mut images, mut stack) = (BTreeMap::new(), None);
        for line in lines {
            match line {
                Line::Image(image) if (1..=sweep.images).contains(&image.image) => {
                    images.insert(image.image, image);
                }
                Line::Stack(file) => stack = Some(file),
                Line::Image(_) | Line::Sweep(_) => {}
            }
        }
        let warning = changed.first().map(|&first| Warning::ChangedLines {
            path: path.to_owned(),
            first,
            more: changed.len() - 1,
            earlier: !sealed,
        });
        Ok(Beginning { path: path.to_owned(), sweep, images, stack, warning })
    }

    /// Writes it.
    pub fn write(self) -> Result<Manifest, nanobragg_io::Error> {
        let Beginning { path, sweep, images, stack, .. } = self;
        // Written whole first: a line that was cut off must not be continued.
        let head = Head::of(sweep);
        let mut lines = Lines::after(head.line.len());
        write_settled(&path, |out| {
            out.write_all(head.line.as_bytes())?;
            for (number, image) in images {
                let line = head.text(&Line::Image(image));
                out.write_all(line.as_bytes())?;
                lines.add(number, &line);
            }
            let line = stack.clone().map(|stack| head.text(&Line::Stack(stack))).unwrap_or_default();
            lines.pass(&line);
            out.write_all(line.as_bytes())
        })?;
        let file = OpenOptions::new().read(true).append(true).open(&path);
        let file = file.map_err(|cause| nanobragg_io::Error::write(&path, cause))?;
        Ok(Manifest { path, file, head, lines, stack })
    }
}

impl Manifest {
    /// What it says of image number `number`, if it lists it.
    pub fn image(&mut self, number: usize) -> Result<Option<Image>, nanobragg_io::Error> {
        let Some(place) = self.lines.of(number) else { return Ok(None) };
        let line = place.read(&self.file).map_err(|cause| nanobragg_io::Error::read(&self.path, cause))?;
        match serde_json::from_slice(&line) {
            Ok(Line::Image(image)) => Ok(Some(image)),
            _ => Ok(None),
        }
    }

    /// Adds the line of a finished image.
    pub fn add(&mut self, image: Image) -> Result<(), nanobragg_io::Error> {
        let number = image.image;
        let line = self.head.text(&Line::Image(image));
        let added = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        added.map_err(|cause| nanobragg_io::Error::write(&self.path, cause))?;
        self.lines.add(number, &line);
        Ok(())
    }

    /// Writes the whole manifest in order: one of a sweep that was interrupted is then no other than one that
    /// was not.
    pub fn finish(self) -> Result<(), nanobragg_io::Error> {
        let Manifest { path, file, head, lines, stack } = self;
        write_settled(&path, |out| {
            out.write_all(head.line.as_bytes())?;
            for (_, place) in lines.all() {
                out.write_all(&place.read(&file)?)?;
            }
            stack.map_or(Ok(()), |stack| out.write_all(head.text(&Line::Stack(stack)).as_bytes()))
        })
    }
}

/// A line without its digest and its end.
fn object(line: &Line) -> String {
    // Numbers and strings always have a form in JSON.
    serde_json::to_string(line).unwrap_or_default()
}

/// A manifest that was found.
struct Earlier {
    found: Sweep,
    /// Whether its lines have digests: those of earlier versions have none.
    sealed: bool,
    /// Lines after the first that are as they were written.
    lines: Vec<Line>,
    /// The numbers of the others, counted from 1.
    changed: Vec<usize>,
}

/// The lines of a file. One that is cut off at the end is none.
fn read(path: &Path, file: File) -> Result<Earlier, Error> {
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    let mut next = |text: &mut Vec<u8>| {
        text.clear();
        let read = (&mut reader).take(LONGEST_LINE).read_until(b'\n', text);
        read.map_err(|cause| nanobragg_io::Error::read(path, cause))
    };
    next(&mut text)?;
    let no_manifest = || Cause::NoManifest(path.to_owned());
    let head =
        text.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok()).ok_or_else(no_manifest)?;
    let Ok(Line::Sweep(found)) = serde_json::from_str(head) else { return Err(no_manifest().into()) };
    // Earlier versions wrote none: then no other line has one either.
    let (object, first) = seal::unsealed(head).unwrap_or_default();
    if !first.is_empty() && first != seal::digest("", &object) {
        return Err(Cause::Changed(path.to_owned()).into());
    }
    let first = first.to_owned();
    let (mut lines, mut changed) = (Vec::new(), Vec::new());
    for number in 2..=MOST_LINES {
        let length = next(&mut text)?;
        match text.strip_suffix(b"\n") {
            Some(line) => match kept(&first, line) {
                Some(line) => lines.push(line),
                None => changed.push(number),
            },
            None if length as u64 == LONGEST_LINE => changed.push(number),
            None => break,
        }
    }
    Ok(Earlier { found, sealed: !first.is_empty(), lines, changed })
}

/// A line after the first, which has the digest `first`, if it is as it was written.
fn kept(first: &str, line: &[u8]) -> Option<Line> {
    let (object, digest) = seal::unsealed(std::str::from_utf8(line).ok()?)?;
    (!first.is_empty() && digest == seal::digest(first, &object)).then_some(())?;
    serde_json::from_str(&object).ok()
}

/// The files that the manifest at `path` lists, and that are still there. What is no manifest lists none.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    let earlier = File::open(path).ok().and_then(|file| read(path, file).ok());
    let of_line = |line: Line| match line {
        Line::Image(image) => image.files,
        Line::Stack(stack) => vec![stack],
        Line::Sweep(_) => Vec::new(),
    };
    let files = earlier.into_iter().flat_map(|earlier| earlier.lines).flat_map(of_line);
    files.filter(FileRecord::holds).filter_map(|file| file.path()).collect()
}

/// Whether the file at `path` is a manifest, by how it begins.
pub(crate) fn is_manifest(path: &Path) -> Result<bool, nanobragg_io::Error> {
    const BEGINNING: &[u8] = b"{\"kind\":\"sweep\"";
    let mut found = Vec::new();
    let file = File::open(path).and_then(|file| file.take(BEGINNING.len() as u64).read_to_end(&mut found));
    file.map_err(|cause| nanobragg_io::Error::read(path, cause))?;
    Ok(found == BEGINNING)
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
        let beginning = Beginning { images, stack: Some(stack), ..Beginning::new(path, sweep()) };
        beginning.write().unwrap().finish().unwrap();
        fs::read(path).unwrap()
    }

    /// The manifest at `path`, and the numbers of lines that were left out: the first and how many more.
    fn taken_up(path: &Path) -> Result<(Manifest, Option<(usize, usize)>), Error> {
        let beginning = Beginning::of_earlier(path, sweep())?;
        let left_out = beginning.warning.as_ref().map(|warning| match warning {
            Warning::ChangedLines { first, more, .. } => (*first, *more),
            other => panic!("{other}"),
        });
        Ok((beginning.write()?, left_out))
    }

    /// All images of a manifest.
    fn listed(manifest: &mut Manifest) -> BTreeMap<usize, Image> {
        let numbers: Vec<usize> = manifest.lines.all().map(|(number, _)| number).collect();
        numbers.into_iter().map(|number| (number, manifest.image(number).unwrap().unwrap())).collect()
    }

    #[test]
    fn lines_that_were_added_in_any_order_are_written_in_that_of_images() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.jsonl");
        let mut manifest = Beginning::new(&path, sweep()).write().unwrap();
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
        let (mut found, left_out) = taken_up(&path).unwrap();
        assert_eq!(listed(&mut found), BTreeMap::from([(1, image(1)), (2, image(2))]));
        assert_eq!((found.stack.map(|stack| stack.bytes), left_out), (Some(u64::MAX), None));
    }

    #[test]
    fn lines_that_are_not_as_they_were_written_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.jsonl");
        let whole = String::from_utf8(written(&path)).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let of_another = {
            let other = Sweep { series: "random".to_owned(), ..sweep() };
            Head::of(other).text(&Line::Image(image(1)))
        };
        let edited = lines[1].replace("\"noise_seed\":42", "\"noise_seed\":43");
        let bare = format!("{}}}", lines[1].split_once(",\"sha256\":\"").unwrap().0);
        for line in [&*edited, &*bare, of_another.trim_end(), "", "{}", lines[0]] {
            fs::write(&path, [lines[0], line, lines[2], lines[3], ""].join("\n")).unwrap();
            let (mut found, left_out) = taken_up(&path).unwrap();
            assert_eq!(listed(&mut found), BTreeMap::from([(2, image(2))]), "{line}");
            assert_eq!((found.stack.is_some(), left_out), (true, Some((2, 0))), "{line}");
        }
        // What was cut off is not worth a word.
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let (found, left_out) = taken_up(&path).unwrap();
        assert_eq!((found.lines.all().count(), found.stack, left_out), (2, None, None));
        // The first line says what images were made from.
        fs::write(&path, whole.replacen("10 20 30 80", "10 20 30 81", 1)).unwrap();
        let error = Beginning::of_earlier(&path, sweep()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::OtherSweep);
        assert!(error.to_string().ends_with(": its first line was changed"), "{error}");
    }

    #[test]
    fn of_a_manifest_without_digests_the_first_line_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.jsonl");
        let lines = [Line::Sweep(sweep()), Line::Image(image(1)), Line::Image(image(2))];
        fs::write(&path, lines.map(|line| object(&line) + "\n").concat()).unwrap();
        let (found, left_out) = taken_up(&path).unwrap();
        assert_eq!((found.lines.all().count(), left_out), (0, Some((2, 1))));
        assert!(is_manifest(&path).unwrap());
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
            match taken_up(&path) {
                Ok((mut found, _)) => {
                    resumed += 1;
                    // What was taken is what the file has from now on.
                    let (images, stack) = (listed(&mut found), found.stack.clone());
                    drop(found);
                    let (mut again, left_out) = taken_up(&path).unwrap();
                    assert_eq!(left_out, None);
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
