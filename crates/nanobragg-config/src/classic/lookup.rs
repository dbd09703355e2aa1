//! From a spelling to its flag.

use super::{Flag, Role, table};

/// Longer arguments than this are not compared with the known spellings: the cost grows with the length and
/// nothing can be near.
const LONGEST_TO_COMPARE: usize = 40;

/// A name has to be this long before it is recognized in the beginning of a longer one.
const SHORTEST_BEGINNING: usize = 5;

/// Shorter names of the reference count only as they stand: `-N` is in too many words.
const SHORTEST_INSIDE: usize = 4;

/// The flag of an argument such as `-distance` or `--distance`. An exact name wins over a prefix, a longer
/// prefix over a shorter one, and both over a name inside of the argument, as in `-matrix`, which the reference
/// takes for `-mat`. An argument with an equals sign is none: `-lambda=1.5` must not be taken for `-lambda`
/// followed by something else.
#[must_use]
pub fn find(argument: &str) -> Option<&'static Flag> {
    let name = one_dash(argument);
    let exact = table().iter().find(|flag| flag.names.contains(&name));
    if exact.is_some() || name.contains('=') {
        return exact;
    }
    let starts = |flag: &'static Flag| {
        let longest = flag.prefixes.iter().filter(|p| name.starts_with(**p)).map(|p| p.len()).max();
        longest.map(|length| (length, flag))
    };
    let begun = table().iter().filter_map(starts).max_by_key(|(length, _)| *length).map(|(_, flag)| flag);
    begun.or_else(|| inside(name).map(|(flag, _)| flag))
}

/// The name inside of `argument` that makes it a flag, where its spelling is none of the table's.
pub(super) fn read_as(argument: &str) -> Option<&'static str> {
    let name = one_dash(argument);
    let listed =
        |flag: &Flag| flag.names.contains(&name) || flag.prefixes.iter().any(|p| name.starts_with(p));
    if table().iter().any(listed) { None } else { inside(name).map(|(_, known)| known) }
}

/// The longest name of a flag of the reference in `name`. None where two flags have names of that length in it,
/// and no name that begins another one: the reference compares these as a whole.
fn inside(name: &str) -> Option<(&'static Flag, &'static str)> {
    let one_dash = name.starts_with('-') && !name.starts_with("--");
    if !one_dash || name.contains('=') || name.len() > LONGEST_TO_COMPARE {
        return None;
    }
    let names = || {
        let of_reference = table().iter().filter(|flag| !flag.is(Role::Extension));
        of_reference.flat_map(|flag| flag.names.iter().map(move |known| (flag, *known)))
    };
    let begins_another = |flag: &Flag, known: &str| {
        names().any(|(other, longer)| other.id != flag.id && longer.starts_with(known))
    };
    let found = || names().filter(|(_, known)| known.len() >= SHORTEST_INSIDE && name.contains(known));
    let (flag, known) = found().max_by_key(|(_, known)| known.len())?;
    let rival = found().any(|(other, its)| other.id != flag.id && its.len() == known.len());
    (!rival && !begins_another(flag, known)).then_some((flag, known))
}

/// Words that other programs have for what flags decide.
const SYNONYMS: &[(&str, &str)] = &[
    ("-beam", "-Xbeam and -Ybeam"),
    ("-beam_center", "-Xbeam and -Ybeam"),
    ("-beamcenter", "-Xbeam and -Ybeam"),
    ("-cbf", "-cbffile"),
    ("-cells", "-N"),
    ("-div", "-divergence"),
    ("-help_all", "-help"),
    ("-nxs", "-nxsfile"),
    ("-npy", "-npyfile"),
    ("-polarization", "-polar"),
    ("-resolution", "-dmin"),
    ("-spacegroup_name", "-spacegroup"),
    ("-tif", "-tiffile"),
];

/// The shortest known spelling that begins or ends with `name`.
fn part_of(name: &str) -> Option<&'static str> {
    let spellings = || table().iter().flat_map(|flag| flag.names).copied();
    let begun = spellings().filter(|known| known.starts_with(name)).min_by_key(|known| known.len());
    let end = name.trim_start_matches('-');
    begun.or_else(|| spellings().filter(|known| known.ends_with(end)).min_by_key(|known| known.len()))
}

/// The known spelling that comes nearest to an unknown one, if one is near enough to be meant.
#[must_use]
pub fn nearest(argument: &str) -> Option<&'static str> {
    let name = one_dash(argument);
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    let length = name.chars().count();
    if length > LONGEST_TO_COMPARE {
        return None;
    }
    // One slip in a short name already gives another flag, so there only the case may differ; in a long one
    // two or three slips are still recognizable.
    let tolerance = match length {
        0..=2 => 0,
        _ => ((length - 1) / 3).clamp(1, 4),
    };
    let lower = name.to_lowercase();
    let spellings = || table().iter().flat_map(|flag| flag.names).copied();
    let distance = |known: &str| {
        // A difference in case alone counts less than any other.
        (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), strsim::damerau_levenshtein(name, known))
    };
    if let Some((_, meant)) = SYNONYMS.iter().find(|(said, _)| *said == lower) {
        return Some(meant);
    }
    let closest = spellings().map(|known| (distance(known), known)).min_by_key(|(distance, _)| *distance);
    match closest {
        Some(((slips, _), known)) if slips <= tolerance.min(1) => Some(known),
        // `-dist` begins a name, `-size` ends one.
        _ if length >= SHORTEST_BEGINNING && part_of(name).is_some() => part_of(name),
        // `-detector_thickness` is meant to be `-detector_thick`, although other names look more like it.
        _ => spellings()
            .filter(|known| known.len() >= SHORTEST_BEGINNING && name.starts_with(known))
            .max_by_key(|known| known.len())
            .or(closest.filter(|((distance, _), _)| *distance <= tolerance).map(|(_, known)| known)),
    }
}

/// `--name` is `-name`.
fn one_dash(argument: &str) -> &str {
    match argument.strip_prefix('-') {
        Some(rest) if rest.starts_with('-') => rest,
        _ => argument,
    }
}
