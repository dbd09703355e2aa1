//! The flags that images depend on, for finding out whether a manifest belongs to a sweep.

use nanobragg_config::classic::{Arity, ParsedArgs, Role, flag};

/// The flags that images depend on, as they were given.
pub fn relevant(args: &ParsedArgs) -> Vec<String> {
    let rows = args.occurrences.iter().filter_map(|occurrence| Some((occurrence, flag(occurrence.flag)?)));
    let words = rows.filter(|(_, row)| !row.is(Role::NoPixels)).flat_map(|(occurrence, row)| {
        let values = (0..occurrence.values.len()).map(|at| match row.arity {
            Arity::Path => occurrence.values.path(at).display().to_string(),
            _ => occurrence.values.text(at).to_owned(),
        });
        row.names.first().map(|name| (*name).to_owned()).into_iter().chain(values).collect::<Vec<_>>()
    });
    words.collect()
}
