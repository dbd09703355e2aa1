//! Errors of pixels in units of what is allowed.

use maud::{Markup, html};
use nanobragg_compare::comparison::{brightest, distance};
use nanobragg_compare::{Image, Tolerance};

use super::axis::{Axis, power};

/// Decades shown, of the error over the tolerance.
const RANGE: [f64; 2] = [-6.0, 8.0];
/// Bins in a decade.
const PER_DECADE: usize = 4;
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 300.0;

/// Counts of pixels: of no error, and of each bin.
fn count(a: &Image, b: &Image, tolerance: Tolerance) -> (usize, Vec<usize>) {
    let max = brightest(&b.pixels);
    let mut bins = vec![0; ((RANGE[1] - RANGE[0]) as usize) * PER_DECADE];
    let mut none = 0;
    for (&a, &b) in a.pixels.iter().zip(&b.pixels) {
        let error = distance(a, b);
        if error == 0.0 {
            none += 1;
            continue;
        }
        let place = ((error / tolerance.limit(b, max)).log10() - RANGE[0]) * PER_DECADE as f64;
        let last = bins.len() - 1;
        // What lies beyond the range is counted at its end; a limit of zero makes any error infinite.
        let bin = if place.is_nan() { last } else { (place.max(0.0) as usize).min(last) };
        bins[bin] += 1;
    }
    (none, bins)
}

/// The histogram; counts on a logarithmic scale.
pub fn svg(a: &Image, b: &Image, tolerance: Tolerance) -> Markup {
    let (none, bins) = count(a, b, tolerance);
    let most = bins.iter().copied().max().unwrap_or(0).max(none).max(10);
    // A bar of one pixel has to have a height.
    let y = Axis::new(-0.3, (most as f64).log10() + 0.15, HEIGHT - 44.0, 12.0);
    let x = Axis::new(RANGE[0], RANGE[1], 104.0, WIDTH - 14.0);
    let base = HEIGHT - 44.0;
    let bar = (x.at(RANGE[0] + 1.0) - x.at(RANGE[0])) / PER_DECADE as f64;
    let top = |count: usize| y.at((count as f64).log10());
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="Histogram of errors" {
            @for decade in y.decades(4).into_iter().filter(|decade| *decade >= 0.0) {
                line .grid x1="52" x2=(WIDTH - 14.0) y1=(y.at(decade)) y2=(y.at(decade)) {}
                text x="46" y=(y.at(decade) + 4.0) text-anchor="end" { (power(decade)) }
            }
            @if none > 0 {
                rect .bar.zero x="58" width="26" y=(top(none)) height=(base - top(none)) { title { (none) " identical" } }
            }
            text x="71" y=(base + 18.0) text-anchor="middle" { "0" }
            @for (index, count) in bins.iter().enumerate().filter(|(_, count)| **count > 0) {
                @let left = RANGE[0] + index as f64 / PER_DECADE as f64;
                rect .bar.beyond[left >= 0.0] x=(x.at(left) + 0.5) width=(bar - 1.0) y=(top(*count)) height=(base - top(*count)) {
                    title { (count) " pixels" }
                }
            }
            line .axis x1="52" x2=(WIDTH - 14.0) y1=(base) y2=(base) {}
            @for decade in x.decades(7) {
                line .axis x1=(x.at(decade)) x2=(x.at(decade)) y1=(base) y2=(base + 4.0) {}
                text x=(x.at(decade)) y=(base + 18.0) text-anchor="middle" { (power(decade)) }
            }
            line .limit x1=(x.at(0.0)) x2=(x.at(0.0)) y1="12" y2=(base) {}
            text .limit x=(x.at(0.0) + 5.0) y="22" { "tolerance" }
            text .title x=((52.0 + WIDTH - 14.0) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { "|A − B| / tolerance" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg_compare::image::Format;

    #[test]
    fn every_pixel_is_counted_once_on_its_side_of_the_tolerance() {
        let image = |pixels: &[f64]| Image {
            slow: 1,
            fast: pixels.len(),
            pixels: pixels.to_vec(),
            format: Format::Float,
        };
        let tolerance = Tolerance { relative: 0.0, of_max: 0.1 };
        let (a, b) = (image(&[10.0, 0.5, 2.0, f64::NAN]), image(&[10.0, 0.0, 0.0, 0.0]));
        let (none, bins) = count(&a, &b, tolerance);
        let limit = -RANGE[0] as usize * PER_DECADE;
        assert_eq!(none, 1);
        assert_eq!(bins[..limit].iter().sum::<usize>(), 1);
        assert_eq!(bins[limit..].iter().sum::<usize>(), 2);
        let exact = Tolerance { relative: 0.0, of_max: 0.0 };
        assert_eq!(count(&a, &b, exact).1.last(), Some(&3));
    }
}
