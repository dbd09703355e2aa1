//! What stands at a name, wherever links lead.
//!
//! Links to other files are followed to files in the folder of the first one and below it, and to no others: a file from elsewhere
//! must not choose what else is read. The library would look in more places.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use rust_hdf5::{H5Dataset, H5File, H5FileOptions, LinkClass};

use super::read::{Nxmx, described};

/// Links in a row, as the HDF Group's library allows them.
const MOST_LINKS: usize = 16;

/// What is in the place of what is looked for, for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InItsPlace(pub String);

impl InItsPlace {
    fn link(place: impl fmt::Display, why: &str) -> Self {
        InItsPlace(format!("a link to {place}, {why}"))
    }
}

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
            Ok(set) => Some(self.is_here(&set).map(|()| (set, at.to_owned()))),
            Err(_) if was_linked => Some(Err(InItsPlace::link(name, "where no data set is"))),
            Err(_) => {
                let is_group = file.root_group().group(name).is_ok();
                is_group.then(|| Err(InItsPlace("a group".to_owned())))
            }
        })
    }

    /// The names in the group at `name`.
    pub(super) fn names_in(&self, name: &str) -> Linked<Vec<String>> {
        self.followed(name, |(file, _), name, was_linked| {
            match file.root_group().group(name).and_then(|group| group.link_names()) {
                Ok(names) => Some(Ok(names)),
                Err(_) => was_linked.then(|| Err(InItsPlace::link(name, "where no group is"))),
            }
        })
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
                        Err(why) => return Some(Err(InItsPlace::link(said, why))),
                    }
                    path
                }
                _ => return Some(Err(InItsPlace("a link of a kind that is not known".to_owned()))),
            };
            name = format!("{target}/{rest}").trim_matches('/').replace("//", "/");
        }
        Some(Err(InItsPlace::link(name, "one of too many")))
    }

    /// Whether the numbers of a data set are in files that may be read.
    fn is_here(&self, set: &H5Dataset) -> Result<(), InItsPlace> {
        if let Some(other) = set.external_files().unwrap_or_default().first() {
            return Err(InItsPlace(format!("numbers in the file {}", other.name)));
        }
        for source in set.virtual_mappings().unwrap_or_default() {
            let (other, path) = (source.source_file_name, source.source_dset_name);
            let place = || format!("{other}:{path}");
            if other != "." && (other.contains('%') || path.contains('%')) {
                return Err(InItsPlace::link(place(), "numbers of a virtual data set that are not read"));
            }
            let found =
                if other == "." { Ok(()) } else { open_beside(self.path(), self.path(), &other).map(drop) };
            found.map_err(|why| InItsPlace::link(place(), why))?;
        }
        Ok(())
    }
}

/// The first link on the way to `name` that is no name of an object itself, and where its own name ends.
fn first_link(file: &H5File, name: &str) -> Option<(usize, LinkClass)> {
    let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
    ends.filter_map(|end| Some((end, file.root_group().link_class(name.get(..end)?).ok()?)))
        .find(|(_, class)| *class != LinkClass::Hard)
}

/// The file that the one at `from` calls `name`, where it is in the folder of `first` or below it.
fn open_beside(
    first: &Path,
    from: &Path,
    name: &str,
) -> Result<(H5File, PathBuf), &'static str> {
    const OUTSIDE: &str = "outside of its folder";
    const ABSENT: &str = "which is not there";
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
    let file = H5FileOptions::new().no_locking().open(&real).map_err(|_| "which is no HDF5")?;
    Ok((file, path))
}

/// What a data set has that is not taken.
pub(super) fn contents(set: &H5Dataset) -> String {
    match (set.read_strings_lossy(), set.datatype()) {
        (Ok(texts), _) => texts.join(" "),
        (_, Ok(datatype)) => described(&datatype),
        _ => "another type".to_owned(),
    }
}
