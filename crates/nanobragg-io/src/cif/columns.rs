//! Which items of a loop of reflections are read.

use crate::rows::Quantity;

/// Items that amplitudes are taken from, in the order in which they are preferred, measured ones first. The second
/// name is that of the Friedel mate's.
const KNOWN: [(&str, Option<&str>, Quantity); 12] = [
    ("f_meas_au", None, Quantity::Amplitude),
    ("f_meas", None, Quantity::Amplitude),
    ("pdbx_f_plus", Some("pdbx_f_minus"), Quantity::Amplitude),
    ("f_squared_meas", None, Quantity::Intensity),
    ("intensity_meas", None, Quantity::Intensity),
    ("pdbx_i_plus", Some("pdbx_i_minus"), Quantity::Intensity),
    ("pdbx_fwt", None, Quantity::Amplitude),
    ("pdbx_f_calc_with_solvent", None, Quantity::Amplitude),
    ("f_calc_au", None, Quantity::Amplitude),
    ("f_calc", None, Quantity::Amplitude),
    ("f_squared_calc", None, Quantity::Intensity),
    ("intensity_calc", None, Quantity::Intensity),
];

/// Places of the items that are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub indices: [usize; 3],
    pub value: usize,
    pub mate: Option<usize>,
    pub quantity: Quantity,
    pub name: String,
    pub others: Vec<String>,
}

/// Why there is nothing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lacking {
    Indices,
    /// With the items that could be chosen.
    Value(Vec<String>),
}

impl Columns {
    /// All that could be read, in the order of preference, named as the file spells them in `written`; the one that is
    /// `wanted` is alone. A file may have items without a single value.
    pub(super) fn candidates(
        tags: &[String],
        written: &[String],
        wanted: Option<&str>,
    ) -> Result<Vec<Self>, Lacking> {
        let as_written = |name: &String| {
            let place = tags.iter().position(|tag| item(tag) == *name);
            place
                .and_then(|at| written.get(at))
                .map_or_else(|| name.clone(), |tag| item_as_written(tag).to_owned())
        };
        let in_words = |lacking| match lacking {
            Lacking::Indices => Lacking::Indices,
            Lacking::Value(known) => Lacking::Value(known.iter().map(as_written).collect()),
        };
        let first = Self::new(tags, wanted).map_err(in_words)?;
        let mut all = vec![first];
        if wanted.is_none() {
            let known = KNOWN.iter().filter(|(name, ..)| tags.iter().any(|tag| item(tag) == *name));
            all = known
                .map(|(name, ..)| Self::new(tags, Some(name)))
                .collect::<Result<_, _>>()
                .map_err(in_words)?;
        }
        for columns in &mut all {
            let names: Vec<String> =
                columns.name.split(", ").map(|name| as_written(&name.to_owned())).collect();
            columns.name = names.join(", ");
            columns.others = columns.others.iter().map(as_written).collect();
        }
        Ok(all)
    }

    /// The item that tells the sets of a file with several apart, where there is one.
    pub(super) fn of_sets(tags: &[String]) -> Vec<usize> {
        let is_set = |tag: &String| matches!(item(tag), "wavelength_id" | "crystal_id");
        tags.iter().enumerate().filter(|(_, tag)| is_set(tag)).map(|(at, _)| at).collect()
    }

    /// Chooses among `tags`, which begin with `_refln.` or `_refln_` and are in small letters.
    pub(super) fn new(tags: &[String], wanted: Option<&str>) -> Result<Self, Lacking> {
        let items: Vec<&str> = tags.iter().map(|tag| item(tag)).collect();
        let place = |name: &str| items.iter().position(|item| *item == name);
        let [Some(h), Some(k), Some(l)] = ["index_h", "index_k", "index_l"].map(place) else {
            return Err(Lacking::Indices);
        };
        let present: Vec<&str> = KNOWN
            .iter()
            .flat_map(|(name, mate, _)| [Some(*name), *mate])
            .flatten()
            .filter(|name| place(name).is_some())
            .collect();
        let lacking = || Lacking::Value(present.iter().map(|name| (*name).to_owned()).collect());
        let (name, mate_name, quantity) = match wanted {
            Some(wanted) => {
                let wanted = wanted.to_lowercase();
                choose(item(&wanted)).filter(|(name, ..)| place(name).is_some()).ok_or_else(lacking)?
            }
            None => {
                let first = KNOWN.iter().find(|(name, ..)| place(name).is_some());
                first
                    .map(|(name, mate, quantity)| ((*name).to_owned(), *mate, *quantity))
                    .ok_or_else(lacking)?
            }
        };
        let value = place(&name).ok_or_else(lacking)?;
        let mate = mate_name.and_then(place);
        let others = present
            .iter()
            .filter(|other| **other != name && Some(**other) != mate_name)
            .map(|s| (*s).to_owned());
        let others = others.collect();
        let name = match mate_name.filter(|_| mate.is_some()) {
            Some(mate) => format!("{name}, {mate}"),
            None => name,
        };
        Ok(Columns { indices: [h, k, l], value, mate, quantity, name, others })
    }
}

/// `_refln.f_calc` and `_refln_f_calc` as `f_calc`.
fn item(tag: &str) -> &str {
    let rest = tag.strip_prefix("_refln").unwrap_or(tag);
    rest.strip_prefix(['.', '_']).unwrap_or(rest)
}

/// The same of a tag in any letters.
pub(super) fn item_as_written(tag: &str) -> &str {
    let length = "_refln".len();
    let is_category = tag.get(..length).is_some_and(|start| start.eq_ignore_ascii_case("_refln"));
    let rest = if is_category { tag.get(length..).unwrap_or(tag) } else { tag };
    rest.strip_prefix(['.', '_']).unwrap_or(rest)
}

/// The row of the list that a name means: either member of a pair means the pair. Any other item is taken for an
/// amplitude, or for an intensity where its name says so.
fn choose(wanted: &str) -> Option<(String, Option<&'static str>, Quantity)> {
    let known = KNOWN.iter().find(|(name, mate, _)| *name == wanted || *mate == Some(wanted));
    if let Some((name, mate, quantity)) = known {
        return Some(((*name).to_owned(), *mate, *quantity));
    }
    if wanted.is_empty() || wanted.starts_with("index_") {
        return None;
    }
    let squared = wanted.contains("intensity") || wanted.contains("squared");
    Some((wanted.to_owned(), None, if squared { Quantity::Intensity } else { Quantity::Amplitude }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(items: &[&str], wanted: Option<&str>) -> Result<Columns, Lacking> {
        let tags = ["index_h", "index_k", "index_l"].iter().chain(items).map(|item| format!("_refln.{item}"));
        Columns::new(&tags.collect::<Vec<_>>(), wanted)
    }

    #[test]
    fn measured_amplitudes_come_first() {
        let found = columns(&["f_calc", "intensity_meas", "f_meas_au"], None).unwrap();
        assert_eq!((found.value, found.quantity), (5, Quantity::Amplitude));
        assert_eq!(found.others, ["intensity_meas", "f_calc"]);
        let found = columns(&["f_calc", "intensity_meas"], Some("_refln.F_calc")).unwrap();
        assert_eq!((found.value, found.name.as_str()), (3, "f_calc"));
    }

    #[test]
    fn pairs_go_together() {
        for wanted in [None, Some("pdbx_F_plus"), Some("pdbx_F_minus")] {
            let found = columns(&["pdbx_f_minus", "pdbx_f_plus"], wanted).unwrap();
            assert_eq!((found.value, found.mate), (4, Some(3)));
        }
        assert_eq!(columns(&["pdbx_i_plus"], None).unwrap().mate, None);
    }

    #[test]
    fn what_is_lacking_is_said() {
        assert_eq!(Columns::new(&[], None), Err(Lacking::Indices));
        assert_eq!(columns(&["status"], None), Err(Lacking::Value(vec![])));
        let named = columns(&["f_calc"], Some("f_meas"));
        assert_eq!(named, Err(Lacking::Value(vec!["f_calc".to_owned()])));
    }
}
