//! The rules of the budget, time being an argument.
//!
//! The server counts in windows: each answer tells how many requests the window has seen (`inin-ratelimit-count`), how many it
//! allows (`-allowed`) and in how many seconds, rounded up, it ends (`-reset`). Whichever gateway sent them, they are in the count.
//! ```text
//!              first answer             its end has come
//!  unknown ──────────────────► known ────────────────────► unknown, allowing as much as before
//! ```
//! While a window is unknown, a few requests find out; requests under way count as spent, and so do those whose answers told of another
//! window, until a request that left after them has told a number.
//!
//! Several gateways that share a limit cannot see each other's requests under way. Each takes the others to have as many as itself,
//! trusts a count only while it is fresh, and asks for one at a time where a window's end is near.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::starts::Ask;
use super::wait::{By, HeldStart, Wait};

/// Requests that may be under way in an unknown window.
const SCOUTS: u64 = 8;
/// Nobody is told to come later than in so long.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);
/// How long a count is trusted where others send too.
const FRESH: Duration = Duration::from_millis(250);

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
    /// How many had left with it.
    number: u64,
    /// How many of its window had been answered by then: all of them are in its count.
    answered: u64,
}

/// The budget.
#[derive(Debug)]
pub(crate) struct Budget {
    /// How many share the limit, this one included.
    gateways: u64,
    /// When the count was told.
    told_at: Option<Instant>,
    /// Which window this is.
    window: u64,
    /// When it ends at the latest; without it, it is unknown.
    ends: Option<Instant>,
    allowed: Option<u64>,
    /// How long a window is: the longest time to its end that an answer told.
    length: Duration,
    count: u64,
    under_way: u64,
    /// How many have left.
    left: u64,
    /// For each that was answered without its number, how many had left by then: whoever left later sees it in their number.
    untold: VecDeque<u64>,
    /// Requests without an answer, which may have been counted, or may still be.
    lost: u64,
    /// How many of this window are ours, and how many of these were answered.
    ours: u64,
    answered: u64,
    /// How many others sent in this window: at least, and at most, where that is known.
    others: (u64, Option<u64>),
    /// An answer came that said nothing of a window.
    silent: bool,
    /// What a 429 asked for.
    closed_until: Option<Instant>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            gateways: 1,
            told_at: None,
            window: 0,
            ends: None,
            allowed: None,
            length: Duration::ZERO,
            count: 0,
            under_way: 0,
            left: 0,
            untold: VecDeque::new(),
            lost: 0,
            ours: 0,
            answered: 0,
            others: (0, None),
            silent: false,
            closed_until: None,
        }
    }
}

impl Budget {
    /// So many share the limit now.
    pub(crate) fn share(&mut self, gateways: u64) {
        self.gateways = gateways.max(1);
    }

    /// Lets a request leave, or says what it has to wait for.
    #[cfg(test)]
    pub(crate) fn ask(&mut self, now: Instant) -> Result<Leave, Wait> {
        self.may(now).map(|()| self.take())
    }

    /// Whether a request may leave now, or what it has to wait for.
    pub(crate) fn may(&mut self, now: Instant) -> Result<(), Wait> {
        if let Some(until) = self.closed_until(now) {
            return Err(Wait { until: Some(until) });
        }
        self.end_by(now);
        let scouts = if self.gateways > 1 { 1 } else { SCOUTS };
        let allowed = match (self.ends, self.allowed) {
            (Some(_), Some(allowed)) => allowed,
            (None, Some(allowed)) => allowed.min(scouts * self.gateways),
            // Whoever says nothing of windows has none to keep.
            (_, None) if self.silent => u64::MAX,
            (_, None) => scouts * self.gateways,
        };
        if self.spent().saturating_add(self.gateways) > allowed {
            return Err(Wait { until: self.ends });
        }
        if self.under_way > 0 && self.must_listen(now, allowed) {
            return Err(Wait { until: None });
        }
        Ok(())
    }

    /// As [`Self::may`], for a session that is being started.
    pub(super) fn may_start(&mut self, ask: &Ask, now: Instant) -> Result<(), HeldStart> {
        self.may(now).map_err(|wait| HeldStart { wait, by: By::Limit })?;
        let Some(allowed) = self.allowed else { return Ok(()) };
        let held = |by, until| Err(HeldStart { wait: Wait { until }, by });
        let ends_before = |wait| self.ends.map(|ends| ends.checked_sub(wait).unwrap_or(now));
        let kept = ask.kept_of(allowed);
        let needed = |part: u64| ask.calls.saturating_mul(self.gateways).min(part).max(self.gateways);
        let left = allowed.saturating_sub(self.spent().saturating_add(ask.owed.saturating_mul(self.gateways)));
        if left < needed(allowed) {
            return held(By::Limit, self.ends);
        }
        if left < kept.saturating_add(needed(allowed - kept)) {
            let free = ends_before(ask.reserve.guests_wait);
            if ask.guests_wait {
                return held(By::Guests, self.ends);
            }
            if free.is_none_or(|free| now < free) {
                return held(By::Guests, free);
            }
        }
        let had = ask.had.filter(|had| *had > 0).map_or(0, |had| (had + ask.calls).saturating_mul(self.gateways));
        match ends_before(ask.reserve.starts_wait) {
            Some(free) if now < free && had > left.saturating_sub(kept) => held(By::Address, Some(free)),
            _ => Ok(()),
        }
    }

    /// Which window this is.
    pub(super) fn window(&mut self, now: Instant) -> u64 {
        self.end_by(now);
        self.window
    }

    /// A request leaves.
    pub(crate) fn take(&mut self) -> Leave {
        self.under_way += 1;
        self.left += 1;
        self.ours += 1;
        Leave { window: self.window, count: self.count, number: self.left, answered: self.answered }
    }

    /// Whether any request is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.under_way == 0
    }

    /// Until when nothing leaves, whatever the count.
    pub(crate) fn closed_until(&self, now: Instant) -> Option<Instant> {
        self.closed_until.filter(|until| now < *until)
    }

    /// When the budget opens next, where that is known.
    pub(crate) fn opens(&self, now: Instant) -> Option<Instant> {
        self.closed_until(now).or(self.ends.filter(|ends| now < *ends))
    }

    /// When the turn of one comes who has so many before them, where that is known: each window takes as many as it allows.
    pub(crate) fn turn_after(&self, ahead: u64, now: Instant) -> Option<Instant> {
        let windows = ahead.saturating_mul(self.gateways) / self.allowed?.max(1);
        let windows = u32::try_from(windows).unwrap_or(u32::MAX);
        Some(self.opens(now).unwrap_or(now) + self.length.saturating_mul(windows).min(LONGEST_WAIT))
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
        self.length = self.length.max(reading.reset);
        if !refused && reading.count < leave.count {
            self.told_at = Some(now);
            return self.turn(Some(ends), reading.count);
        }
        if !refused {
            self.answered += 1;
            let most = reading.count.saturating_sub(leave.answered + 1);
            let least = self.others.0.max(reading.count.saturating_sub(self.ours));
            self.others = (least, Some(self.others.1.map_or(most, |known| known.min(most))));
        }
        self.count = self.count.max(reading.count);
        while self.untold.front().is_some_and(|left| *left < leave.number) {
            self.untold.pop_front();
        }
        self.told_at = Some(now);
        self.ends = Some(self.ends.map_or(ends, |known| known.min(ends)));
    }

    /// A request that left was answered and counted, and its answer told of another window.
    pub(crate) fn counted(&mut self, leave: Leave, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.answered += u64::from(leave.window == self.window);
        if leave.window == self.window && !self.length.is_zero() {
            // The window that it was counted in has begun, and cannot end later than this.
            self.ends = self.ends.or(Some(now + self.length));
        }
        self.spend();
    }

    /// A request that left was refused before it could be counted.
    pub(crate) fn uncounted(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// A request that left has no answer: it may have been counted.
    pub(crate) fn lost(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        self.lost += u64::from(self.ends.is_some());
    }

    /// What was known was of something else; this is the first that is known.
    pub(crate) fn learn(&mut self, reading: Reading, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.turn(Some(now + reading.reset), reading.count);
        (self.allowed, self.length, self.told_at) = (Some(reading.allowed), reading.reset, Some(now));
    }

    /// Nothing leaves before this moment.
    pub(crate) fn close(&mut self, until: Instant) {
        self.closed_until = Some(self.closed_until.map_or(until, |known| known.max(until)));
    }

    /// What the window has seen and what it allows, where that is known.
    pub(crate) fn seen(&self) -> Option<(u64, u64)> {
        Some((self.spent().saturating_sub(self.under_way.saturating_mul(self.gateways)), self.allowed?))
    }

    /// What the window allows, where that is known.
    pub(crate) fn allowed(&self) -> Option<u64> {
        self.allowed
    }

    /// How many the window has taken, those under way included. Whoever was answered without a number may be in the count, or not: where
    /// nobody else sends, there are no more than left here.
    fn spent(&self) -> u64 {
        let told = self.count.saturating_add(self.under_way.saturating_mul(self.gateways)).saturating_add(self.lost);
        let most = told.saturating_add(self.untold.len() as u64);
        match self.others {
            (least, Some(known)) if self.gateways == 1 => most.min(self.ours.saturating_add(known.max(least))).max(told),
            _ => most,
        }
    }

    /// Whether another request has to wait for an answer, because others may have sent what has not been counted yet.
    fn must_listen(&self, now: Instant, allowed: u64) -> bool {
        let unseen = 2 * SCOUTS;
        self.gateways > 1
            && (self.under_way >= SCOUTS
                || self.told_at.is_none_or(|told| told + FRESH <= now)
                || self.spent().saturating_add(unseen.saturating_mul(self.gateways)) > allowed)
    }

    fn end_by(&mut self, now: Instant) {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.turn(None, 0);
        }
    }

    fn turn(&mut self, ends: Option<Instant>, count: u64) {
        self.window += 1;
        (self.ends, self.count, self.lost) = (ends, count, 0);
        (self.ours, self.answered, self.others) = (self.under_way, 0, (0, None));
        self.untold.clear();
    }

    /// Counts a request whose number nobody told. In an unknown window the first answer that tells will do it.
    fn spend(&mut self) {
        if self.ends.is_some() {
            self.untold.push_back(self.left);
        }
    }
}
