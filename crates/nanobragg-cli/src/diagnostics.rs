//! `-printout` and `-trace_pixel`: values of single pixels.

use nanobragg::image::Image;
use nanobragg::image::Pixel;
use nanobragg::nalgebra::Vector3;
use nanobragg::nest::pixel;
use nanobragg::nest::{Finished, Scattering, Sink, Subpixel, Term, TermIndex};
use nanobragg::plan::Plan;
use nanobragg_config::classic::{FlagId, ParsedArgs};
use nanobragg_io::c_format::{f, g};
use nanobragg_trace::{CaptureOptions, capture};

use crate::console::print;
use crate::usage::UsageError;

/// The pixels that the command line wants to see from inside; (slow, fast).
pub struct Diagnostics {
    printout: Option<Printout>,
    traced: Option<(usize, usize)>,
}

enum Printout {
    All,
    Only(usize, usize),
}

impl Diagnostics {
    /// Reads the flags and checks that the pixels lie on the image.
    pub fn new(args: &ParsedArgs, plan: &Plan) -> Result<Self, UsageError> {
        let region = &plan.region;
        let on_image = |flag: FlagId, slow: i64, fast: i64| {
            let place = |at: i64, size: usize| usize::try_from(at).ok().filter(|&at| at < size);
            let found = place(slow, region.image_slow).zip(place(fast, region.image_fast));
            let given = args.last(flag).map_or("", |occurrence| &occurrence.given);
            found.ok_or_else(|| {
                let (width, height) = (region.image_fast, region.image_slow);
                UsageError(format!(
                    "{given}: slow {slow} fast {fast} is not on the image, {width} x {height}"
                ))
            })
        };
        let pair = |flag| args.last(flag).map(|o| (o.values.integer(0), o.values.integer(1)));
        let printout = match pair(FlagId::PrintoutPixel) {
            Some((fast, slow)) if fast >= 0 => {
                let (slow, fast) = on_image(FlagId::PrintoutPixel, slow, fast)?;
                Some(Printout::Only(slow, fast))
            }
            Some(_) => Some(Printout::All),
            None => args.has(FlagId::Printout).then_some(Printout::All),
        };
        let traced = match pair(FlagId::TracePixel) {
            Some((slow, fast)) => Some(on_image(FlagId::TracePixel, slow, fast)?),
            None => None,
        };
        Ok(Diagnostics { printout, traced })
    }

    /// Whether pixels are printed, so that progress lines would be in the way.
    pub fn prints_pixels(&self) -> bool {
        self.printout.is_some()
    }

    /// Whether any pixel was asked for.
    pub fn asks_for_pixels(&self) -> bool {
        self.printout.is_some() || self.traced.is_some()
    }

    /// Prints what was asked for.
    pub fn print(&self, plan: &Plan, image: &Image) {
        let (rows, columns) = plan.region.ranges();
        let pixels = rows.flat_map(|slow| columns.clone().map(move |fast| (slow, fast)));
        for (slow, fast) in pixels.filter(|&(slow, fast)| plan.region.renders(slow, fast)) {
            let wanted = match self.printout {
                None => break,
                Some(Printout::All) => true,
                Some(Printout::Only(at_slow, at_fast)) => (at_slow, at_fast) == (slow, fast),
            };
            if wanted {
                print_pixel(plan, image, slow, fast);
            }
        }
        if let Some((slow, fast)) = self.traced {
            print(capture(plan, Pixel { slow, fast }, &CaptureOptions::default()).main.trim_end());
        }
    }
}

/// The last of each value that the evaluation came across.
#[derive(Default)]
struct Last {
    place: Vector3<f64>,
    stol: f64,
    hkl: [f64; 3],
    nearest: [i32; 3],
    f_cell: f64,
    f_latt: f64,
    edges: [Vector3<f64>; 3],
    finished: Option<Finished<f64>>,
}

impl Sink<f64> for Last {
    fn subpixel(&mut self, _: TermIndex, subpixel: &Subpixel<'_, f64>) {
        self.place = subpixel.position.diffracted * subpixel.position.distance;
    }

    fn source(&mut self, _: TermIndex, scattering: &Scattering<'_, f64>) {
        self.stol = 0.5 * scattering.vector.norm();
    }

    fn term(&mut self, _: TermIndex, term: &Term<'_, f64>) {
        self.hkl = term.indices.hkl;
        self.nearest = term.indices.nearest_i32();
        (self.f_cell, self.f_latt) = (term.f_cell, term.f_latt.product);
        self.edges = term.lattice.vectors.map(|v| v * 1e10);
    }

    fn finished(&mut self, finished: &Finished<f64>) {
        self.finished = Some(*finished);
    }
}

/// The values of a pixel's last term and what became of the sum, under the reference program's labels.
fn print_pixel(plan: &Plan, image: &Image, slow: usize, fast: usize) {
    let mut last = Last::default();
    pixel(plan, Pixel { slow, fast }, &mut last);
    let Some(Finished { sum, omega, polar, capture, .. }) = last.finished else { return };
    let list = |values: [f64; 3], format: &dyn Fn(f64) -> String| values.map(format).join(" ");
    let g6 = |x: f64| g(x, 6);
    // sin(theta) / lambda at the center of the spectrum, for a beam along x as the reference program has it.
    let [x, y, z] = last.place.into();
    let central = (y.hypot(z).atan2(x) / 2.0).sin() / (plan.resolved.wavelength * 1e10);
    print(&format!("{fast:4} {slow:4} : stol = {} or {}", g6(last.stol), g6(central)));
    print(&format!("at {}", list([x, y, z], &g6)));
    let [h0, k0, l0] = last.nearest;
    print(&format!("hkl= {}  hkl0= {h0} {k0} {l0}", list(last.hkl, &|index| f(index, 6))));
    print(&format!(" F_cell={}  F_latt={}   I = {}", g6(last.f_cell), g6(last.f_latt), g6(sum)));
    let value = f64::from(image.get(Pixel { slow, fast }).unwrap_or(0.0));
    for (label, value) in [
        ("I/steps", sum / plan.steps),
        ("polar  ", polar),
        ("omega  ", omega),
        ("capfrac", capture),
        ("pixel  ", value),
    ] {
        print(&format!("{label} {:>15}", g(value, 10)));
    }
    print("real-space cell vectors (Angstrom):");
    print(&format!("     {:<10}  {:<10}  {:<10}", "a", "b", "c"));
    for (axis, label) in ["X", "Y", "Z"].into_iter().enumerate() {
        let row = last.edges.map(|edge| format!("{:>11}", f(edge[axis], 8)));
        print(&format!("{label}: {}", row.join(" ")));
    }
}
