//! The journal of the queue: what is written, what is read, and what another worker has done meanwhile.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::queue::entry::Entry;
use super::queue::slot::{Home, Slot};
use super::queue::{CLOCK_ROW, Lock, PAUSE_ROW};
use super::report::Kind;
use super::task::Stage;
use super::{ATTEMPT_WITHIN, FormId, Output, Profile};
use crate::clock::Clock;
use crate::journal::record::Unreadable;
use crate::journal::{Row, Table, Write};
use crate::text::{cut, decimal};
use crate::{Millis, Now, json};

/// Values of the order that a new life leaves out at most.
const LEAP: u64 = 4_096;

impl Profile {
    /// Keeps a sealed form; its attempt follows when it is stored.
    pub(super) fn keep(&mut self, now: Now, form: FormId, entry: Entry) {
        let guest = entry.guest.clone();
        let number = self.insert(entry, Vec::new());
        let deadline = now.mono.saturating_add(ATTEMPT_WITHIN);
        let durable = self.queue.is_durable();
        if let Some(task) = self.task(form) {
            task.stage = Stage::Kept { slot: number, tried: false };
            if durable {
                task.deadline = deadline;
            }
        }
        self.queue.lane(&guest, now).post(now);
        while let Some(surplus) = self.queue.surplus() {
            self.give_up(surplus, Kind::Evicted);
        }
    }

    /// Puts an entry into the queue and stores it, in one transaction with these writes; gives its slot.
    pub(super) fn insert(&mut self, entry: Entry, writes: Vec<Write>) -> u32 {
        self.insert_all(vec![entry], writes).last().copied().unwrap_or_default()
    }

    /// Puts entries into the queue and stores them, in one transaction with these writes; gives their slots.
    pub(super) fn insert_all(&mut self, entries: Vec<Entry>, mut writes: Vec<Write>) -> Vec<u32> {
        let home = if self.queue.is_durable() {
            for entry in &entries {
                writes.push(Write::put(Table::Forms, entry.row_key(), entry.encode()));
            }
            Home::Storing(self.store(writes))
        } else {
            Home::Memory
        };
        let mut numbers = Vec::new();
        for entry in entries {
            numbers.push(self.queue.insert(entry, home));
        }
        numbers
    }

    fn clock_row(&self) -> Write {
        Write::put(Table::Forms, CLOCK_ROW.to_owned(), self.ticker.reach(0).to_text())
    }

    /// Writes all of these or nothing. An entry's row names its place in the order; where one goes, the highest that was given out is
    /// noted instead.
    pub(super) fn store(&mut self, mut writes: Vec<Write>) -> u32 {
        let mut removes = false;
        for write in writes.iter().filter(|write| write.value.is_none()) {
            removes = true;
            if !self.queue.gone.contains(&write.key) {
                self.queue.gone.push(write.key.clone());
            }
        }
        if removes {
            writes.push(self.clock_row());
        }
        self.store_as_it_is(writes)
    }

    fn store_as_it_is(&mut self, writes: Vec<Write>) -> u32 {
        let store = self.next_store;
        self.next_store += 1;
        self.storing += 1;
        self.put(Output::Store { store, writes });
        store
    }

    /// Takes an entry out of the queue and off the disk.
    pub(super) fn remove(&mut self, number: u32) -> Option<Slot> {
        let slot = self.queue.take(number)?;
        if slot.home != Home::Memory || slot.safe {
            self.store(vec![Write::remove(Table::Forms, slot.entry.row_key())]);
        } else if self.queue.is_durable() {
            // Its place in the order was given out all the same.
            let write = self.clock_row();
            self.store(vec![write]);
        }
        Some(slot)
    }

    /// Gives an entry up and says so.
    pub(super) fn give_up(&mut self, number: u32, kind: Kind) {
        if let Some(slot) = self.remove(number) {
            self.recent.forget(&slot.entry.guest);
            self.report(kind, &slot.entry.guest, 0, None);
        }
    }

    /// Writes an entry anew at a later place in the order: the server takes it for another write.
    pub(super) fn raise(&mut self, now: Now, number: u32) {
        let moment = self.ticker.tick(now.wall);
        let Some(Slot { mut entry, acknowledged, raises, safe, .. }) = self.queue.take(number) else { return };
        let writes = vec![Write::remove(Table::Forms, entry.row_key())];
        entry.moment = moment;
        let raised = self.insert(entry, writes);
        self.queue.inherit(raised, acknowledged, safe);
        if let Some(slot) = self.queue.get_mut(raised) {
            slot.raises = raises + 1;
        }
        self.move_forms(number, raised);
    }

    /// Whoever waits for one slot waits for another.
    pub(super) fn move_forms(&mut self, from: u32, to: u32) {
        for task in &mut self.tasks {
            if let Stage::Kept { slot, .. } = &mut task.stage
                && *slot == from
            {
                *slot = to;
            }
        }
    }

    pub(super) fn stored(&mut self, store: u32) {
        self.storing = self.storing.saturating_sub(1);
        let mut guests = Vec::new();
        for slot in self.queue.slots_mut() {
            if slot.home == Home::Storing(store) {
                (slot.home, slot.safe) = (Home::Stored(store), true);
                guests.push(slot.entry.guest.clone());
            }
        }
        for guest in guests {
            self.queue.heed(&guest);
        }
    }

    pub(super) fn store_failed(&mut self, store: u32) {
        self.storing = self.storing.saturating_sub(1);
        let mut guests = Vec::new();
        for slot in self.queue.slots_mut() {
            if slot.home == Home::Storing(store) {
                slot.home = Home::Memory;
                guests.push(slot.entry.guest.clone());
            }
        }
        for guest in guests {
            self.report(Kind::Storage, &guest, 0, None);
        }
    }

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
                    Ok(entry) => there.push((row.key, entry)),
                    Err(Unreadable::Later) => {}
                    Err(Unreadable::Damaged) => {
                        self.store(vec![Write::remove(Table::Forms, row.key)]);
                    }
                },
                Table::Records | Table::Delivered | Table::State => {}
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

    /// Storage has refused what some entries have become: once more.
    fn store_again(&mut self) {
        let volatile = |slot: &Slot| slot.home == Home::Memory && slot.safe && !self.queue.is_flying(slot.number);
        for number in self.queue.numbers(&volatile) {
            let Some(slot) = self.queue.get(number) else { continue };
            let write = Write::put(Table::Forms, slot.entry.row_key(), slot.entry.encode());
            let store = self.store(vec![write]);
            if let Some(slot) = self.queue.get_mut(number) {
                slot.home = Home::Storing(store);
            }
        }
    }

    /// Whether a row is that of an entry in memory.
    fn is_there(&self, key: &str) -> bool {
        self.queue.slots().iter().any(|slot| slot.entry.row_key() == key)
    }

    /// What was stored before the load and is not there any more, another worker has dealt with.
    fn miss(&mut self, load: u32, there: &[(String, Entry)]) {
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
            let decided = &self.decided;
            entry.fields.retain(|field| field.purpose.is_empty() || decided.epoch(&field.purpose) == field.epoch);
            if entry.fields.is_empty() {
                self.store(writes);
            } else {
                // Its key changes with its content, so that it may keep its place in the order.
                let rest = self.insert(entry, writes);
                self.queue.inherit(rest, acknowledged, safe);
                self.move_forms(number, rest);
            }
            self.report(Kind::Withdrawn, &guest, 0, None);
        }
    }

    /// The server wants to be left alone for so long: nobody sends, in this life or the next.
    pub(super) fn pause(&mut self, now: Now, span: Millis) {
        let until = now.mono.saturating_add(span);
        if until <= self.queue.pause {
            return;
        }
        self.queue.pause = until;
        if self.queue.is_durable() {
            let mut value = String::new();
            json::integer(&mut value, now.wall);
            value.push(' ');
            json::integer(&mut value, now.wall.saturating_add(span));
            self.store(vec![Write::put(Table::Forms, PAUSE_ROW.to_owned(), value)]);
        }
    }

    fn learn_pause(&mut self, now: Now, value: &str) {
        let Some((from, until)) = cut(value, b' ').and_then(|(from, until)| Some((decimal(from)?, decimal(until)?))) else {
            return;
        };
        let left = until.saturating_sub(now.wall.max(from));
        if now.wall < from {
            // The clock was set back since: the whole span, counted from now, unless this life knows of a longer one.
            let known = core::mem::take(&mut self.queue.pause).saturating_sub(now.mono);
            self.pause(now, left.max(known));
        } else if left > 0 {
            self.queue.pause = self.queue.pause.max(now.mono.saturating_add(left));
        }
    }
}
