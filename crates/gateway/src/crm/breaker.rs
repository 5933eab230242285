//! A circuit breaker: a CRM that fails again and again is left alone for a while.
//!
//! ```text
//!           5 failures in a row            10 s
//!  closed ─────────────────────► open ────────────► one may try ──succeeds──► closed
//!                                  ▲                      │
//!                                  └───────fails──────────┘
//! ```

use std::time::{Duration, Instant};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open. Whoever tries after that has as long before another may.
const REST: Duration = Duration::from_secs(10);

/// The breaker. Time is an argument.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Lets a request through, or says how long the CRM is left alone.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(until) = self.open_until else { return Ok(()) };
        if now < until {
            return Err(until - now);
        }
        // This one may try; the others wait for what comes of it.
        self.open_until = Some(now + REST);
        Ok(())
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.open_until = Some(now + REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_in_a_row_open_it_and_one_success_after_the_rest_closes_it() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..4 {
            breaker.failed(start);
        }
        breaker.succeeded();
        for _ in 0..4 {
            breaker.failed(start);
        }
        assert_eq!(breaker.admit(start), Ok(()));
        breaker.failed(start);
        assert_eq!(breaker.admit(start + REST / 2), Err(REST / 2));
        assert_eq!(breaker.admit(start + REST), Ok(()), "one may try");
        assert_eq!(breaker.admit(start + REST), Err(REST), "and no other");
        breaker.succeeded();
        assert_eq!(breaker.admit(start + REST), Ok(()));
    }

    #[test]
    fn a_try_that_fails_opens_it_again_and_one_that_never_ends_does_not_hold_it() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES {
            breaker.failed(start);
        }
        assert_eq!(breaker.admit(start + REST), Ok(()));
        breaker.failed(start + REST);
        assert!(breaker.admit(start + REST).is_err());
        assert_eq!(breaker.admit(start + 2 * REST), Ok(()));
        assert_eq!(breaker.admit(start + 3 * REST), Ok(()));
    }
}
