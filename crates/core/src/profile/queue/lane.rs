//! One guest's way to the server: one patch at a time, and when the next may go.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::retry::{Jitter, Policy};
use crate::{Millis, Now};

/// So often a worker tries by itself in one life; then the entry waits for somebody to ask.
const MAX_ATTEMPTS: u32 = 5;
/// An outage younger than this is met more often while a page is there.
const YOUNG: Millis = 30_000;
/// The delay then.
const WITH_PAGE: Policy = Policy { base: 1_000, cap: 4_000, jitter: Jitter::Full };
/// Nobody's asking makes the next try come sooner after the last one than this.
const LEAST: Millis = 1_000;
/// Nor sooner than this after there was no session: it may be about to be found again.
const LEAST_UNFOUND: Millis = 5_000;
/// Nor than this after it was not there once more, or has been ended.
const LEAST_STRANDED: Millis = 30_000;

/// A patch on its way.
#[derive(Debug)]
pub(in crate::profile) struct Flight {
    /// Which slot.
    pub(in crate::profile) slot: u32,
    pub(in crate::profile) send: u32,
    /// Of the capability.
    pub(in crate::profile) generation: u64,
    /// It is given up at that time (monotonic).
    pub(in crate::profile) until: Millis,
}

/// One guest's way to the server.
#[derive(Debug)]
pub(in crate::profile) struct Lane {
    pub(in crate::profile) guest: String,
    pub(in crate::profile) flight: Option<Flight>,
    /// When to try next (monotonic); `None`: when somebody asks.
    pub(in crate::profile) next_try: Option<Millis>,
    /// Whether a capability was refused already: the next refusal is final.
    pub(in crate::profile) reauthorized: bool,
    /// Whether the next try does not count, because somebody asked for it.
    asked: bool,
    attempts: u32,
    failed_at: Option<Millis>,
    down_since: Option<Millis>,
    /// There is no session of this guest any more.
    pub(in crate::profile) stranded: bool,
    /// How long nobody's asking counts then.
    stranded_for: Millis,
}

impl Lane {
    pub(in crate::profile) fn new(guest: &str, now: Now) -> Self {
        Self {
            guest: guest.to_owned(),
            flight: None,
            next_try: Some(now.mono),
            reauthorized: false,
            asked: false,
            attempts: 0,
            failed_at: None,
            down_since: None,
            stranded: false,
            stranded_for: 0,
        }
    }

    /// A new form is there: it is tried at once.
    pub(in crate::profile) fn post(&mut self, now: Now) {
        self.next_try = Some(now.mono);
        self.stranded = false;
    }

    /// Somebody asks for another try: soon, and it does not count. A page asks now and then, whatever has happened: that makes a long
    /// outage be met no more often.
    pub(in crate::profile) fn ask(&mut self, now: Now, page: bool) {
        let lasts = page && self.down_since.is_some_and(|since| now.mono.saturating_sub(since) >= YOUNG);
        if lasts && self.next_try.is_some() {
            return;
        }
        let least = match (self.stranded, lasts) {
            (true, _) => self.stranded_for,
            (false, true) => Policy::WORKER.cap,
            (false, false) => LEAST,
        };
        let earliest = self.failed_at.map_or(now.mono, |at| now.mono.max(at.saturating_add(least)));
        self.next_try = Some(self.next_try.map_or(earliest, |at| at.min(earliest)));
        self.asked = true;
    }

    /// A try has ended well.
    pub(in crate::profile) fn succeeded(&mut self, now: Now) {
        (self.attempts, self.failed_at, self.down_since) = (0, None, None);
        (self.reauthorized, self.asked, self.stranded) = (false, false, false);
        self.next_try = Some(now.mono);
    }

    /// A try has failed; `page`: there is one to wait. `least` is what the delay has to be at least.
    pub(in crate::profile) fn failed(&mut self, now: Now, page: bool, least: Millis, random: u64) {
        let since = *self.down_since.get_or_insert(now.mono);
        let tries = self.attempts;
        if !core::mem::take(&mut self.asked) {
            self.attempts += 1;
        }
        self.failed_at = Some(now.mono);
        self.reauthorized = false;
        let policy = if page && now.mono.saturating_sub(since) < YOUNG { WITH_PAGE } else { Policy::WORKER };
        let delay = policy.delay(tries, random).max(least);
        self.next_try = (self.attempts < MAX_ATTEMPTS).then(|| now.mono.saturating_add(delay));
    }

    /// Nothing can be sent for this guest until somebody asks; `surely`: the session has been ended.
    pub(in crate::profile) fn strand(&mut self, now: Now, surely: bool) {
        self.stranded_for = if surely || self.stranded { LEAST_STRANDED } else { LEAST_UNFOUND };
        self.next_try = None;
        self.failed_at = Some(now.mono);
        self.stranded = true;
        self.asked = false;
    }

    pub(in crate::profile) fn is_due(&self, now: Now) -> bool {
        self.flight.is_none() && self.next_try.is_some_and(|at| at <= now.mono)
    }
}
