//! A numbered list that forgets its oldest entries: bounded by count and by weight.

use std::collections::VecDeque;

/// Numbers start at 1 and go on after [`clear`](Ring::clear), so that a reader who polls by number misses nothing.
pub(crate) struct Ring<T> {
    entries: VecDeque<(u64, usize, T)>,
    last: u64,
    weight: usize,
    most_entries: usize,
    most_weight: usize,
}

impl<T> Ring<T> {
    pub(crate) fn new(most_entries: usize, most_weight: usize) -> Self {
        Self { entries: VecDeque::new(), last: 0, weight: 0, most_entries, most_weight }
    }

    pub(crate) fn push(&mut self, entry: T, weight: usize) {
        self.last += 1;
        self.entries.push_back((self.last, weight, entry));
        self.weight += weight;
        while self.entries.len() > self.most_entries || (self.weight > self.most_weight && self.entries.len() > 1) {
            let Some((_, weight, _)) = self.entries.pop_front() else { break };
            self.weight -= weight;
        }
    }

    /// The entries numbered above `after`, oldest first.
    pub(crate) fn after(&self, after: u64) -> impl Iterator<Item = (u64, &T)> {
        let start = self.entries.partition_point(|(seq, ..)| *seq <= after);
        self.entries.range(start..).map(|(seq, _, entry)| (*seq, entry))
    }

    /// The number of the newest entry there ever was; 0 before the first.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.weight = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(ring: &Ring<char>, after: u64) -> Vec<u64> {
        ring.after(after).map(|(seq, _)| seq).collect()
    }

    #[test]
    fn the_oldest_entries_go_when_there_are_too_many() {
        let mut ring = Ring::new(2, 100);
        "abc".chars().for_each(|entry| ring.push(entry, 1));
        assert_eq!(numbers(&ring, 0), [2, 3]);
        assert_eq!(numbers(&ring, 2), [3]);
    }

    #[test]
    fn the_oldest_entries_go_when_they_weigh_too_much_but_the_newest_stays() {
        let mut ring = Ring::new(10, 5);
        ring.push('a', 4);
        ring.push('b', 4);
        assert_eq!(numbers(&ring, 0), [2]);
        ring.push('c', 40);
        assert_eq!(numbers(&ring, 0), [3]);
    }

    #[test]
    fn numbers_go_on_after_clearing() {
        let mut ring = Ring::new(10, 10);
        ring.push('a', 1);
        ring.clear();
        ring.push('b', 1);
        assert_eq!(numbers(&ring, 0), [2]);
        assert_eq!(ring.last(), 2);
    }
}
