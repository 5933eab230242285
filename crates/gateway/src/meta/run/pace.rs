//! How many batches are under way at once, and how many records they have: more and larger ones while answers come quickly, fewer when
//! the server refuses, smaller ones when it is slow. While the rate budget is what holds the run up, they grow too.

use std::time::Duration;

use guestsync_genesys::Effort;

use super::batch::{LARGEST_BATCH, USUAL_BATCH};

/// An answer that takes longer makes batches smaller.
const SLOW: Duration = Duration::from_secs(3);
/// An answer that takes less lets them grow again.
const QUICK: Duration = Duration::from_secs(1);
/// A wait for the budget that makes them larger.
const HELD_UP: Duration = Duration::from_millis(500);
const SMALLEST: usize = 25;

/// The pace of a run.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// The most batches at once.
    most: f64,
    at_once: f64,
    size: usize,
    /// The operator's own size: it is kept.
    fixed: bool,
    /// Answers to requests that left before the last slowing down say nothing new.
    settled_after: u64,
    answers: u64,
}

impl Pace {
    pub(super) fn new(most: usize, size: Option<usize>) -> Self {
        let most = most.max(1) as f64;
        let usual = size.unwrap_or(USUAL_BATCH).clamp(1, LARGEST_BATCH);
        Self { most, at_once: most.min(4.0), size: usual, fixed: size.is_some(), settled_after: 0, answers: 0 }
    }

    /// Batches at once.
    pub(super) fn at_once(&self) -> usize {
        self.at_once as usize
    }

    /// Records in the next batch.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// A batch was answered.
    pub(super) fn answered(&mut self, effort: &Effort) {
        self.answers += 1;
        let troubled = effort.repeats > 0 || effort.latency > SLOW;
        if troubled && self.answers > self.settled_after {
            self.settled_after = self.answers + self.at_once as u64;
            self.at_once = (self.at_once / 2.0).max(1.0);
        } else if !troubled {
            self.at_once = (self.at_once + 1.0 / self.at_once).min(self.most);
        }
        if self.fixed {
            return;
        }
        if effort.latency > SLOW {
            self.size = (self.size / 2).max(SMALLEST);
        } else if effort.latency < QUICK || effort.waited > HELD_UP {
            self.size = (self.size + self.size / 4 + 1).min(LARGEST_BATCH);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICKLY: Effort =
        Effort { repeats: 0, before: Duration::ZERO, waited: Duration::ZERO, latency: Duration::from_millis(20) };

    fn after(mut pace: Pace, answers: usize, effort: Effort) -> Pace {
        (0..answers).for_each(|_| pace.answered(&effort));
        pace
    }

    #[test]
    fn quick_answers_let_it_grow_and_trouble_halves_it_once_for_all_that_were_under_way() {
        let pace = after(Pace::new(8, None), 100, QUICKLY);
        assert_eq!((pace.at_once(), pace.size()), (8, LARGEST_BATCH));
        let refused = Effort { repeats: 1, ..QUICKLY };
        assert_eq!(after(pace.clone(), 5, refused).at_once(), 4);
        assert_eq!(after(pace, 1_000, refused).at_once(), 1);
    }

    #[test]
    fn batches_shrink_for_a_slow_server_and_grow_where_requests_are_scarce() {
        let slow = after(Pace::new(8, None), 50, Effort { latency: Duration::from_secs(5), ..QUICKLY });
        assert_eq!((slow.at_once(), slow.size()), (1, SMALLEST));
        assert_eq!(after(slow, 100, QUICKLY).size(), LARGEST_BATCH);
        let scarce = Effort { waited: Duration::from_secs(30), latency: Duration::from_secs(2), ..QUICKLY };
        assert_eq!(after(Pace::new(8, None), 50, scarce).size(), LARGEST_BATCH);
        assert_eq!(after(Pace::new(8, None), 50, Effort { waited: Duration::ZERO, ..scarce }).size(), USUAL_BATCH);
        assert_eq!(after(Pace::new(8, Some(7)), 50, Effort { waited: Duration::from_secs(30), ..QUICKLY }).size(), 7);
    }
}
