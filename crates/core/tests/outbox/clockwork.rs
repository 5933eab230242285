//! Virtual time, and what is due when.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BinaryHeap;

use guestsync_core::Now;

/// A queue of things by time, in order of arrival where the time is the same.
pub struct Clockwork<T> {
    now: u64,
    wall_offset: i64,
    order: u64,
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    things: BTreeMap<u64, T>,
}

/// 2026-11-20, as good as any day.
const START: i64 = 1_795_132_800_000;

impl<T> Clockwork<T> {
    pub fn new() -> Self {
        Self { now: 0, wall_offset: START, order: 0, heap: BinaryHeap::new(), things: BTreeMap::new() }
    }

    pub fn mono(&self) -> u64 {
        self.now
    }

    pub fn now(&self) -> Now {
        Now::new((self.now as i64 + self.wall_offset) as u64, self.now)
    }

    /// The user, or the network, sets the wall clock.
    pub fn jump(&mut self, by: i64) {
        self.wall_offset += by;
    }

    pub fn at(&mut self, at: u64, thing: T) {
        self.order += 1;
        self.heap.push(Reverse((at.max(self.now), self.order)));
        self.things.insert(self.order, thing);
    }

    /// The next thing not later than `until`; time moves on to it, or to `until`.
    pub fn next(&mut self, until: u64) -> Option<T> {
        while let Some(Reverse((at, order))) = self.heap.peek().copied() {
            if at > until {
                break;
            }
            self.heap.pop();
            self.now = self.now.max(at);
            if let Some(thing) = self.things.remove(&order) {
                return Some(thing);
            }
        }
        self.now = self.now.max(until);
        None
    }
}
