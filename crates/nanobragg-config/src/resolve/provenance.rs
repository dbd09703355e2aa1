//! What headers say that images are made of.

use nanobragg::model::{Experiment, Misset};
use nanobragg_session::Provenance;

use crate::classic::{self, Arity, Effect, FlagId, Occurrence, ParsedArgs, Role, canonical, flag};

/// The preset and the flags that pixels depend on, as words. Names of outputs are left out: the same image has the same
/// bytes under any name. A seed that was drawn for the orientation is among them.
pub fn provenance(args: &ParsedArgs, experiment: &Experiment) -> Provenance {
    // Of a flag that was given more than once the last counts.
    let counts = |occurrence: &&Occurrence| {
        flag(occurrence.flag).is_some_and(|row| row.is(Role::Several))
            || args.last(occurrence.flag) == Some(*occurrence)
    };
    let mut flags: Vec<String> = args.occurrences.iter().filter(counts).flat_map(words).collect();
    let seeded = args.has(FlagId::MissetSeed) || args.has(FlagId::Seed);
    if experiment.crystal.misset() == Misset::Random && !seeded {
        flags.extend(["-misset_seed".to_owned(), experiment.seeds.misset.to_string()]);
    }
    Provenance { preset: classic::preset(args).name().to_owned(), flags }
}

fn words(occurrence: &Occurrence) -> Vec<String> {
    let Some(row) = flag(occurrence.flag) else { return Vec::new() };
    let is_output = row.arity == Arity::Path && !row.is(Role::InputFile);
    // Files say by themselves how they were written, and all backends render one image.
    let of_files = row.names.iter().any(|name| name.starts_with("-png"))
        || [FlagId::NoPgm, FlagId::NoNoise, FlagId::NoDump, FlagId::PgmScale, FlagId::Quirks]
            .contains(&row.id)
        || row.id == FlagId::Device && !matches!(occurrence.values.text(0), "gpu" | "cuda");
    let inert = matches!(row.effect, Effect::Inert | Effect::Unread { .. });
    if is_output || of_files || inert || row.is(Role::NoPixels) || row.is(Role::Prints) {
        return Vec::new();
    }
    let value = |at: usize| match row.arity {
        Arity::Path => occurrence.values.path(at).to_string_lossy().into_owned(),
        _ => occurrence.values.text(at).to_owned(),
    };
    let values = (0..occurrence.values.len()).map(value);
    std::iter::once(canonical(row).to_owned()).chain(values).collect()
}
