//! A limit of the operator's own: at most so many requests in any stretch of so long.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::starts::Ask;
use super::wait::{By, HeldStart, Wait};
use crate::RateLimit;

/// When the requests of the last stretch left.
#[derive(Debug)]
pub(super) struct Sliding {
    limit: RateLimit,
    /// How many of them may leave here, where others share the limit.
    share: usize,
    left: VecDeque<Instant>,
}

impl Sliding {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, share: usize::try_from(limit.requests).unwrap_or(usize::MAX).max(1), left: VecDeque::new() }
    }

    /// So many share the limit now.
    pub(super) fn share(&mut self, gateways: u64) {
        let share = u64::from(self.limit.requests) / gateways.max(1);
        self.share = usize::try_from(share).unwrap_or(usize::MAX).max(1);
    }

    /// Whether a request may leave now, or when.
    pub(super) fn may(&mut self, now: Instant) -> Result<(), Instant> {
        while self.left.front().is_some_and(|left| *left + self.limit.window <= now) {
            self.left.pop_front();
        }
        match self.left.len().checked_sub(self.share) {
            None => Ok(()),
            Some(over) => Err(self.left[over] + self.limit.window),
        }
    }

    /// As [`Self::may`], for a session that is being started: what others need has to be free within the time that they wait.
    pub(super) fn may_start(&mut self, ask: &Ask, now: Instant) -> Result<(), HeldStart> {
        self.may(now).map_err(|until| HeldStart { wait: Wait { until: Some(until) }, by: By::Limit })?;
        let kept = ask.kept_of(self.share as u64);
        let needed = ask.calls.saturating_add(ask.owed);
        let guests_wait = if ask.guests_wait { Duration::ZERO } else { ask.reserve.guests_wait };
        let had = ask.had.filter(|had| *had > 0).map_or(0, |had| had.saturating_add(needed).saturating_add(kept));
        let holds = [
            (By::Limit, needed, Duration::ZERO),
            (By::Guests, kept.saturating_add(needed), guests_wait),
            (By::Address, had, ask.reserve.starts_wait),
        ];
        let held = holds.into_iter().find_map(|(by, room, within)| Some((by, self.opens_for(room, within, now)?)));
        held.map_or(Ok(()), |(by, until)| Err(HeldStart { wait: Wait { until: Some(until) }, by }))
    }

    /// When there will be room for so many within so long; `None` where there is now.
    fn opens_for(&self, room: u64, within: Duration, now: Instant) -> Option<Instant> {
        let most = self.share.saturating_sub(usize::try_from(room).unwrap_or(usize::MAX));
        let last = self.left.get(self.left.len().checked_sub(most + 1)?)?;
        (*last + self.limit.window).checked_sub(within).filter(|opens| now < *opens)
    }

    /// How long a stretch is.
    pub(super) fn stretch(&self) -> Duration {
        self.limit.window
    }

    /// A request leaves.
    pub(super) fn take(&mut self, now: Instant) {
        self.left.push_back(now);
    }

    /// When the turn of one comes who has so many before them.
    pub(super) fn turn_after(&self, ahead: u64, now: Instant) -> Instant {
        let stretches = u32::try_from(ahead / (self.share as u64)).unwrap_or(u32::MAX);
        let opens = self.left.len().checked_sub(self.share).map_or(now, |over| self.left[over] + self.limit.window);
        opens + self.limit.window.saturating_mul(stretches).min(Duration::from_secs(6 * 60 * 60))
    }

    /// How many left in the last stretch, and how many may.
    pub(super) fn seen(&self, now: Instant) -> (u64, u64) {
        let left = self.left.iter().filter(|left| **left + self.limit.window > now).count();
        (left as u64, self.share as u64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    /// When requests leave that arrive after these pauses (in milliseconds), each as soon as it may.
    fn leaves(requests: u32, pauses: impl IntoIterator<Item = u64>) -> Vec<Instant> {
        let mut sliding = Sliding::new(RateLimit { requests, window: WINDOW });
        let mut now = Instant::now();
        let leave = |pause| {
            now += Duration::from_millis(pause);
            while let Err(until) = sliding.may(now) {
                now = until;
            }
            sliding.take(now);
            now
        };
        pauses.into_iter().map(leave).collect()
    }

    /// Whether some stretch holds more than it may: the last of so many leaves less than a stretch after the one that many before.
    fn is_above(leaves: &[Instant], requests: usize) -> bool {
        leaves.iter().zip(&leaves[requests.min(leaves.len())..]).any(|(first, over)| *over - *first < WINDOW)
    }

    #[test]
    fn a_million_arrivals_are_never_above_the_limit_in_any_stretch() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut pause = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Bursts, trickles and silences.
            match state % 100 {
                0 => state % 90_000,
                1..20 => state % 700,
                _ => 0,
            }
        };
        let leaves = leaves(300, (0..1_000_000).map(|_| pause()));
        assert!(!is_above(&leaves, 300));
        assert!(is_above(&leaves, 299), "it is used up");
    }

    proptest! {
        #[test]
        fn no_stretch_holds_more_than_the_limit_whatever_arrives(
            requests in 1u32..40,
            pauses in prop::collection::vec(0u64..20_000, 1..300),
        ) {
            prop_assert!(!is_above(&leaves(requests, pauses), requests as usize));
        }
    }

    #[test]
    fn those_who_share_a_limit_take_their_parts_and_at_least_one_each() {
        let (mut sliding, now) = (Sliding::new(RateLimit { requests: 5, window: WINDOW }), Instant::now());
        sliding.share(2);
        assert_eq!((0..9).take_while(|_| sliding.may(now).map(|()| sliding.take(now)).is_ok()).count(), 2);
        assert_eq!((sliding.may(now), sliding.turn_after(3, now)), (Err(now + WINDOW), now + 2 * WINDOW));
        sliding.share(9);
        assert_eq!(sliding.may(now), Err(now + WINDOW));
        assert_eq!((sliding.may(now + WINDOW), sliding.seen(now + WINDOW)), (Ok(()), (0, 1)));
    }
}
