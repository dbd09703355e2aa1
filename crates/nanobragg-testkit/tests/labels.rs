//! Which node lights a pixel up: the same from blocks as from single pixels, and the image unchanged by the question.
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy.toml allows it in test functions only")]

use nanobragg::backend::{Backend, Control, Cpu, Frame, Products, Scalar, Unsupported, Want};
use nanobragg::image::Pixel;
use nanobragg::nest::{NodeSums, Sink, Term, TermIndex, pixel};
use nanobragg::plan::Plan;
use nanobragg_testkit::cases;

/// Plans of every fourth case with right physics: with water, several sources, tables, interpolation among them.
fn plans() -> Vec<(String, Plan)> {
    let cases = cases().unwrap();
    let some = cases.iter().step_by(4);
    some.map(|case| (case.name.clone(), case.plan(&["-quirks", "exact"]).unwrap())).collect()
}

fn labeled(backend: &dyn Backend, plan: &Plan) -> Frame {
    let want = Want::default().with_products(Products { labels: true, ..Products::default() });
    backend.frame(plan, &want, &Control::default()).unwrap()
}

#[test]
fn blocks_and_single_pixels_find_the_same_nodes_and_the_image_keeps_its_bits() {
    let mut seen = 0;
    for (name, plan) in plans() {
        let cpu = Cpu::with_threads(2).unwrap();
        for backend in [&Scalar as &dyn Backend, &cpu] {
            let asked = labeled(backend, &plan).into_image();
            let silent = backend.render(&plan, &Control::default()).unwrap();
            assert!(asked == silent, "{name}, {}: labels change the image", backend.name());
        }
        let (blocks, pixels) = (labeled(&cpu, &plan), labeled(&Scalar, &plan));
        let pairs = blocks.labels[0].labels().iter().zip(pixels.labels[0].labels());
        for (at, (block, single)) in pairs.enumerate() {
            match (block, single) {
                (None, None) => {}
                (Some(block), Some(single)) => {
                    seen += 1;
                    assert!((block.share - single.share).abs() < 1e-6, "{name} {at}: {block:?} {single:?}");
                    // Two nodes with half of the photons each may be told apart by the last bit.
                    assert!(block.node == single.node || block.share < 0.500001, "{name} {at}");
                }
                // A block takes an exponential for zero where the definition's is no normal number.
                _ => assert!(pixels_are_dark(&pixels, at), "{name} {at}: {block:?} {single:?}"),
            }
        }
    }
    assert!(seen > 10_000, "only {seen} labels were compared");
}

fn pixels_are_dark(frame: &Frame, at: usize) -> bool {
    frame.spots[0].pixels()[at] < 1e-30
}

/// Adds up what the terms add without the background.
struct Bragg(f64);

impl Sink<f64> for Bragg {
    fn term(&mut self, _at: TermIndex, term: &Term<'_, f64>) {
        self.0 += term.amount;
    }
}

#[test]
fn nodes_and_background_add_up_to_the_pixel() {
    for (name, plan) in plans() {
        let (rows, columns) = plan.region.ranges();
        for (slow, fast) in rows.zip(columns).filter(|&(slow, fast)| plan.region.renders(slow, fast)) {
            let mut both = (NodeSums::default(), Bragg(0.0));
            let photons = pixel(&plan, Pixel { slow, fast }, &mut both);
            assert_eq!(
                photons,
                pixel(&plan, Pixel { slow, fast }, &mut ()),
                "{name}: the sinks change the pixel"
            );
            let nodes: f64 = both.0.nodes().iter().map(|node| node.1).sum();
            let total = both.0.total();
            assert!((nodes - both.1.0).abs() <= 1e-12 * nodes, "{name}");
            if !plan.background.present {
                assert!((nodes - total).abs() <= 1e-10 * total, "{name} {slow} {fast}: {nodes} {total}");
            } else {
                assert!(nodes <= total * (1.0 + 1e-12), "{name} {slow} {fast}: {nodes} {total}");
            }
        }
    }
}

#[test]
fn nodes_have_no_share_where_a_quirk_multiplies_running_sums() {
    let cases = cases().unwrap();
    let plan = cases[0].plan(&["-quirks", "reference"]).unwrap();
    let want = Want::default().with_products(Products { labels: true, ..Products::default() });
    for backend in [&Scalar as &dyn Backend, &Cpu::default()] {
        let refused = backend.supports(&plan, &want).is_err();
        assert_eq!(refused, plan.factors.depend_on_order());
    }
    let mut plan = cases[0].plan(&["-quirks", "exact"]).unwrap();
    plan.factors.omega = nanobragg::plan::FactorMode::RunningSum;
    let refused = Scalar.supports(&plan, &want);
    assert_eq!(refused, Err(Unsupported::RunningSumFactors));
}
