//! The lock and the journal of the queue: what is read, and what another worker has done meanwhile.

use alloc::vec;
use alloc::vec::Vec;

use super::Profile;
use super::answer::Answer;
use super::output::Output;
use super::queue::entry::Entry;
use super::queue::slot::{Home, Slot};
use super::queue::{CLOCK_ROW, Lock, PAUSE_ROW};
use super::report::Kind;
use super::task::Stage;
use crate::Now;
use crate::clock::Clock;
use crate::journal::record::Unreadable;
use crate::journal::{Row, Table, Write};
use crate::shared_str::SharedStr;

/// Values of the order that a new life leaves out at most.
const LEAP: u64 = 4_096;

impl Profile {
    /// Asks for the lock, where it is not ours already.
    pub(super) fn want_lock(&mut self) {
        if self.queue.lock == Lock::Idle {
            self.queue.lock = Lock::Asked;
            self.put(Output::Lock);
        }
    }

    pub(super) fn lock_granted(&mut self) {
        if self.queue.lock == Lock::Asked {
            let load = self.load();
            self.queue.lock = Lock::Loading(load);
        }
    }

    /// Reads the rows. What was stored before the load began is among them.
    pub(super) fn load(&mut self) -> u32 {
        let load = self.next_store;
        self.next_store += 1;
        self.put(Output::Load { load });
        load
    }

    /// The rows came, or could not be read: then what is in memory is all there is.
    pub(super) fn loaded(&mut self, now: Now, load: u32, rows: Option<Vec<Row>>) {
        if let Some(rows) = rows {
            self.reconcile(now, load, rows);
            self.withdraw();
            self.withdraw_plain();
        } else if !self.queue.loaded {
            // What comes before a new form is not known, so nothing new is kept.
            self.end_unkept();
        }
        if self.queue.lock == Lock::Loading(load) {
            self.queue.lock = Lock::Held;
        }
        while let Some(task) = self.take_where(&|task| matches!(task.stage, Stage::Checking { load: of, .. } if of == load)) {
            if let Stage::Checking { entries, entropy, .. } = task.stage {
                self.check(now, task.form, task.navigation, task.deadline, entries, entropy);
            }
        }
        while let Some(at) = self.asked.iter().position(|(_, of)| *of == load) {
            let (ask, _) = self.asked.remove(at);
            self.tell_status(ask);
        }
        while let Some(at) = self.acts.iter().position(|(.., of)| *of == load) {
            let (key, discard, _) = self.acts.remove(at);
            self.act_now(now, &key, discard);
        }
    }

    fn end_unkept(&mut self) {
        while let Some(task) = self.take_where(&|task| task.stage.is_plain()) {
            self.recent.forget(&task.guest);
            self.put(Output::Forward { form: task.form });
        }
    }

    /// Brings memory in line with the journal.
    fn reconcile(&mut self, now: Now, load: u32, rows: Vec<Row>) {
        let mut there = Vec::new();
        let mut floor = Clock::ZERO;
        for row in rows {
            match row.table {
                Table::Consent => {
                    if let Some(at) = self.decided.learn(&row) {
                        self.ticker.observe(at);
                    }
                }
                Table::Forms if row.key == CLOCK_ROW => floor = Clock::from_text(&row.value).unwrap_or_default(),
                Table::Forms if row.key == PAUSE_ROW => self.learn_pause(now, &row.value),
                Table::Forms => match Entry::decode(&row.value) {
                    Ok(entry) if row.key == entry.row_key() => there.push((row.key, entry)),
                    Err(Unreadable::Later) => {}
                    // Or a copy of another's: under this key it would be found again and again.
                    _ => {
                        self.store(vec![Write::remove(Table::Forms, row.key)]);
                    }
                },
                Table::Records | Table::Beside | Table::Delivered | Table::State => {}
            }
        }
        self.miss(load, &there);
        self.store_again();
        // What is in memory only may be on disk in the rows of its parts.
        if self.storing == 0 {
            self.queue.gone.retain(|key| there.iter().any(|(row, _)| row == key));
            let mut left = Vec::new();
            for key in &self.queue.gone {
                if !self.is_there(key) {
                    left.push(Write::remove(Table::Forms, key.clone()));
                }
            }
            if !left.is_empty() {
                // Without the note beside it: a full storage takes nothing but removals.
                self.store_as_it_is(left);
            }
        }
        self.ticker.observe(floor);
        for (key, entry) in there {
            self.ticker.observe(entry.moment);
            if let Some(at) =
                self.queue.slots().iter().position(|slot| slot.is_stored_before(load) && slot.entry.row_key() == key)
            {
                self.adopt(at, entry);
                continue;
            }
            if !self.queue.gone.contains(&key) && !self.is_there(&key) {
                let guest = entry.guest.clone();
                self.queue.insert(entry, Home::Stored(0));
                self.queue.lane(&guest, now);
            }
        }
        if !core::mem::replace(&mut self.queue.loaded, true) {
            // Storage may have refused to note what a life before this one has given out, and the clock may be behind it.
            self.ticker.leap(self.random.draw() % LEAP);
        }
    }

    /// Another worker may have made more of an entry that is at rest here: the row says so.
    fn adopt(&mut self, at: usize, entry: Entry) {
        let Some(slot) = self.queue.slots_mut().get_mut(at).filter(|slot| slot.entry.encode() != entry.encode()) else { return };
        slot.entry = entry;
        (slot.uncertain, slot.acknowledged) = (true, true);
    }

    /// Whether a row is that of an entry in memory.
    fn is_there(&self, key: &str) -> bool {
        self.queue.slots().iter().any(|slot| slot.entry.row_key() == key)
    }

    /// What was stored before the load and is not there any more, another worker has dealt with.
    fn miss(&mut self, load: u32, there: &[(SharedStr, Entry)]) {
        let is_gone = |slot: &Slot| {
            slot.is_stored_before(load)
                && !self.queue.is_flying(slot.number)
                && !there.iter().any(|(key, _)| *key == slot.entry.row_key())
        };
        for number in self.queue.numbers(&is_gone) {
            self.queue.take(number);
        }
    }

    /// Takes out what the visitor has withdrawn the consent for.
    fn withdraw(&mut self) {
        let decided = &self.decided;
        let is_withdrawn = |slot: &Slot| {
            slot.entry.fields.iter().any(|field| !field.purpose.is_empty() && decided.epoch(&field.purpose) != field.epoch)
        };
        for number in self.queue.numbers(&is_withdrawn) {
            self.abort(number);
            let Some(Slot { mut entry, acknowledged, safe, .. }) = self.queue.take(number) else { continue };
            let writes = vec![Write::remove(Table::Forms, entry.row_key())];
            let guest = entry.guest.clone();
            self.recent.forget(&guest);
            let (decided, rules) = (&self.decided, &self.rules);
            let mut held = Vec::new();
            entry.fields.retain(|field| {
                let stays = field.purpose.is_empty() || decided.epoch(&field.purpose) == field.epoch;
                if !stays {
                    held.extend(rules.name(&field.pointer));
                }
                stays
            });
            for task in self.tasks.iter_mut().filter(|task| task.stage.is_kept(number)) {
                for name in &held {
                    if task.own.contains(name) {
                        task.held.push(name.clone());
                    }
                }
            }
            if entry.fields.is_empty() {
                self.store(writes);
                while let Some(task) = self.take_where(&|task| task.stage.is_kept(number)) {
                    self.answer(task.form, task.navigation, &Answer::synced(&guest, task.held));
                }
            } else {
                // Its key changes with its content, so that it may keep its place in the order.
                let rest = self.insert(entry, writes);
                self.queue.inherit(rest, acknowledged, safe);
                self.move_forms(number, rest);
            }
            self.report(Kind::Withdrawn, &guest, 0, None);
        }
    }
}
