//! The rules of the budget, time being an argument.
//!
//! The server counts in windows: each answer tells how many requests the window has seen (`inin-ratelimit-count`), how many it
//! allows (`-allowed`) and in how many seconds, rounded up, it ends (`-reset`). Whichever gateway sent them, they are in the count.
//! ```text
//!              first answer             its end has come
//!  unknown ──────────────────► known ────────────────────► unknown, allowing as much as before
//! ```
//! While a window is unknown, a few requests find out; requests under way count as spent.

use std::time::{Duration, Instant};

/// Requests that may be under way in an unknown window.
const SCOUTS: u64 = 8;

/// What an answer says of the window that its request was counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) count: u64,
    pub(crate) allowed: u64,
    /// Until the window ends, at most.
    pub(crate) reset: Duration,
}

/// A request that may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leave {
    window: u64,
    /// The count known when it left: its own is higher, unless another window has begun.
    count: u64,
}

/// Why a request may not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// When it may, unless an answer comes before; without it only an answer decides.
    pub(crate) until: Option<Instant>,
}

/// The budget.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// Which window this is.
    window: u64,
    /// When it ends at the latest; without it, it is unknown.
    ends: Option<Instant>,
    allowed: Option<u64>,
    count: u64,
    under_way: u64,
    /// An answer came that said nothing of a window.
    silent: bool,
    /// What `Retry-After` asked for.
    closed_until: Option<Instant>,
}

impl Budget {
    /// Lets a request leave, or says what it has to wait for.
    pub(crate) fn ask(&mut self, now: Instant) -> Result<Leave, Wait> {
        if let Some(until) = self.closed_until.filter(|until| now < *until) {
            return Err(Wait { until: Some(until) });
        }
        if self.ends.is_some_and(|ends| ends <= now) {
            self.turn(None, 0);
        }
        let allowed = match (self.ends, self.allowed) {
            (Some(_), Some(allowed)) => allowed,
            (None, Some(allowed)) => allowed.min(SCOUTS),
            // Whoever says nothing of windows has none to keep.
            (_, None) if self.silent => u64::MAX,
            (_, None) => SCOUTS,
        };
        if self.count.saturating_add(self.under_way) >= allowed {
            return Err(Wait { until: self.ends });
        }
        self.under_way += 1;
        Ok(Leave { window: self.window, count: self.count })
    }

    /// When the budget opens next, where that is known.
    pub(crate) fn opens(&self, now: Instant) -> Option<Instant> {
        self.closed_until.filter(|until| now < *until).or(self.ends.filter(|ends| now < *ends))
    }

    /// A request that left came back with an answer, read at `now`; `refused` where the server did not take it for its number.
    pub(crate) fn answered(&mut self, leave: Leave, reading: Option<Reading>, refused: bool, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(reading) = reading else {
            self.silent = true;
            return self.spend();
        };
        // What is learned late of a window that is over says nothing of this one, but it may have been counted here.
        if leave.window != self.window {
            return self.spend();
        }
        let ends = now + reading.reset;
        self.allowed = Some(reading.allowed);
        if !refused && reading.count < leave.count {
            return self.turn(Some(ends), reading.count);
        }
        self.count = self.count.max(reading.count);
        self.ends = Some(self.ends.map_or(ends, |known| known.min(ends)));
    }

    /// A request that left has no answer: it may have been counted.
    pub(crate) fn lost(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        self.spend();
    }

    /// Nothing leaves before this moment.
    pub(crate) fn close(&mut self, until: Instant) {
        self.closed_until = Some(self.closed_until.map_or(until, |known| known.max(until)));
    }

    /// What the window has seen and what it allows, where that is known.
    pub(crate) fn seen(&self) -> Option<(u64, u64)> {
        Some((self.count, self.allowed?))
    }

    fn turn(&mut self, ends: Option<Instant>, count: u64) {
        self.window += 1;
        (self.ends, self.count) = (ends, count);
    }

    /// Counts a request whose number nobody told. In an unknown window the first answer that tells will do it.
    fn spend(&mut self) {
        if self.ends.is_some() {
            self.count = self.count.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(count: u64) -> Option<Reading> {
        Some(Reading { count, allowed: 10, reset: Duration::from_secs(2) })
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_few_find_out_and_then_as_many_leave_as_the_window_allows() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let scouts: Vec<Leave> = (0..8).map(|_| budget.ask(start).unwrap()).collect();
        assert_eq!(budget.ask(start), Err(Wait { until: None }), "nobody knows yet");
        budget.answered(scouts[0], reading(3), false, start);
        assert_eq!(budget.ask(start), Err(Wait { until: Some(start + seconds(2)) }), "3 counted and 7 under way");
        for (n, leave) in scouts[1..].iter().enumerate() {
            budget.answered(*leave, reading(n as u64 + 2), false, start);
        }
        assert!(budget.ask(start).is_ok() && budget.ask(start).is_ok() && budget.ask(start).is_err());
    }

    #[test]
    fn the_end_of_a_window_is_the_earliest_that_was_told_and_opens_another() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let (a, b) = (budget.ask(start).unwrap(), budget.ask(start).unwrap());
        budget.answered(a, reading(9), false, start);
        budget.answered(b, reading(10), false, start + seconds(1));
        assert_eq!(budget.ask(start + seconds(1)), Err(Wait { until: Some(start + seconds(2)) }));
        let next = budget.ask(start + seconds(2)).unwrap();
        for _ in 0..7 {
            budget.ask(start + seconds(2)).unwrap();
        }
        assert_eq!(budget.ask(start + seconds(2)), Err(Wait { until: None }));
        budget.answered(next, reading(1), false, start + seconds(2));
        assert!(budget.ask(start + seconds(2)).is_ok());
    }

    #[test]
    fn a_lower_number_means_that_another_window_has_begun() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let first = budget.ask(start).unwrap();
        budget.answered(first, reading(9), false, start);
        let last = budget.ask(start + seconds(1)).unwrap();
        budget.answered(last, reading(1), false, start + seconds(1));
        for _ in 0..9 {
            budget.ask(start + seconds(1)).unwrap();
        }
        assert_eq!(budget.ask(start + seconds(1)), Err(Wait { until: Some(start + seconds(3)) }));
    }

    #[test]
    fn what_is_learned_late_of_a_window_that_is_over_does_not_end_this_one() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let (first, late) = (budget.ask(start).unwrap(), budget.ask(start).unwrap());
        budget.answered(first, reading(10), false, start);
        let next = budget.ask(start + seconds(2)).unwrap();
        budget.answered(next, reading(1), false, start + seconds(2));
        budget.answered(late, Some(Reading { reset: seconds(1), ..reading(10).unwrap() }), false, start + seconds(2));
        let leaves = (0..10).take_while(|_| budget.ask(start + seconds(3)).is_ok()).count();
        assert_eq!(leaves, 8, "1 was counted, and the late one may have been");
        assert_eq!(budget.ask(start + seconds(3)), Err(Wait { until: Some(start + seconds(4)) }));
    }

    #[test]
    fn a_lost_answer_counts_and_a_refused_one_tells_no_new_window() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let first = budget.ask(start).unwrap();
        budget.answered(first, reading(8), false, start);
        budget.ask(start).unwrap();
        let refused = budget.ask(start).unwrap();
        budget.lost();
        budget.answered(refused, reading(5), true, start);
        assert!(budget.ask(start).is_ok() && budget.ask(start).is_err());
    }

    #[test]
    fn a_server_without_windows_holds_nobody_up() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let first = budget.ask(start).unwrap();
        budget.answered(first, None, false, start);
        assert!((0..1_000).all(|_| budget.ask(start).is_ok()));
    }

    #[test]
    fn nothing_leaves_before_the_moment_that_the_server_named() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        budget.close(start + seconds(7));
        budget.close(start + seconds(3));
        assert_eq!(budget.ask(start + seconds(6)), Err(Wait { until: Some(start + seconds(7)) }));
        assert!(budget.ask(start + seconds(7)).is_ok());
    }
}
