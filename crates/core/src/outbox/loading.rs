//! Reading the journal: what other tabs, the worker and earlier page views left there.

use alloc::vec::Vec;

use super::hooks;
use super::input::Hint;
use super::logout::ENDED;
use super::output::{Event, Outcome, Output};
use super::sending::{Sender, Step};
use super::storing::Job;
use super::{Guest, Outbox, Withdrawal, Withdrawn};
use crate::Millis;
use crate::clock::Clock;
use crate::consent::Ledger;
use crate::journal::{Row, Table, Write};
use crate::retry::retry_after::CEILING;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::text::{cut, decimal};

/// How much longer than the updates themselves their watermarks are kept.
const WATERMARK_MARGIN: Millis = 24 * 60 * 60 * 1_000;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// What localStorage mirrors: decisions and state, perhaps not all of them.
    Mirror,
    /// The journal.
    Journal,
    /// The journal, by this load, which was asked for under the lock.
    Locked(u32),
}

impl Outbox {
    /// Takes in what localStorage mirrors, without removing anything. A version without the watermarks that belong to it would let
    /// an older value pass for a newer one, so it is not learnt from here.
    pub(super) fn look(&mut self, rows: Vec<Row>) {
        let mut known = Vec::new();
        for row in rows {
            if row.table != Table::State || !row.key.ends_with("/version") {
                known.push(row);
            }
        }
        self.reconcile(&known, Look::Mirror);
    }

    pub(super) fn loaded(&mut self, load: u32, rows: Vec<Row>) {
        if !self.was_asked(load) {
            return;
        }
        if !self.is_loading(load) {
            self.reconcile(&rows, Look::Journal);
            return self.want_flush_now();
        }
        let writes = self.reconcile(&rows, Look::Locked(load));
        self.sweep(load, writes);
        if !core::mem::replace(&mut self.pruned, true) {
            self.put(Output::Prune { before: Clock::start_of(self.forgotten()).to_text() });
        }
        self.go_on();
    }

    /// What is older is of no use to anybody (wall clock).
    fn forgotten(&self) -> Millis {
        self.now.wall.saturating_sub(self.options.ttl.saturating_add(WATERMARK_MARGIN))
    }

    fn was_asked(&mut self, load: u32) -> bool {
        let at = self.loads.iter().position(|of| *of == load);
        at.map(|at| self.loads.swap_remove(at)).is_some()
    }

    pub(super) fn load_failed(&mut self, load: u32) {
        if !self.was_asked(load) {
            return;
        }
        self.caught_up = true;
        if core::mem::replace(&mut self.storage_works, false) {
            self.event(Event::Storage { reason: "failed" });
        }
        if self.is_loading(load) {
            // What nobody can read is not tidied up: it is found again when it can be.
            self.untidy = false;
            self.sweep(load, Vec::new());
            self.go_on();
        }
    }

    /// Another tab says that something changed. A withdrawal is believed until the journal has been read.
    pub(super) fn changed(&mut self, hint: Hint) {
        match hint {
            Hint::Consent | Hint::State => {
                self.load();
            }
            // With a clock that was set back, only who has heard of what others set can set something newer. The flush that follows
            // reads the journal; a tab with nothing to send needs to know only for its own counts.
            Hint::Records(at) => {
                self.ticker.observe(at);
                self.want_flush();
            }
        }
    }

    fn is_loading(&self, load: u32) -> bool {
        matches!(self.sender, Sender::Holding { step: Step::Loading(of) | Step::Comparing(of), .. } if of == load)
    }

    fn go_on(&mut self) {
        match self.sender {
            Sender::Holding { step: Step::Comparing(_), .. } => self.rebase(),
            _ => self.proceed(),
        }
    }

    /// Removes what is dead. What was withdrawn before this look at the journal is gone from it, and nobody is about to send it.
    fn sweep(&mut self, load: u32, writes: Vec<Write>) {
        let mut calls = Vec::new();
        for withdrawal in core::mem::take(&mut self.withdrawals) {
            if withdrawal.stored_at >= load {
                self.withdrawals.push(withdrawal);
            } else if !withdrawal.again && !self.is_last_word(&withdrawal) {
                // A decision that this tab had not heard of has the later clock, because the wall clock was set back: it was made
                // before this withdrawal all the same.
                let again = Withdrawal { again: true, ..withdrawal };
                match again.of {
                    Withdrawn::Session(_) => self.end(again),
                    _ => self.raise_epoch(again),
                }
            } else {
                calls.push((withdrawal.call, if withdrawal.kept { Outcome::Done } else { Outcome::Unkept }));
            }
        }
        if writes.is_empty() {
            self.settle_all(calls);
        } else {
            self.store(Job::Aside(calls), writes);
        }
    }

    fn is_last_word(&self, withdrawal: &Withdrawal) -> bool {
        match &withdrawal.of {
            Withdrawn::Purpose(purpose) => !self.consent.is_granted(purpose) && self.consent.epoch(purpose) == withdrawal.at,
            // One that was ahead of the wall clock knew of what else is.
            Withdrawn::Session(_) => withdrawal.at.wall() > self.now.wall || !self.is_set_back(),
            Withdrawn::Overtaken => true,
        }
    }

    /// Brings memory in line with the journal. With the lock held it also gives the removal of what is dead there.
    fn reconcile(&mut self, rows: &[Row], look: Look) -> Vec<Write> {
        let locked = if let Look::Locked(load) = look { Some(load) } else { None };
        let mut writes = Vec::new();
        let (mut records, mut stored) = (Vec::new(), Sorted::default());
        let mut there = Vec::new();
        let mut decisions = Ledger::default();
        let prefix = self.row_key("");
        // Whatever waits was granted, and a grant leaves a row: without any, somebody cleared the site's storage.
        let cleared = !rows.iter().any(|row| row.table == Table::Consent);
        // First of all: what else is there of the session may be the next one's, or, in a look from before the end that is being stored,
        // the last one's.
        let ending = self.is_ending();
        let (ended, session) = (self.row_key(ENDED), self.row_key("session"));
        for row in rows.iter().filter(|row| row.table == Table::State && row.key == ended) {
            if let Some(at) = Clock::from_text(&row.value) {
                self.end_session(at);
            }
        }
        for row in rows.iter().filter(|row| row.table == Table::State && row.key == session) {
            self.learn_session(&row.value);
        }
        for row in rows {
            match (row.table, row.key.strip_prefix(&*prefix)) {
                (Table::Consent, _) => {
                    decisions.learn(row);
                    if let Some(at) = self.consent.hear(row) {
                        self.ticker.observe(at);
                    }
                }
                (Table::State, Some(name)) => match hooks::id(name) {
                    Some(id) => there.push((id.into(), &*row.value)),
                    None if ending => {}
                    None => self.learn_state(name, &row.value),
                },
                (Table::Delivered, Some(key)) => {
                    if let Some(at) = Clock::from_text(&row.value) {
                        let old = at.wall() < self.forgotten();
                        if (old || at <= self.ended) && locked.is_some() {
                            writes.push(Write::remove(Table::Delivered, row.key.clone()));
                        } else if at > self.ended {
                            self.learn_delivered(&key.into(), at);
                        }
                    }
                }
                (Table::Records | Table::Beside, Some(newest)) => {
                    self.ticker.observe(Clock::from_text(newest).unwrap_or_default());
                    stored.insert(row.key.clone(), ());
                    records.push(row);
                }
                _ => {}
            }
        }
        if look != Look::Mirror {
            self.catch_up();
            self.state_consent(&decisions);
            self.heed_signal();
        }
        self.drop_delivered_elsewhere();
        self.drop_withdrawn();
        if locked.is_some() {
            self.forget_hooks(&there);
        }
        for (id, value) in &there {
            self.take_hook(id, value, &mut writes);
        }
        let mut expired = Vec::new();
        for row in records {
            if self.take_record(row, &mut expired) {
                // Removed under the lock only, because its sender may be another tab.
                self.untidy = true;
                writes.push(Write::remove(Table::Records, row.key.clone()));
            }
        }
        if let Some(load) = locked {
            self.untidy = false;
            self.miss(load, &stored, cleared);
            self.expire(expired);
            self.consent.ahead_of(&decisions, &mut writes);
            self.removals(&mut writes);
        }
        self.release_held();
        writes
    }

    fn learn_session(&mut self, row: &SharedStr) {
        if let Some((after, session)) = cut(row, b' ')
            && let Some(after) = Clock::from_text(after)
            && after >= self.ended
            && **row > *self.session_row
            && self.session.is_some()
        {
            self.ticker.observe(after);
            self.session = Some(session.into());
            self.session_row = row.clone();
        }
    }

    fn learn_state(&mut self, name: &str, value: &str) {
        match name {
            // What no header can carry was written by something else.
            "version" if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) => self.version = Some(value.into()),
            // Each pause counts once: with a clock that was set back it would begin anew at every look.
            "pause" if self.pause_seen != value => {
                if let Some((set, until)) = cut(value, b' ')
                    && let (Some(set), Some(until)) = (decimal(set), decimal(until))
                    && until.saturating_sub(set) <= CEILING
                {
                    // A clock that was set back must not make the pause longer than it was meant to be.
                    let from = self.now.wall.max(set);
                    self.pause = self.pause.max(self.now.mono + until.saturating_sub(from).min(CEILING));
                }
                self.pause_seen = value.into();
            }
            "guest" if matches!(self.options.guest, Guest::Session(_)) => match cut(value, b' ') {
                Some((session, guest)) if self.session.as_deref() == Some(session) => self.found_guest(guest.into()),
                // Started for a session that has ended meanwhile.
                Some(_) => {}
                None => self.found_guest(value.into()),
            },
            _ => {}
        }
    }

    pub(super) fn learn_delivered(&mut self, key: &SharedStr, at: Clock) {
        self.ticker.observe(at);
        self.known.insert(key.clone(), ());
        let newest = self.delivered.get(key).map_or(at, |newest| at.max(*newest));
        self.delivered.insert(key.clone(), newest);
    }
}
