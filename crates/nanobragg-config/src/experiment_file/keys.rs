//! From flags to keys and back.

use crate::classic::{Arity, Effect, Flag, FlagId, Group, Role, canonical, table};

/// The name of a group's table.
pub fn section(group: Group) -> String {
    group.title().to_lowercase().replace(' ', "_")
}

/// The group whose table has this name.
pub(super) fn group(section: &str) -> Option<Group> {
    Group::ALL.into_iter().find(|group| self::section(*group) == section)
}

/// Whether a flag has a key: those that print something and stop do not, nor those that nothing reads.
pub(super) fn has_key(flag: &Flag) -> bool {
    // A file cannot say that it is to be trusted.
    let of_caller = flag.is(Role::Prints) || flag.id == FlagId::TrustPaths;
    !of_caller && !matches!(flag.effect, Effect::Unread { .. })
}

/// The key of a flag: its first name of more than one letter, if there is one, and the unit.
pub fn key(flag: &Flag) -> String {
    let long = flag.names.iter().find(|name| name.len() > 2).copied();
    let name = long.unwrap_or_else(|| canonical(flag)).trim_start_matches('-');
    let unit = flag.unit.text().to_lowercase().replace('/', "_per_").replace('^', "").replace(", ", "_");
    let suffix = if unit.is_empty() { unit } else { format!("_{unit}") };
    if name.ends_with(&suffix) { name.to_owned() } else { format!("{name}{suffix}") }
}

/// The flags of a group that have keys, in the order of the table.
pub(super) fn flags(group: Group) -> impl Iterator<Item = &'static Flag> {
    table().iter().filter(move |flag| flag.group == group && has_key(flag))
}

/// The flag of a key.
pub(super) fn find(group: Group, key: &str) -> Option<&'static Flag> {
    flags(group).find(|flag| self::key(flag) == key)
}

/// The flag of a key, whatever its table.
///
/// ```
/// use nanobragg_config::classic::FlagId;
/// use nanobragg_config::experiment_file::flag_of;
///
/// assert_eq!(flag_of("distance_mm").map(|flag| flag.id), Some(FlagId::Distance));
/// assert_eq!(flag_of("distance"), None);
/// ```
pub fn flag_of(key: &str) -> Option<&'static Flag> {
    Group::ALL.into_iter().find_map(|group| find(group, key))
}

/// The switch that turns another one off: `-nointerpolate` of `-interpolate`.
pub fn opposite(flag: &Flag) -> Option<&'static Flag> {
    let name = format!("-no{}", canonical(flag).trim_start_matches('-'));
    table().iter().find(|other| other.arity == Arity::Nothing && other.names.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classic::flag;
    use std::collections::HashSet;

    #[test]
    fn keys_have_their_units_and_belong_to_one_flag() {
        let of = |id| key(flag(id).unwrap());
        for (id, expected) in [
            (FlagId::Distance, "distance_mm"),
            (FlagId::Pix0VectorMm, "pix0_vector_mm"),
            (FlagId::Pix0Vector, "pix0_vector_m"),
            (FlagId::Cell, "cell_angstrom_deg"),
            (FlagId::Fluence, "fluence_photons_per_m2"),
            (FlagId::N, "N"),
            (FlagId::Output, "output"),
            (FlagId::Xbeam, "Xbeam_mm"),
            (FlagId::Density, "density_g_per_cm3"),
        ] {
            assert_eq!(of(id), expected);
        }
        for group in Group::ALL {
            let keys: Vec<String> = flags(group).map(key).collect();
            assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "{group:?}");
            for key in keys {
                assert!(find(group, &key).is_some());
                assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{key} is no bare key");
            }
            assert_eq!(self::group(&section(group)), Some(group));
        }
    }

    #[test]
    fn every_flag_but_those_of_the_caller_has_a_key() {
        let without: Vec<FlagId> = table().iter().filter(|flag| !has_key(flag)).map(|flag| flag.id).collect();
        let expected = [
            FlagId::Hdiv,
            FlagId::Vdiv,
            FlagId::DispStep,
            FlagId::SourceDistance,
            FlagId::Show,
            FlagId::TrustPaths,
            FlagId::Help,
            FlagId::Version,
            FlagId::ManPage,
            FlagId::Completions,
        ];
        assert_eq!(without, expected);
    }
}
