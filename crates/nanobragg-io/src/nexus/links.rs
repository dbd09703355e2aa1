//! What stands at a name, wherever links lead.
//!
//! Links to other files are followed to files in the folder of the first one and below it, and to no others: a file from elsewhere
//! must not choose what else is read. The library would look in more places.

use std::path::{Component, Path, PathBuf};

use rust_hdf5::{H5Dataset, H5File, H5FileOptions, LinkClass};

use super::file::{Nxmx, described};
use super::in_its_place::InItsPlace;

/// Links in a row, as the HDF Group's library allows them.
const MOST_LINKS: usize = 16;
/// Bytes of a text of fixed length.
const MOST_TEXT: usize = 4096;

/// An object, or why a link leads to none; `None` where nothing has the name.
type Linked<T> = Option<Result<T, InItsPlace>>;

impl Nxmx<'_> {
    /// The data set at `name`.
    pub(super) fn set(&self, name: &str) -> Linked<H5Dataset> {
        Some(self.placed(name)?.map(|(set, _)| set))
    }

    /// The data set at `name`, and the file that it is in.
    pub(super) fn placed(&self, name: &str) -> Linked<(H5Dataset, PathBuf)> {
        self.followed(name, |(file, at), name, was_linked| match file.dataset(name) {
            Ok(set) => Some(is_here(&set).map(|()| (set, at.to_owned()))),
            Err(_) if was_linked => Some(Err(InItsPlace::link(name, "to no data set"))),
            Err(_) => {
                let is_group = file.root_group().group(name).is_ok();
                is_group.then(|| Err(InItsPlace::of("a group")))
            }
        })
    }

    /// Sizes along the axes of the data set at `name`, wherever its numbers are.
    pub(super) fn shape(&self, name: &str) -> Linked<Vec<usize>> {
        self.followed(name, |(file, _), name, was_linked| match file.dataset(name) {
            Ok(set) => Some(Ok(set.shape())),
            Err(_) => was_linked.then(|| Err(InItsPlace::link(name, "to no data set"))),
        })
    }

    /// The names in the group at `name`.
    pub(super) fn names_in(&self, name: &str) -> Linked<Vec<String>> {
        self.followed(name, |(file, _), name, was_linked| {
            match file.root_group().group(name).and_then(|group| group.link_names()) {
                Ok(names) => Some(Ok(names)),
                Err(_) => was_linked.then(|| Err(InItsPlace::link(name, "to no group"))),
            }
        })
    }

    /// The NeXus class of the group at `name`, where it is a group that says it; and whether it is a group at all.
    pub(crate) fn class(&self, name: &str) -> (bool, Option<String>) {
        let found = self.followed(name, |(file, _), name, _| {
            let group = file.root_group().group(name).ok().filter(|_| file.dataset(name).is_err())?;
            Some(Ok(group.attr_string("NX_class").ok()))
        });
        match found {
            Some(Ok(class)) => (true, class.map(|class| class.trim().to_owned())),
            _ => (false, None),
        }
    }

    /// What `take` makes of a file and of a name in it on whose way no links are. Also says whether there were some.
    fn followed<T>(&self, name: &str, take: impl Fn((&H5File, &Path), &str, bool) -> Linked<T>) -> Linked<T> {
        let mut name = name.trim_matches('/').to_owned();
        let mut elsewhere: Option<(H5File, PathBuf)> = None;
        for links in 0..=MOST_LINKS {
            let (file, at) = match &elsewhere {
                Some((file, at)) => (file, at.as_path()),
                None => (self.file(), self.path()),
            };
            let Some((end, link)) = first_link(file, &name) else {
                return take((file, at), &name, links > 0);
            };
            let rest = name.split_at(end).1.trim_start_matches('/').to_owned();
            let target = match link {
                LinkClass::Soft { path } if path.starts_with('/') => path,
                LinkClass::Soft { path } => {
                    let folder = name.split_at(end).0.rsplit_once('/').map_or("", |(folder, _)| folder);
                    format!("{folder}/{path}")
                }
                LinkClass::External { file: other, path } => {
                    let said = format!("{other}:{path}");
                    match open_beside(self.path(), at, &other) {
                        Ok(found) => elsewhere = Some(found),
                        Err(why) => {
                            let is_elsewhere = [ABSENT, OUTSIDE].contains(&why);
                            return Some(Err(InItsPlace { is_elsewhere, ..InItsPlace::link(said, why) }));
                        }
                    }
                    path
                }
                _ => return Some(Err(InItsPlace::of("a link of a kind that is not known"))),
            };
            name = format!("{target}/{rest}").trim_matches('/').replace("//", "/");
        }
        Some(Err(InItsPlace::link(name, "of too many in a row")))
    }
}

/// Whether the numbers of a data set are in its own file.
fn is_here(set: &H5Dataset) -> Result<(), InItsPlace> {
    if let Some(other) = set.external_files().unwrap_or_default().first() {
        return Err(InItsPlace::of(format!("numbers in the file {}", other.name)));
    }
    // What these are made of may be virtual itself, and the library looks for it in more places.
    if let Some(source) = set.virtual_mappings().unwrap_or_default().first() {
        let (file, path) = (&source.source_file_name, &source.source_dset_name);
        return Err(InItsPlace::of(format!("a virtual data set, of {file}:{path}")));
    }
    Ok(())
}

/// The first link on the way to `name` that is no name of an object itself, and where its own name ends.
fn first_link(file: &H5File, name: &str) -> Option<(usize, LinkClass)> {
    let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
    ends.filter_map(|end| Some((end, file.root_group().link_class(name.get(..end)?).ok()?)))
        .find(|(_, class)| *class != LinkClass::Hard)
}

const OUTSIDE: &str = "out of the folder";
const ABSENT: &str = "to what is not there";

/// The file that the one at `from` calls `name`, where it is in the folder of `first` or below it.
fn open_beside(first: &Path, from: &Path, name: &str) -> Result<(H5File, PathBuf), &'static str> {
    let other = Path::new(name);
    if name.is_empty()
        || !other.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
    {
        return Err(OUTSIDE);
    }
    let folder = |path: &Path| match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let path = folder(from).join(other);
    let real = path.canonicalize().map_err(|_| ABSENT)?;
    let root = folder(first).canonicalize().map_err(|_| ABSENT)?;
    if !real.starts_with(&root) {
        return Err(OUTSIDE);
    }
    if !real.is_file() {
        return Err(ABSENT);
    }
    let file = H5FileOptions::new().no_locking().open(&real).map_err(|_| "to no HDF5")?;
    Ok((file, path))
}

/// The text of a data set that has one: of others their size is nobody's promise, and many may be the same bytes of a small file.
pub(super) fn only_text(set: &H5Dataset) -> Option<String> {
    if set.total_elements() != 1 || set.element_size() > MOST_TEXT {
        return None;
    }
    set.read_strings_lossy().ok()?.pop()
}

/// What a data set has that is not taken.
pub(super) fn contents(set: &H5Dataset) -> String {
    match (only_text(set), set.datatype()) {
        (Some(text), _) => format!("the text {text}"),
        (None, Ok(datatype)) => described(&datatype),
        (None, Err(_)) => "another type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rust_hdf5::Selection;

    use super::*;

    #[test]
    fn links_are_followed_in_the_folder_and_named_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let with_number = |path: &Path, number: f64| {
            let file = H5File::create(path).unwrap();
            let group = file.create_group("entry").unwrap();
            group.new_dataset::<f64>().scalar().create("x").unwrap().write_raw(&[number]).unwrap();
            group.new_dataset::<f32>().shape([2]).create("two").unwrap().write_raw(&[1.0_f32, 2.0]).unwrap();
            group.write_vlen_strings("text", &["abc"]).unwrap();
            file.close().unwrap();
        };
        with_number(&folder.path().join("outside.h5"), 1.0);
        with_number(&inner.join("beside.h5"), 2.0);
        std::fs::write(inner.join("text.h5"), "text").unwrap();
        let path = inner.join("a.h5");
        let file = H5File::create(&path).unwrap();
        let group = file.create_group("entry").unwrap();
        group.new_dataset::<i32>().scalar().create("own").unwrap().write_raw(&[3_i32]).unwrap();
        let absolute = inner.join("beside.h5").display().to_string();
        for (name, other, target) in [
            ("beside", "beside.h5", "/entry/x"),
            ("dotted", "./beside.h5", "/entry/x"),
            ("group", "beside.h5", "/entry"),
            ("outside", "../outside.h5", "/entry/x"),
            ("absolute", absolute.as_str(), "/entry/x"),
            ("gone", "gone.h5", "/entry/x"),
            ("nothing", "beside.h5", "/entry/y"),
            ("no_hdf5", "text.h5", "/entry/x"),
        ] {
            group.create_external_link(name, other, target).unwrap();
        }
        for (name, target) in [
            ("soft", "/entry/own"),
            ("near", "own"),
            ("chain", "beside"),
            ("broken", "none"),
            ("round", "round"),
        ] {
            group.create_soft_link(name, target).unwrap();
        }
        file.close().unwrap();
        let file = Nxmx::open(&path).unwrap();
        let found = |name: &str| file.numbers(&format!("/entry/{name}"));
        for (name, number) in [
            ("own", 3.0),
            ("soft", 3.0),
            ("near", 3.0),
            ("beside", 2.0),
            ("dotted", 2.0),
            ("chain", 2.0),
            ("group/x", 2.0),
        ] {
            assert_eq!(found(name), Some(Ok(vec![number])), "{name}");
        }
        assert_eq!(found("group/two"), Some(Ok(vec![1.0, 2.0])));
        assert_eq!(file.names("entry/group").unwrap(), ["text", "two", "x"]);
        assert_eq!(
            (found("none"), found("group/none")),
            (None, Some(Err("a link to no data set: entry/none".into())))
        );
        for (name, expected) in [
            ("outside", "a link out of the folder: ../outside.h5:/entry/x".to_owned()),
            ("absolute", format!("a link out of the folder: {absolute}:/entry/x")),
            ("gone", "a link to what is not there: gone.h5:/entry/x".to_owned()),
            ("nothing", "a link to no data set: entry/y".to_owned()),
            ("no_hdf5", "a link to no HDF5: text.h5:/entry/x".to_owned()),
            ("broken", "a link to no data set: entry/none".to_owned()),
            ("round", "a link of too many in a row: entry/round".to_owned()),
            ("group/text", "the text abc".to_owned()),
            ("group", "a link to no data set: entry".to_owned()),
        ] {
            assert_eq!(found(name), Some(Err(expected)), "{name}");
        }
        let error = file.names("entry/gone").unwrap_err().to_string();
        assert!(
            error.ends_with(
                "entry/gone: expected a group, found \"a link to what is not there: gone.h5:/entry/x\""
            ),
            "{error}"
        );
    }

    #[test]
    fn virtual_data_sets_and_long_lists_of_texts_are_named_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        let file = H5File::create(&path).unwrap();
        file.new_dataset::<f64>().shape([2]).create("own").unwrap().write_raw(&[1.0, 2.0]).unwrap();
        for (name, of) in [("one", "own"), ("nested", "one")] {
            let set = file.new_dataset::<f64>().shape([2]);
            set.virtual_mapping(Selection::All, ".", of, Selection::All).create(name).unwrap();
        }
        file.root_group().write_vlen_strings("texts", &["a", "b"]).unwrap();
        file.close().unwrap();
        let file = Nxmx::open(&path).unwrap();
        for (name, of) in [("one", "own"), ("nested", "one")] {
            assert_eq!(file.numbers(name), Some(Err(format!("a virtual data set, of .:{of}"))));
        }
        assert!(file.text("texts").unwrap().is_err());
        let found = file.numbers("texts").unwrap().unwrap_err();
        assert!(!found.contains("a b"), "{found}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_the_file_system_does_not_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let other = H5File::create(folder.path().join("other.h5")).unwrap();
        other.new_dataset::<f64>().scalar().create("x").unwrap().write_raw(&[1.0]).unwrap();
        other.close().unwrap();
        std::os::unix::fs::symlink(folder.path().join("other.h5"), inner.join("link.h5")).unwrap();
        let path = inner.join("a.h5");
        let file = H5File::create(&path).unwrap();
        file.create_external_link("x", "link.h5", "/x").unwrap();
        file.close().unwrap();
        let found = Nxmx::open(&path).unwrap().numbers("x");
        assert_eq!(found, Some(Err("a link out of the folder: link.h5:/x".to_owned())));
    }
}
