//! What the runs of a bundle come to.

use super::metrics::{Measured, Verdict};

/// What stands in a headline between the verdict and what moved since another bundle.
pub const SINCE: &str = " Since the earlier bundle: ";

/// The verdict that those of the runs come to.
pub fn together(runs: &[Verdict]) -> Verdict {
    let any = |verdict: Verdict| runs.contains(&verdict);
    match () {
        () if any(Verdict::Differs) => Verdict::Differs,
        () if any(Verdict::Agrees) => Verdict::Agrees,
        () => Verdict::Skipped,
    }
}

/// The verdict on all runs, and the sentence that says it.
pub fn conclude(runs: &[Measured], failure: Option<&str>) -> (Verdict, String) {
    if let Some(reason) = failure {
        return (Verdict::Blocked, format!("BLOCKED: {reason}."));
    }
    let of = |verdict: Verdict| runs.iter().filter(move |run| run.metrics.verdict == verdict);
    let name = |run: &Measured| {
        let m = &run.metrics;
        format!("{} on {} under {}", m.case, m.backend.name(), m.quirks)
    };
    let (all, agreeing, skipped) = (runs.len(), of(Verdict::Agrees).count(), of(Verdict::Skipped).count());
    let left_out = match (skipped, of(Verdict::Skipped).next()) {
        (0, _) | (_, None) => String::new(),
        (count, Some(first)) => format!(" Left out: {count} ({}: {}).", name(first), first.finding()),
    };
    // What was left out is part of the count: agreement of some runs is not that of all.
    let some = if skipped == 0 { String::new() } else { format!("{agreeing} of {all} runs: ") };
    let verdict = together(&runs.iter().map(|run| run.metrics.verdict).collect::<Vec<_>>());
    let sentence = match (of(verdict).next(), verdict) {
        (Some(first), Verdict::Differs) => {
            let count = of(Verdict::Differs).count();
            let which = match all {
                1 => name(first),
                all => format!("{count} of {all} runs, first {}", name(first)),
            };
            format!("DIFFERS: {which}: {}.", first.finding())
        }
        (Some(only), Verdict::Agrees) if agreeing == 1 => {
            format!("AGREES: {some}{}: {}.", name(only), only.finding())
        }
        (Some(_), Verdict::Agrees) if skipped == 0 => format!("AGREES: all {all} runs, {}.", worst(runs)),
        (Some(_), Verdict::Agrees) => format!("AGREES: {some}{}.", worst(runs)),
        _ => "NOTHING COMPARED.".to_owned(),
    };
    (verdict, sentence + &left_out)
}

/// How close agreeing images are.
fn worst(runs: &[Measured]) -> String {
    let errors = runs.iter().filter_map(|run| Some((run, run.metrics.image.as_ref()?)));
    let worst = errors.max_by(|(_, p), (_, q)| p.comparison.max_of_max.total_cmp(&q.comparison.max_of_max));
    match worst {
        Some((_, image)) if image.comparison.max_of_max == 0.0 => "every pixel with equal values".to_owned(),
        Some((run, image)) => {
            let (case, backend) = (&run.metrics.case, run.metrics.backend.name());
            format!("worst error {:.1e} of the maximum ({case} on {backend})", image.comparison.max_of_max)
        }
        None => "by their figures and traces".to_owned(),
    }
}
