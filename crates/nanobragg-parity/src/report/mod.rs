//! `report.html`: the whole bundle for reading, in one file that needs nothing else.

mod axis;
mod density;
mod histogram;
mod phi_plot;
mod pictures;
mod run;
mod stages;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::metrics::{Measured, Metrics, Verdict};
use crate::error::Result;

const STYLE: &str = include_str!("style.css");
/// Runs that are shown with pictures and tables; those that differ come first.
const SHOWN: usize = 8;

/// What the page is made from.
pub struct Page<'a> {
    pub folder: &'a str,
    pub metrics: &'a Metrics,
    pub runs: &'a [Measured],
    pub moved: &'a [String],
    pub failure: Option<&'a str>,
    pub environment: &'a Value,
    pub commands: &'a str,
}

/// The page.
pub fn page(page: &Page<'_>) -> Result<String> {
    let mut shown: Vec<usize> = (0..page.runs.len()).collect();
    let rank = |index: &usize| match page.runs[*index].metrics.verdict {
        Verdict::Differs => 0,
        Verdict::Agrees => 1,
        _ => 2,
    };
    shown.retain(|index| rank(index) < 2);
    shown.sort_by_key(rank);
    shown.truncate(SHOWN);
    let mut sections = Vec::new();
    for &index in &shown {
        sections.push(run::section(&page.runs[index], index)?);
    }
    let verdict = page.metrics.verdict;
    let text = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "nanobragg parity: " (verdict.name()) " · " (page.folder) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(page))
                main {
                    @if let Some(reason) = page.failure { (failure(reason)) }
                    @if page.runs.len() > 1 { (overview(page.runs, &shown)) }
                    @for section in &sections { (section) }
                    (environment(page.environment))
                    section #commands {
                        h2 { "Commands" }
                        pre .commands { (page.commands) }
                    }
                }
                footer {
                    "Made by " code { "cargo xtask parity" } ". In traces A is the other side, B is nanobragg; in images A is "
                    "nanobragg, B the other side. " code { "cargo xtask bundle verify" } " checks this folder and repeats it."
                }
            }
        }
    };
    Ok(text.into_string())
}

fn header(page: &Page<'_>) -> Markup {
    let verdict = page.metrics.verdict;
    let word = |key: &str| page.environment[key].as_str().unwrap_or_default().to_owned();
    let commit: String = word("git_commit").chars().take(12).collect();
    let clean = page.environment["git_clean"].as_bool() == Some(true);
    html! {
        header .(verdict.name()) {
            div .inner {
                p .kicker { "nanobragg parity bundle" }
                (heading(verdict, &page.metrics.headline))
                // The first is part of the sentence.
                @for moved in page.moved.iter().skip(1) { p .moved { "Since the earlier bundle: " (moved) "." } }
                dl .facts {
                    div { dt { "made" } dd { (word("time")) } }
                    div { dt { "commit" } dd { code { (commit) } @if clean { " clean" } @else { " with changes" } } }
                    div { dt { "machine" } dd { (word("cpu")) } }
                    div { dt { "folder" } dd { code { (page.folder) } } }
                }
            }
        }
    }
}

/// The verdict and the sentence that says it, which `cargo xtask bundle verify` looks for.
pub fn heading(verdict: Verdict, headline: &str) -> Markup {
    // The sentence without its first word, which stands above it.
    let sentence = headline.split_once(": ").map_or(headline, |(_, rest)| rest);
    html! {
        h1 { (title(verdict)) }
        p .sentence { (sentence) }
    }
}

fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "Agrees",
        Verdict::Differs => "Differs",
        Verdict::Blocked => "Blocked",
        Verdict::Skipped => "Nothing compared",
    }
}

fn failure(reason: &str) -> Markup {
    html! {
        section .failure {
            h2 { "A step failed" }
            p { "Nothing can be said about agreement. What the programs said is in " code { "attempt.log" } "." }
            pre { (reason) }
        }
    }
}

/// A verdict as a small label.
fn chip(verdict: Verdict) -> Markup {
    html! { span .chip.(verdict.name()) { (verdict.name()) } }
}

fn overview(runs: &[Measured], shown: &[usize]) -> Markup {
    html! {
        section {
            h2 { "Runs" }
            div .wide {
                table .runs {
                    thead { tr {
                        th { "case" } th { "backend" } th { "preset" } th { "verdict" }
                        th .number { "worst error / maximum" } th .number { "beyond tolerance" }
                        th { "traces" } th .number { "seconds" }
                    } }
                    tbody {
                        @for (index, run) in runs.iter().enumerate() {
                            @let m = &run.metrics;
                            tr {
                                td {
                                    @if shown.contains(&index) { a href={ "#run-" (index) } { (m.case) } }
                                    @else { (m.case) }
                                }
                                td { (m.backend.name()) }
                                td { (m.quirks) }
                                td { (chip(m.verdict)) }
                                @if let Some(image) = &m.image {
                                    td .number { (error(image.comparison.max_of_max)) }
                                    td .number { (image.comparison.failing) " of " (image.comparison.pixels) }
                                } @else if let Some(reason) = &m.reason {
                                    td .reason colspan="2" { (reason.strip_prefix("skipped: ").unwrap_or(reason)) }
                                } @else { td .number { "–" } td .number { "–" } }
                                td {
                                    @for (number, ((slow, fast), comparison)) in run.traces.iter().enumerate() {
                                        @if number > 0 { ", " }
                                        (slow) " " (fast) ": "
                                        (comparison.first_divergence().map_or("agrees", |q| q.key.as_str()))
                                    }
                                    @if run.traces.is_empty() { "–" }
                                }
                                td .number { @if run.seconds > 0.0 { (format!("{:.2}", run.seconds)) } @else { "–" } }
                            }
                        }
                    }
                }
            }
            @if shown.len() < runs.len() {
                p .note { "Shown in detail: " (shown.len()) " of " (runs.len()) " runs, those that differ first. "
                    "The folder holds the files of all." }
            }
        }
    }
}

fn environment(environment: &Value) -> Markup {
    let rows = environment.as_object().into_iter().flatten();
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.is_empty() => "none".to_owned(),
        other => other.to_string(),
    };
    html! {
        section {
            h2 { "Environment" }
            table .environment {
                @for (name, value) in rows { tr { th { (name.replace('_', " ")) } td { (shown(value)) } } }
            }
        }
    }
}

/// An error in two digits.
fn error(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.1e}") }
}

/// A number in few digits.
fn short(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        _ if (1e-3..1e6).contains(&value.abs()) => nanobragg_io::c_format::g(value, 6),
        _ => format!("{value:.3e}"),
    }
}
