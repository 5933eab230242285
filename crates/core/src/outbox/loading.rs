//! Reading the journal: what other tabs, the worker and earlier page views left there.

use super::input::Hint;
use super::output::{Event, Outcome};
use super::pending::Home;
use super::sending::{Sender, Step};
use super::setting::Job;
use super::{Guest, Outbox};
use crate::clock::Clock;
use crate::journal::record::{Record, Unreadable};
use crate::journal::{Entry, Row, Table, Write};
use crate::retry::retry_after::CEILING;
use crate::sorted::Sorted;
use crate::{Millis, Now};

/// How much longer than the updates themselves their watermarks are kept.
const WATERMARK_MARGIN: Millis = 24 * 60 * 60 * 1_000;

impl Outbox {
    /// Takes in rows without removing anything: at the start, and when another tab hints at a change.
    pub(super) fn look(&mut self, now: Now, rows: Vec<Row>) {
        self.reconcile(now, rows, false);
    }

    pub(super) fn loaded(&mut self, now: Now, load: u32, rows: Vec<Row>) {
        if !self.was_asked(load) {
            return;
        }
        if !self.is_loading(load) {
            self.reconcile(now, rows, false);
            self.state_consent();
            return self.want_flush_now(now);
        }
        let writes = self.reconcile(now, rows, true);
        self.sweep(writes);
        self.proceed(now);
    }

    fn was_asked(&mut self, load: u32) -> bool {
        let at = self.loads.iter().position(|of| *of == load);
        at.map(|at| self.loads.swap_remove(at)).is_some()
    }

    pub(super) fn load_failed(&mut self, now: Now, load: u32) {
        if !self.was_asked(load) {
            return;
        }
        if core::mem::replace(&mut self.storage_works, false) {
            self.event(Event::Storage { reason: "failed" });
        }
        if self.is_loading(load) {
            self.sweep(Vec::new());
            self.proceed(now);
        }
    }

    /// Another tab says that something changed. A withdrawal is believed until the journal has been read.
    pub(super) fn changed(&mut self, now: Now, hint: Hint) {
        match hint {
            Hint::Consent | Hint::Pause => {
                self.load();
            }
            // The flush that follows reads the journal; a tab with nothing to send needs to know only for its own counts.
            Hint::Records if !self.pending.is_empty() => self.want_flush(now),
            Hint::Records => {}
        }
    }

    fn is_loading(&self, load: u32) -> bool {
        matches!(self.sender, Sender::Holding { step: Step::Loading(of), .. } if of == load)
    }

    fn sweep(&mut self, writes: Vec<Write>) {
        let calls = core::mem::take(&mut self.withdrawals);
        if writes.is_empty() {
            calls.into_iter().for_each(|call| self.settle(call, Outcome::Done));
        } else {
            self.store(Job::Aside(calls), writes);
        }
    }

    /// Brings memory in line with the journal. With the lock held it also gives the removal of what is dead there.
    fn reconcile(&mut self, now: Now, rows: Vec<Row>, locked: bool) -> Vec<Write> {
        let mut writes = Vec::new();
        let mut records = Vec::new();
        let prefix = self.row_key("");
        for row in rows {
            match row.table {
                Table::Consent => {
                    if let Some(at) = self.consent.learn(&row) {
                        self.ticker.observe(at);
                    }
                }
                Table::State => {
                    if let Some(name) = row.key.strip_prefix(&prefix) {
                        self.learn_state(now, name, row.value);
                    }
                }
                Table::Delivered => {
                    if let (Some(key), Some(at)) = (row.key.strip_prefix(&prefix), Clock::from_text(&row.value)) {
                        let old = now.wall.saturating_sub(at.wall()) > self.options.ttl.saturating_add(WATERMARK_MARGIN);
                        if old && locked {
                            writes.push(Write::remove(Table::Delivered, row.key));
                        } else {
                            self.learn_delivered(key, at);
                        }
                    }
                }
                Table::Records if row.key.starts_with(&prefix) => records.push(row),
                Table::Records => {}
            }
        }
        self.drop_delivered_elsewhere();
        self.drop_withdrawn(Vec::new());
        let mut stored = Sorted::default();
        for row in &records {
            stored.insert(row.key.clone(), ());
        }
        for row in records {
            if self.take_record(now, &row) && locked {
                writes.push(Write::remove(Table::Records, row.key));
            }
        }
        if locked {
            self.keep_what_storage_lost(&stored);
            self.expire(now);
        }
        writes.extend(self.removals());
        self.release_held();
        writes
    }

    fn learn_state(&mut self, now: Now, name: &str, value: String) {
        match name {
            "version" => self.version = Some(value),
            "pause" => {
                if let Some((set, until)) = value.split_once(' ')
                    && let (Ok(set), Ok(until)) = (set.parse::<Millis>(), until.parse::<Millis>())
                {
                    // A clock that was set back must not make the pause longer than it was meant to be.
                    let from = now.wall.max(set);
                    self.pause = self.pause.max(now.mono + until.saturating_sub(from).min(CEILING));
                }
            }
            "guest" if matches!(self.options.guest, Guest::Session(_)) => self.found_guest(value),
            "session" if matches!(self.options.guest, Guest::Session(_)) => self.session = Some(value),
            _ => {}
        }
    }

    pub(super) fn learn_delivered(&mut self, key: &str, at: Clock) {
        self.ticker.observe(at);
        self.known.insert(key.to_owned(), ());
        let watermark = self.delivered.slot(key);
        *watermark = at.max(*watermark);
    }

    fn drop_delivered_elsewhere(&mut self) {
        let delivered = &self.delivered;
        let dropped = self.pending.drain(|key, waiting| delivered.get(key).is_some_and(|at| *at >= waiting.entry.clock));
        self.accounts.elsewhere += dropped.len() as u64;
    }

    /// Takes the entries of a record that are news; says whether the record is dead.
    fn take_record(&mut self, now: Now, row: &Row) -> bool {
        let entries = match Record::decode(&row.value) {
            Ok(record) => record.entries,
            Err(Unreadable::Later) => return false,
            Err(Unreadable::Damaged) => {
                self.event(Event::Storage { reason: "damaged" });
                return true;
            }
        };
        let mut needed = self.pending.holds(&row.key);
        for (key, entry) in entries {
            self.ticker.observe(entry.clock);
            needed |= self.take_entry(now, &row.key, key, entry);
        }
        !needed
    }

    /// Says whether the record has to stay for the sake of this entry.
    fn take_entry(&mut self, now: Now, record: &str, key: String, entry: Entry) -> bool {
        let delivered = self.delivered.get(&key).is_some_and(|at| *at >= entry.clock);
        let expired = self.is_expired(now, &entry);
        if delivered || expired || !self.consent.allows(&entry.purpose, entry.epoch) {
            return false;
        }
        match self.pending.get(&key) {
            // Its successor is stored: it is dead. Is the successor not stored yet, it must outlive a crash.
            Some(waiting) if waiting.entry.clock > entry.clock => !matches!(waiting.home, Home::Stored(_)),
            Some(waiting) if waiting.entry.clock == entry.clock => true,
            _ => {
                self.accounts.restored += 1;
                self.wait(key, entry, Home::Stored(record.to_owned()));
                true
            }
        }
    }

    /// What storage does not hold any more, though nobody has delivered it, waits on in memory.
    fn keep_what_storage_lost(&mut self, stored: &Sorted<()>) {
        let gone = |home: &Home| matches!(home, Home::Stored(record) if !stored.contains(record));
        for key in self.pending.select(|_, waiting| gone(&waiting.home)) {
            self.pending.rehome(&key, Home::Memory);
        }
    }

    fn is_expired(&self, now: Now, entry: &Entry) -> bool {
        now.wall.saturating_sub(entry.clock.wall()) > self.options.ttl
    }

    fn expire(&mut self, now: Now) {
        let (ttl, wall) = (self.options.ttl, now.wall);
        let expired = self.pending.drain(|_, waiting| wall.saturating_sub(waiting.entry.clock.wall()) > ttl);
        if !expired.is_empty() {
            self.accounts.expired += expired.len() as u64;
            self.event(Event::Expired { keys: expired.into_iter().map(|(key, _)| key).collect() });
        }
    }
}
