//! How long to wait before the next try.

use crate::Millis;

/// How much of the computed delay is left to chance, so that many clients do not come back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// Uniform in [m/2, m].
    Equal,
    /// Uniform in [0, m].
    Full,
}

/// A backoff policy: m = `base` · 2ⁿ up to `cap`, with jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The first delay before jitter, in milliseconds; below 2³², which is 49 days.
    pub base: Millis,
    /// The longest delay before jitter, in milliseconds; below 2³².
    pub cap: Millis,
    /// What chance decides.
    pub jitter: Jitter,
}

impl Policy {
    /// A page: never sooner than half of the delay, up to a minute.
    pub const PAGE: Self = Self { base: 1_000, cap: 60_000, jitter: Jitter::Equal };
    /// After an answer that no repeat would change: two and a half to five minutes.
    pub const BLOCKED: Self = Self { base: 300_000, cap: 300_000, jitter: Jitter::Equal };
    /// The service worker: full jitter up to 16 s.
    pub const WORKER: Self = Self { base: 1_000, cap: 16_000, jitter: Jitter::Full };
    /// The gateway and the command line: as the worker.
    pub const SERVER: Self = Self::WORKER;

    /// The delay before try number `attempt` + 1 (0: the first try has just failed), in milliseconds.
    ///
    /// `random` is a uniformly drawn number; the delay is uniform in the declared range.
    #[must_use]
    pub fn delay(&self, attempt: u32, random: u64) -> Millis {
        let m = (self.base << attempt.min(32)).min(self.cap);
        match self.jitter {
            Jitter::Equal => m / 2 + uniform(random, m - m / 2),
            Jitter::Full => uniform(random, m),
        }
    }
}

/// Maps the upper half of a uniform 64-bit number to 0..=`top` without bias worth naming (at most `top` / 2³²).
const fn uniform(random: u64, top: u64) -> u64 {
    ((random >> 32) * (top + 1)) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_delay_stays_in_its_declared_range(attempt in 0u32..200, random in any::<u64>()) {
            let m = 1_000u64.saturating_mul(1u64.checked_shl(attempt).unwrap_or(u64::MAX)).min(60_000);
            let page = Policy::PAGE.delay(attempt, random);
            prop_assert!(page >= m / 2 && page <= m);
            prop_assert!(Policy::WORKER.delay(attempt, random) <= m.min(16_000));
        }
    }

    #[test]
    fn the_ends_of_the_range_are_reached() {
        assert_eq!(Policy::PAGE.delay(0, 0), 500);
        assert_eq!(Policy::PAGE.delay(0, u64::MAX), 1_000);
        assert_eq!(Policy::PAGE.delay(63, u64::MAX), 60_000);
        assert_eq!(Policy::WORKER.delay(3, 0), 0);
        assert_eq!(Policy::WORKER.delay(3, u64::MAX), 8_000);
    }

    /// R8: a Kolmogorov–Smirnov test of 10,000 draws against the uniform distribution, from a fixed seed.
    #[test]
    fn ten_thousand_drawn_delays_are_uniform() {
        let mut random = crate::random::Random::new(20_261_120);
        for (policy, low, high) in [(Policy::PAGE, 30_000f64, 60_000f64), (Policy::WORKER, 0.0, 16_000.0)] {
            let n = 10_000;
            let mut delays: Vec<f64> = (0..n).map(|_| policy.delay(20, random.draw()) as f64).collect();
            delays.sort_by(f64::total_cmp);
            let distance = delays
                .iter()
                .enumerate()
                .map(|(i, d)| {
                    let expected = (d - low) / (high - low);
                    (expected - i as f64 / f64::from(n)).abs().max((expected - (i + 1) as f64 / f64::from(n)).abs())
                })
                .fold(0.0, f64::max);
            // Critical value for p = .01: 1.628 / sqrt(n).
            assert!(distance < 1.628 / f64::from(n).sqrt(), "distance {distance}");
        }
    }
}
