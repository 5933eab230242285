//! What all calls share, and beside it a lane for each call, time being an argument.
//!
//! An answer tells of one window, and does not say whose: it is the call's own where that call has a limit of its own, else that of all
//! calls. An own limit is lower, so the highest that any call was told is taken for that of all:
//! ```text
//!            as much as all          less than all
//!  Unknown ─────────────────► Shared ◄──────────────► Own
//!     └─────────────────────────────────────────────►┘
//! ```
//! Until two calls were told the same, or a 429 has named it, this is a guess: a call that nothing was told may then send one request to
//! find out, although by that guess nothing is left.

use std::time::{Duration, Instant};

use super::call::Call;
use super::sliding::Sliding;
use super::starts::Ask;
use super::told::{Told, Whose};
use super::wait::{By, HeldStart, Wait};
use super::window::{Budget, Leave, Reading};
use crate::RateLimit;

/// For so long it is believed that another call was told the limit of all.
const BELIEVED: Duration = Duration::from_secs(180);

/// What is known of a call's own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Limit {
    #[default]
    Unknown,
    /// It has none: it was told that of all, then for the last time.
    Shared(Instant),
    Own,
}

#[derive(Debug, Default)]
struct Lane {
    budget: Budget,
    limit: Limit,
    configured: Option<Sliding>,
}

/// A request that may leave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaves {
    call: Call,
    all: Leave,
    own: Leave,
}

/// Why a request may not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) wait: Wait,
    /// Whether it is its own lane that holds it, so that others need not wait behind it.
    pub(super) by_own: bool,
}

/// The budget of all, and the lanes.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    all: Budget,
    configured: Option<Sliding>,
    /// A 429 has named what all share.
    named: bool,
    lanes: [Lane; Call::NUMBER],
}

impl Lanes {
    /// Holds all calls together, or one call (`call`), to a limit of the operator's.
    pub(super) fn configure(&mut self, call: Option<Call>, limit: RateLimit) {
        let sliding = Some(Sliding::new(limit));
        match call {
            None => self.configured = sliding,
            Some(call) => self.lanes[call.index()].configured = sliding,
        }
    }

    /// So many share the limits now.
    pub(super) fn share(&mut self, gateways: u64) {
        self.all.share(gateways);
        self.lanes.iter_mut().for_each(|lane| lane.budget.share(gateways));
        let configured = self.lanes.iter_mut().filter_map(|lane| lane.configured.as_mut());
        configured.chain(self.configured.as_mut()).for_each(|sliding| sliding.share(gateways));
    }

    /// Whether a request of this call may leave now.
    pub(super) fn may(&mut self, call: Call, now: Instant) -> Result<(), Held> {
        let finds_out = self.finds_out(call, now);
        let lane = &mut self.lanes[call.index()];
        if let Err(wait) = lane.may(now) {
            return Err(Held { wait, by_own: true });
        }
        let all = if finds_out { Ok(()) } else { self.all.may(now) };
        all.and_then(|()| until(self.configured.as_mut(), now)).map_err(|wait| Held { wait, by_own: false })
    }

    /// As [`Self::may`], for a session that is being started.
    pub(super) fn may_start(&mut self, call: Call, ask: &Ask, now: Instant) -> Result<(), HeldStart> {
        let finds_out = self.finds_out(call, now);
        self.may(call, now).map_err(|held| HeldStart { wait: held.wait, by: By::Limit })?;
        if !finds_out {
            self.all.may_start(ask, now)?;
        }
        self.configured.as_mut().map_or(Ok(()), |sliding| sliding.may_start(ask, now))?;
        let (lane, ask) = (&mut self.lanes[call.index()], ask.of_one_call());
        if lane.limit == Limit::Own {
            lane.budget.may_start(&ask, now)?;
        }
        lane.configured.as_mut().map_or(Ok(()), |sliding| sliding.may_start(&ask, now))
    }

    /// Whether calls like this have a limit, as far as is known.
    pub(super) fn is_limited(&self, call: Call) -> bool {
        let lane = &self.lanes[call.index()];
        self.all.allowed().is_some() || self.configured.is_some() || lane.configured.is_some() || lane.limit == Limit::Own
    }

    /// Which window of all this is, where any is told of, and the longest stretch of the operator's limits for all calls and those of a session's start.
    pub(super) fn window(&mut self, now: Instant) -> (Option<u64>, Option<Duration>) {
        let of_starts = ["G1", "G2"].map(|call| self.lanes[Call::named(call).index()].configured.as_ref());
        let stretches = of_starts.into_iter().chain([self.configured.as_ref()]).flatten().map(Sliding::stretch);
        let longest = stretches.max();
        (self.all.allowed().map(|_| self.all.window(now)), longest)
    }

    /// A request leaves.
    pub(super) fn take(&mut self, call: Call, now: Instant) -> Leaves {
        let lane = &mut self.lanes[call.index()];
        lane.configured.iter_mut().chain(&mut self.configured).for_each(|sliding| sliding.take(now));
        Leaves { call, all: self.all.take(), own: lane.budget.take() }
    }

    /// A request that left was answered.
    pub(super) fn answered(&mut self, leaves: Leaves, told: Told, now: Instant) {
        let Told { reading, refused, .. } = told;
        let whose = match (told.whose, reading) {
            (Some(whose), _) => whose,
            (None, Some(reading)) => self.whose(leaves.call, reading, refused, now),
            (None, None) => Whose::All,
        };
        let lane = &mut self.lanes[leaves.call.index()];
        let until = told.wait.map(|wait| now + wait);
        match whose {
            Whose::Own => {
                lane.limit = Limit::Own;
                lane.budget.answered(leaves.own, reading, refused, now);
                self.all.counted(leaves.all, now);
                until.into_iter().for_each(|until| lane.budget.close(until));
            }
            Whose::All => {
                self.told_of_all(leaves.all, told, now);
                self.lanes[leaves.call.index()].told_of_all(leaves.own, told, now);
                until.into_iter().for_each(|until| self.all.close(until));
            }
        }
    }

    fn told_of_all(&mut self, leave: Leave, told: Told, now: Instant) {
        let known = self.all.allowed();
        match told.reading {
            Some(reading) if known.is_some_and(|known| known < reading.allowed) => {
                self.lanes.iter_mut().for_each(Lane::keep_own);
                self.all.learn(reading, now);
            }
            Some(reading) if told.whose.is_some() && known != Some(reading.allowed) => self.all.learn(reading, now),
            reading => self.all.answered(leave, reading, told.refused, now),
        }
        self.named |= told.whose.is_some();
    }

    /// A request that left has no answer.
    pub(super) fn lost(&mut self, leaves: Leaves) {
        self.all.lost();
        self.lanes[leaves.call.index()].budget.lost();
    }

    /// When the turn of one comes who has so many before them in all, and so many of the same call, where that is known.
    pub(super) fn turn_after(&self, call: Call, ahead: u64, of_call: u64, now: Instant) -> Option<Instant> {
        let lane = &self.lanes[call.index()];
        let own = (lane.limit == Limit::Own).then(|| lane.budget.turn_after(of_call, now)).flatten();
        let configured = self.configured.as_ref().map(|sliding| sliding.turn_after(ahead, now));
        let of_lane = lane.configured.as_ref().map(|sliding| sliding.turn_after(of_call, now));
        [self.all.turn_after(ahead, now), own, configured, of_lane].into_iter().flatten().max()
    }

    /// What the window of all has seen and what it allows, where that is known.
    pub(super) fn seen(&self) -> Option<(u64, u64)> {
        self.all.seen()
    }

    /// The same of each call that has a limit of its own, told or configured: whichever leaves less.
    pub(super) fn seen_by_call(&self, now: Instant) -> Vec<(&'static str, u64, u64)> {
        let seen = |call: Call| {
            let lane = &self.lanes[call.index()];
            let told = (lane.limit == Limit::Own).then(|| lane.budget.seen()).flatten();
            let configured = lane.configured.as_ref().map(|sliding| sliding.seen(now));
            let (used, allowed) =
                told.into_iter().chain(configured).min_by_key(|(used, allowed)| allowed.saturating_sub(*used))?;
            Some((call.name(), used, allowed))
        };
        Call::all().filter_map(seen).collect()
    }

    /// Whose window an answer tells of that does not say it.
    fn whose(&self, call: Call, reading: Reading, refused: bool, now: Instant) -> Whose {
        if self.all.allowed().is_none_or(|all| reading.allowed >= all) {
            return Whose::All;
        }
        match self.lanes[call.index()].limit {
            // All may be allowed less from now on, unless another call says otherwise.
            Limit::Shared(_) if !refused && !self.is_told_to_others(call, now) => Whose::All,
            Limit::Shared(_) | Limit::Unknown | Limit::Own => Whose::Own,
        }
    }

    fn is_told_to_others(&self, call: Call, now: Instant) -> bool {
        let told =
            |(n, lane): (usize, &Lane)| n != call.index() && matches!(lane.limit, Limit::Shared(at) if now < at + BELIEVED);
        self.lanes.iter().enumerate().any(told)
    }

    /// Whether a call that nothing was told may send a request because what is known may be the limit of another call alone.
    fn finds_out(&self, call: Call, now: Instant) -> bool {
        let lane = &self.lanes[call.index()];
        let guessed = || self.lanes.iter().filter(|lane| matches!(lane.limit, Limit::Shared(_))).count() == 1;
        lane.limit == Limit::Unknown
            && lane.budget.is_idle()
            && !self.named
            && self.all.allowed().is_some()
            && self.all.closed_until(now).is_none()
            && guessed()
    }
}

impl Lane {
    fn may(&mut self, now: Instant) -> Result<(), Wait> {
        let told = match (self.limit, self.budget.closed_until(now)) {
            (_, Some(until)) => Err(Wait { until: Some(until) }),
            (Limit::Shared(_), None) => Ok(()),
            (Limit::Unknown | Limit::Own, None) => self.budget.may(now),
        };
        told.and_then(|()| until(self.configured.as_mut(), now))
    }

    /// An answer told of what all share. Should that turn out to be this call's own, it is known here too.
    fn told_of_all(&mut self, leave: Leave, told: Told, now: Instant) {
        let names_another = told.refused && told.whose.is_some();
        if names_another || (told.reading.is_none() && matches!(self.limit, Limit::Shared(_))) {
            return self.budget.uncounted();
        }
        self.budget.answered(leave, told.reading, told.refused, now);
        if told.reading.is_some() && !told.refused {
            self.limit = Limit::Shared(now);
        }
    }

    /// What it was told turns out to be its own.
    fn keep_own(&mut self) {
        if matches!(self.limit, Limit::Shared(_)) {
            self.limit = Limit::Own;
        }
    }
}

fn until(sliding: Option<&mut Sliding>, now: Instant) -> Result<(), Wait> {
    sliding.map_or(Ok(()), |sliding| sliding.may(now)).map_err(|until| Wait { until: Some(until) })
}
