//! Assignment of peaks, one to one.

use std::collections::{HashMap, VecDeque};

use super::Peak;

/// Two peaks that belong together, by their places in the two lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Of the first image.
    pub a: usize,
    /// Of the second image.
    pub b: usize,
    /// Distance, pixels.
    pub distance: f64,
}

/// Pairs the peaks of two images, none twice, none further apart than `radius`, as many as possible.
///
/// The closest are paired first; what is left over is paired along augmenting paths (Berge 1957, PNAS 43, 842), so
/// that no other assignment has more pairs.
pub fn pair(a: &[Peak], b: &[Peak], radius: f64) -> Vec<Pair> {
    let near = neighbors(a, b, radius);
    let mut candidates: Vec<Pair> = near
        .iter()
        .enumerate()
        .flat_map(|(a, near)| near.iter().map(move |&(b, distance)| Pair { a, b, distance }))
        .collect();
    candidates.sort_by(|p, q| p.distance.total_cmp(&q.distance).then((p.a, p.b).cmp(&(q.a, q.b))));
    let mut matching = Matching { of_a: vec![None; a.len()], of_b: vec![None; b.len()] };
    for Pair { a, b, .. } in candidates {
        if matching.of_a[a].is_none() && matching.of_b[b].is_none() {
            matching.of_a[a] = Some(b);
            matching.of_b[b] = Some(a);
        }
    }
    // A search that fails has seen a part of the graph that no later path can pass: it need not be seen again.
    let mut dead = vec![false; b.len()];
    for start in 0..a.len() {
        if matching.of_a[start].is_none() {
            matching.augment(start, &near, &mut dead);
        }
    }
    let paired = matching.of_a.iter().enumerate().filter_map(|(a, b)| Some((a, (*b)?)));
    paired.map(|(i, j)| Pair { a: i, b: j, distance: distance(&a[i], &b[j]) }).collect()
}

struct Matching {
    of_a: Vec<Option<usize>>,
    of_b: Vec<Option<usize>>,
}

impl Matching {
    /// Looks for a way to pair `start` by giving others another partner.
    fn augment(&mut self, start: usize, near: &[Vec<(usize, f64)>], dead: &mut [bool]) {
        let mut came_from: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(a) = queue.pop_front() {
            for &(b, _) in &near[a] {
                if dead[b] || came_from.contains_key(&b) {
                    continue;
                }
                came_from.insert(b, a);
                match self.of_b[b] {
                    Some(partner) => queue.push_back(partner),
                    None => return self.flip(b, &came_from),
                }
            }
        }
        came_from.keys().for_each(|&b| dead[b] = true);
    }

    /// Pairs along the path that ends in the free `b`.
    fn flip(&mut self, mut b: usize, came_from: &HashMap<usize, usize>) {
        while let Some(&a) = came_from.get(&b) {
            let before = self.of_a[a].replace(b);
            self.of_b[b] = Some(a);
            match before {
                Some(next) => b = next,
                None => return,
            }
        }
    }
}

fn distance(a: &Peak, b: &Peak) -> f64 {
    (a.at[0] - b.at[0]).hypot(a.at[1] - b.at[1])
}

/// For each peak of `a` those of `b` within the radius, with their distances. Peaks are sorted into squares of
/// the radius' size, of which nine are looked at.
fn neighbors(a: &[Peak], b: &[Peak], radius: f64) -> Vec<Vec<(usize, f64)>> {
    let side = radius.max(1.0);
    let square = |peak: &Peak| peak.at.map(|x| (x / side).floor() as i64);
    let mut squares: HashMap<[i64; 2], Vec<usize>> = HashMap::new();
    for (index, peak) in b.iter().enumerate() {
        squares.entry(square(peak)).or_default().push(index);
    }
    let near = |peak: &Peak| {
        let [slow, fast] = square(peak);
        let around = (-1..=1).flat_map(|s| (-1..=1).map(move |f| [slow + s, fast + f]));
        let inside = around.filter_map(|square| squares.get(&square)).flatten();
        let mut near: Vec<(usize, f64)> = inside
            .filter_map(|&index| Some((index, distance(peak, b.get(index)?))))
            .filter(|(_, distance)| *distance <= radius)
            .collect();
        near.sort_by_key(|(index, _)| *index);
        near
    };
    a.iter().map(near).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn peaks(at: &[[f64; 2]]) -> Vec<Peak> {
        at.iter().map(|&at| Peak { at, height: 1.0 }).collect()
    }

    fn indices(pairs: &[Pair]) -> Vec<(usize, usize)> {
        pairs.iter().map(|pair| (pair.a, pair.b)).collect()
    }

    #[test]
    fn the_closest_are_paired_and_none_twice() {
        let a = peaks(&[[0.0, 0.0], [0.0, 1.0]]);
        let b = peaks(&[[0.0, 0.9], [5.0, 5.0]]);
        assert_eq!(indices(&pair(&a, &b, 2.0)), [(1, 0)]);
        assert_eq!(indices(&pair(&a, &a, 2.0)), [(0, 0), (1, 1)]);
        assert!(pair(&a, &[], 2.0).is_empty());
        assert!(pair(&a, &b, 0.05).is_empty());
    }

    #[test]
    fn a_peak_gives_way_where_that_makes_one_pair_more() {
        // The closest pair is a1-b0, which leaves a0 alone unless a1 moves on to b1.
        let a = peaks(&[[0.0, 0.0], [0.0, 2.0]]);
        let b = peaks(&[[0.0, 1.5], [0.0, 3.4]]);
        assert_eq!(indices(&pair(&a, &b, 1.6)), [(0, 0), (1, 1)]);
    }

    /// The most pairs, by trying every choice.
    fn most(a: &[Peak], b: &[Peak], radius: f64, used: u32) -> usize {
        let Some((first, rest)) = a.split_first() else { return 0 };
        let free = (0..b.len()).filter(|j| used & (1 << j) == 0 && distance(first, &b[*j]) <= radius);
        let with = free.map(|j| 1 + most(rest, b, radius, used | (1 << j))).max().unwrap_or(0);
        with.max(most(rest, b, radius, used))
    }

    proptest! {
        #[test]
        fn no_assignment_has_more_pairs(
            a in prop::collection::vec([0.0..6.0f64, 0.0..6.0], 0..7),
            b in prop::collection::vec([0.0..6.0f64, 0.0..6.0], 0..7),
            radius in 0.1..4.0f64,
        ) {
            let (a, b) = (peaks(&a), peaks(&b));
            let pairs = pair(&a, &b, radius);
            prop_assert_eq!(pairs.len(), most(&a, &b, radius, 0));
            let mut partners: Vec<usize> = pairs.iter().map(|pair| pair.b).collect();
            partners.sort_unstable();
            partners.dedup();
            prop_assert_eq!(partners.len(), pairs.len());
            prop_assert!(pairs.iter().all(|pair| pair.distance <= radius));
        }
    }
}
