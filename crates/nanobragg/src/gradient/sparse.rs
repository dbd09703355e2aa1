//! Sums for many unknowns of which each part of an image knows few.

use std::collections::BTreeMap;

/// Numbers of some unknowns.
#[derive(Clone, Debug)]
pub(super) struct Sparse<const N: usize> {
    /// In the order in which they came; by unknown once they are added up.
    entries: Vec<(u32, [f64; N])>,
    limit: usize,
}

/// Entries after which those of the same unknown are added up; more where so many differ.
const LIMIT: usize = 1 << 14;

fn add<const N: usize>(into: &mut [f64; N], more: &[f64; N]) {
    into.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

impl<const N: usize> Sparse<N> {
    pub fn new() -> Self {
        Sparse { entries: Vec::new(), limit: LIMIT }
    }

    /// Adds to the numbers of an unknown.
    pub fn put(&mut self, unknown: usize, numbers: [f64; N]) {
        self.entries.push((unknown as u32, numbers));
        if self.entries.len() > self.limit {
            self.add_up();
            self.limit = LIMIT.max(2 * self.entries.len());
        }
    }

    fn add_up(&mut self) {
        // Stable: numbers of an unknown are added in the order in which they came.
        self.entries.sort_by_key(|(unknown, _)| *unknown);
        self.entries.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                add(&mut first.1, &later.1);
            }
            same
        });
    }

    /// Both, added up already.
    fn joined(self, after: Self) -> Self {
        let mut entries = Vec::with_capacity(self.entries.len().max(after.entries.len()));
        let (mut one, mut other) =
            (self.entries.into_iter().peekable(), after.entries.into_iter().peekable());
        while let (Some((left, _)), Some((right, _))) = (one.peek(), other.peek()) {
            let (left, right) = (*left, *right);
            let mut numbers = [0.0; N];
            if left <= right
                && let Some((_, found)) = one.next()
            {
                numbers = found;
            }
            if right <= left
                && let Some((_, found)) = other.next()
            {
                add(&mut numbers, &found);
            }
            entries.push((left.min(right), numbers));
        }
        entries.extend(one);
        entries.extend(other);
        Sparse { entries, limit: LIMIT }
    }
}

/// Parts, numbered from 0 on, that come in any order and are joined two by two in a fixed tree: few wait at a time, and the sums have
/// the same bits in whatever order parts come.
#[derive(Debug)]
pub(super) struct Tree<const N: usize> {
    /// By level, and number among those of its level.
    waiting: BTreeMap<(u32, usize), Sparse<N>>,
}

impl<const N: usize> Tree<N> {
    pub fn new() -> Self {
        Tree { waiting: BTreeMap::new() }
    }

    /// Takes the part with `number`.
    pub fn take(&mut self, number: usize, mut part: Sparse<N>) {
        part.add_up();
        let (mut level, mut number) = (0, number);
        while let Some(sibling) = self.waiting.remove(&(level, number ^ 1)) {
            part = if number % 2 == 0 { part.joined(sibling) } else { sibling.joined(part) };
            (level, number) = (level + 1, number / 2);
        }
        self.waiting.insert((level, number), part);
    }

    /// The sums of `count` unknowns, each of the `N` by itself.
    pub fn sums(self, count: usize) -> [Vec<f64>; N] {
        // What is left has come without a sibling: greater levels are earlier parts.
        let whole = self.waiting.into_values().rev().reduce(Sparse::joined).unwrap_or_else(Sparse::new);
        let mut sums = [const { Vec::new() }; N];
        sums.iter_mut().for_each(|sums| sums.resize(count, 0.0));
        for (unknown, numbers) in whole.entries {
            for (sums, number) in sums.iter_mut().zip(numbers) {
                if let Some(sum) = sums.get_mut(unknown as usize) {
                    *sum = number;
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_any_order_give_the_same_sums() {
        for count in 1..12usize {
            let part = |number: usize| {
                let mut part = Sparse::<2>::new();
                for step in 0..40_000usize {
                    part.put((step * (number + 3)) % 17, [0.1 * step as f64, 1.0]);
                }
                part
            };
            let sums = |order: &[usize]| {
                let mut tree = Tree::new();
                order.iter().for_each(|&number| tree.take(number, part(number)));
                tree.sums(20)
            };
            let ascending: Vec<usize> = (0..count).collect();
            let mut descending = ascending.clone();
            descending.reverse();
            let mut turned = ascending.clone();
            turned.rotate_left(count / 3);
            let expected = sums(&ascending);
            assert_eq!(expected[1].iter().sum::<f64>(), 40_000.0 * count as f64);
            assert!(expected == sums(&descending) && expected == sums(&turned), "{count}");
        }
    }
}
