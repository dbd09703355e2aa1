//! Pixels in which the crystal is seen: far from spots there is nothing to evaluate.

use nanobragg::gradient::{Normal, Weighed};

use crate::boxes::Boxes;

/// Photons below which a pixel shows nothing of the crystal. Spots fall off so steeply that they may move by more than their width
/// before a pixel that has fewer has [`NOTICED`].
const SEEN: f64 = 1e-9;
/// Photons that are noticed where nothing was to be seen.
const NOTICED: f64 = 1e-6;
/// The part of the pixels above which there is nothing to be gained.
const MOST: f64 = 0.8;

/// The pixels of boxes, in each box first those in which the crystal is seen.
pub(crate) struct Seen {
    /// Places in the list of the boxes' pixels.
    order: Vec<u32>,
    /// Of each box: where it begins, where its unseen pixels begin, and where it ends.
    spans: Vec<[usize; 3]>,
    /// The pixels in which the crystal is seen, as [slow, fast].
    pixels: Vec<[u32; 2]>,
    /// Panels, with the number of those pixels, in their order.
    panels: Vec<(usize, usize)>,
    /// Columns of the plane in this order.
    columns: [Vec<f64>; 3],
}

impl Seen {
    /// All pixels.
    pub fn all(boxes: &Boxes) -> Self {
        Seen::new(boxes, |_| true)
    }

    /// Those with photons of the crystal, of which `expected` has each pixel's; `None` where that is nearly all of them.
    pub fn of(boxes: &Boxes, expected: impl Fn(usize) -> f64) -> Option<Self> {
        let seen = Seen::new(boxes, |place| expected(place) >= SEEN);
        ((seen.pixels.len() as f64) < MOST * seen.order.len() as f64).then_some(seen)
    }

    fn new(boxes: &Boxes, is_seen: impl Fn(usize) -> bool) -> Self {
        let mut order = Vec::with_capacity(boxes.pixels());
        let (mut spans, mut pixels) = (Vec::with_capacity(boxes.len()), Vec::new());
        let mut panels: Vec<(usize, usize)> = Vec::new();
        for own in boxes.group.chunk_by(|one, other| one == other) {
            let begin = order.len();
            let places = || begin..begin + own.len();
            let seen = || places().filter(|&place| is_seen(place));
            pixels.extend(seen().map(|place| boxes.pixels[place]));
            let panel = own.first().map_or(0, |&group| boxes.boxes[group as usize].panel);
            match (panels.last_mut(), seen().count()) {
                // A panel on which nothing is seen has nothing to evaluate.
                (_, 0) => {}
                (Some((last, all)), count) if *last == panel => *all += count,
                (_, count) => panels.push((panel, count)),
            }
            order.extend(seen().map(|place| place as u32));
            let middle = order.len();
            order.extend(places().filter(|&place| !is_seen(place)).map(|place| place as u32));
            spans.push([begin, middle, order.len()]);
        }
        let columns = [0, 1, 2].map(|number: usize| {
            let column = &boxes.columns[number];
            order.iter().map(|&place| column[place as usize]).collect()
        });
        Seen { order, spans, pixels, panels, columns }
    }

    /// The pixels of `boxes` that are left out here.
    pub fn others(&self, boxes: &Boxes) -> Self {
        let mut is_seen = vec![false; self.order.len()];
        self.places().for_each(|place| is_seen[place] = true);
        Seen::new(boxes, |place| !is_seen[place])
    }

    /// The pixels in which the crystal is seen, panel by panel.
    pub fn parts(&self) -> impl Iterator<Item = (usize, &[[u32; 2]])> {
        let mut rest = self.pixels.as_slice();
        self.panels.iter().map(move |&(panel, count)| {
            let (own, others) = rest.split_at(count.min(rest.len()));
            rest = others;
            (panel, own)
        })
    }

    /// Whether any of its pixels has photons that are noticed, of which `expected` has each pixel's.
    pub fn shows(&self, expected: impl Fn(usize) -> f64) -> bool {
        self.places().any(|place| expected(place) > NOTICED)
    }

    /// The places of its pixels.
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let seen = self.spans.iter().flat_map(|&[begin, middle, _]| &self.order[begin..middle]);
        seen.map(|&place| place as usize)
    }

    /// Numbers of its pixels, with zero for the others, by their places.
    pub fn spread(&self, numbers: &[f64]) -> Vec<f64> {
        let mut all = vec![0.0; self.order.len()];
        for (place, number) in self.places().zip(numbers) {
            all[place] = *number;
        }
        all
    }

    /// The equations of each box: those of `rows`, which have a number for each of its pixels, then of the plane. `weighed` has weights and
    /// residuals by places.
    pub fn equations(&self, rows: &[Vec<f64>], weighed: &[Weighed]) -> Vec<Normal> {
        let ordered: Vec<Weighed> = self.order.iter().map(|&place| weighed[place as usize]).collect();
        let mut begun = 0;
        let mut of_box = |&[begin, middle, end]: &[usize; 3]| {
            let own = begun..begun + middle - begin;
            begun = own.end;
            let seen = rows.iter().map(|row| &row[own.clone()]);
            let columns = |from: usize, to: usize| self.columns.iter().map(move |column| &column[from..to]);
            let all: Vec<&[f64]> = seen.chain(columns(begin, middle)).collect();
            let mut normal = Normal::of_rows(&all, &ordered[begin..middle]);
            if middle < end {
                let planes: Vec<&[f64]> = columns(middle, end).collect();
                let rest = Normal::of_rows(&planes, &ordered[middle..end]);
                let at = rows.len();
                let mut block = normal.matrix.view_mut((at, at), (3, 3));
                block += &rest.matrix;
                let mut part = normal.vector.rows_mut(at, 3);
                part += &rest.vector;
                normal.residuals += rest.residuals;
                normal.pixels += rest.pixels;
            }
            normal
        };
        self.spans.iter().map(&mut of_box).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panels::Panels;
    use crate::photons::{Counting, Photons};
    use crate::spots::Spot;
    use nanobragg::model::{Experiment, PixelGrid, UnitCell};

    /// Two boxes of 25 pixels.
    fn boxes() -> Boxes {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 40.0, 40.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(40, 40, 1e-3);
        let plan = experiment.plan().unwrap();
        let photons = Photons::new(&plan, 40, &[3.0; 1600], &Counting::default()).unwrap();
        let spot = |slow, fast| Spot { panel: 0, slow, fast, height: 9.0, background: 1.0 };
        Boxes::around(&Panels::new(plan, Vec::new()), &photons, &[spot(5, 5), spot(30, 12)], 2, 9)
    }

    #[test]
    fn pixels_without_photons_have_a_plane_and_nothing_else() {
        let boxes = boxes();
        assert_eq!((boxes.len(), boxes.pixels()), (2, 50));
        // Few in the first box, none in the second.
        let photons = |place: usize| if [6, 7, 12].contains(&place) { 2.0 + place as f64 } else { 0.0 };
        let all = Seen::all(&boxes);
        let some = Seen::of(&boxes, photons).unwrap();
        assert_eq!((all.pixels.len(), some.pixels.len()), (50, 3));
        let rows = |of: &Seen| {
            let photons: Vec<f64> = of.places().map(photons).collect();
            vec![photons.iter().map(|photons| 0.5 - photons * photons).collect(), photons]
        };
        let weighed: Vec<Weighed> = (0..50)
            .map(|at| Weighed { weight: 1.0 + (at % 3) as f64, residual: (at % 7) as f64 - 3.0 })
            .collect();
        let whole = rows(&all).into_iter().map(|row: Vec<f64>| {
            row.iter().enumerate().map(|(at, value)| if photons(at) > 0.0 { *value } else { 0.0 }).collect()
        });
        let whole: Vec<Vec<f64>> = whole.collect();
        let pairs = all.equations(&whole, &weighed).into_iter().zip(some.equations(&rows(&some), &weighed));
        for (one, other) in pairs {
            assert!(
                (&one.matrix - &other.matrix).amax() < 1e-12 && (&one.vector - &other.vector).amax() < 1e-12
            );
            assert_eq!((one.pixels, other.pixels), (25, 25));
            assert!(one.matrix[(2, 2)] > 40.0);
        }
        assert_eq!(some.spread(&rows(&some)[1]), (0..50).map(photons).collect::<Vec<_>>());
        let others = some.others(&boxes);
        assert_eq!(others.pixels.len(), 47);
        assert!(!others.shows(photons));
        assert!(others.shows(|place| if place == 40 { 2e-6 } else { 0.0 }));
        // Nothing is gained where nearly all are seen.
        assert!(Seen::of(&boxes, |place| if place < 45 { 1.0 } else { 0.0 }).is_none());
    }
}
