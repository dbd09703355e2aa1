//! Both images and their difference, with color bars and marks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use nanobragg_compare::Image;

use crate::error::Result;
use nanobragg_compare::picture::{
    INTENSITY, Intensities, Panel, Rgb, SIGNED, Signed, difference_panel, encode, intensity_panel,
};

/// The three figures. Traced pixels (slow, fast) are ringed, the worst one is in a square.
pub fn figures(
    ours: &Image,
    theirs: &Image,
    traced: &[(usize, usize)],
    worst: Option<(usize, usize)>,
) -> Result<Markup> {
    let intensities = Intensities::of(ours, theirs);
    let signed = Signed::of(ours, theirs);
    let marks = |with_worst: bool| marks(ours, traced, worst.filter(|_| with_worst));
    let log = intensities.ticks();
    Ok(html! {
        div .pictures {
            (figure("nanobragg", &intensity_panel(ours, &intensities), &marks(false), INTENSITY, &log)?)
            (figure("other side", &intensity_panel(theirs, &intensities), &marks(false), INTENSITY, &log)?)
            (figure(
                "nanobragg − other side",
                &difference_panel(ours, theirs, &signed),
                &marks(true),
                SIGNED,
                &signed.ticks(),
            )?)
        }
        p .note {
            "Photons on a logarithmic scale; the difference is signed, logarithmic over three decades on each side, and "
            "white below. "
            @if !traced.is_empty() { "Rings: traced pixels. " }
            @if worst.is_some() { "Square: the worst pixel." }
        }
    })
}

fn figure(
    title: &str,
    panel: &Panel,
    marks: &Markup,
    map: &[Rgb],
    ticks: &[(f64, String)],
) -> Result<Markup> {
    let data = STANDARD.encode(encode(panel)?);
    Ok(html! {
        figure {
            figcaption { (title) }
            div .picture {
                div .panel {
                    img alt=(title) src={ "data:image/png;base64," (data) };
                    (marks)
                }
                div .scale {
                    div .ramp style={ "background:" (gradient(map)) } {}
                    @for (place, label) in ticks {
                        span style=(format!("bottom:{:.1}%", 100.0 * place)) { (label.replace('-', "−")) }
                    }
                }
            }
        }
    })
}

fn gradient(map: &[Rgb]) -> String {
    let stops: Vec<String> = map.iter().map(|[r, g, b]| format!("rgb({r},{g},{b})")).collect();
    format!("linear-gradient(to top,{})", stops.join(","))
}

/// Rings and a square in the image's own coordinates.
fn marks(image: &Image, traced: &[(usize, usize)], worst: Option<(usize, usize)>) -> Markup {
    let size = image.fast.max(image.slow) as f64 / 28.0;
    let center = |(slow, fast): (usize, usize)| (slow as f64 + 0.5, fast as f64 + 0.5);
    html! {
        svg .marks viewBox={ "0 0 " (image.fast) " " (image.slow) } preserveAspectRatio="none" aria-hidden="true" {
            @for &pixel in traced {
                @let (slow, fast) = center(pixel);
                circle cx=(fast) cy=(slow) r=(size) {}
            }
            @if let Some(worst) = worst {
                @let (slow, fast) = center(worst);
                rect x=(fast - size) y=(slow - size) width=(2.0 * size) height=(2.0 * size) {}
            }
        }
    }
}
