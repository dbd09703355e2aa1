//! Values of options.

use crate::usage::UsageError;

/// A value that has to be one of `choices`.
pub fn word(parser: &mut lexopt::Parser, option: &str, choices: &[&str]) -> anyhow::Result<String> {
    let value = parser.value()?.to_string_lossy().into_owned();
    if choices.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(UsageError(format!("{option} {value}: expected {}", choices.join(" or "))).into())
}

/// A value that has to be a number.
pub fn number<T: std::str::FromStr>(
    parser: &mut lexopt::Parser,
    option: &str,
    expected: &str,
) -> anyhow::Result<T> {
    let value = parser.value()?;
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    Ok(parsed.ok_or_else(|| UsageError(format!("{option} expects {expected}, not {value:?}")))?)
}

/// Most pixels of a rectangle: each writes its own files.
const MOST_PIXELS: usize = 100_000;

/// The pixels of a rectangle, row by row.
pub fn rectangle(parser: &mut lexopt::Parser) -> anyhow::Result<Vec<(usize, usize)>> {
    let mut end = || number::<usize>(parser, "--roi", "whole numbers S0 S1 F0 F1");
    let (s0, s1, f0, f1) = (end()?, end()?, end()?, end()?);
    let count =
        (s1.saturating_add(1).saturating_sub(s0)).saturating_mul(f1.saturating_add(1).saturating_sub(f0));
    if count == 0 || count > MOST_PIXELS {
        let text = format!("--roi {s0} {s1} {f0} {f1}: expected 1 to {MOST_PIXELS} pixels, found {count}");
        return Err(UsageError(text).into());
    }
    Ok((s0..=s1).flat_map(|slow| (f0..=f1).map(move |fast| (slow, fast))).collect())
}
