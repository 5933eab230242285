//! As few entries of a guest as may be: what a later one sets as a whole goes, two that follow each other become one.

use alloc::vec;
use alloc::vec::Vec;

use super::queue::entry::Entry;
use super::queue::slot::Slot;
use super::{MAX_FORM, Profile};
use crate::journal::{Table, Write};

impl Profile {
    /// Makes what waits of the guests of whom there is news as few entries as may be.
    pub(super) fn coalesce(&mut self) {
        for guest in core::mem::take(&mut self.queue.news) {
            if self.queue.lanes.iter().any(|lane| lane.guest == guest && lane.flight.is_some()) {
                self.queue.heed(&guest);
            } else {
                self.supersede(&guest);
                self.merge(&guest);
            }
        }
    }

    /// Drops what a later entry, which is on disk, sets as a whole.
    fn supersede(&mut self, guest: &str) {
        while let Some((older, newer)) = self.superseded(guest) {
            let Some(slot) = self.remove(older) else { return };
            self.queue.inherit(newer, slot.acknowledged, false);
            self.move_forms(older, newer);
        }
    }

    /// An entry, and a later one that sets all it sets.
    fn superseded(&self, guest: &str) -> Option<(u32, u32)> {
        for older in self.queue.live(guest) {
            let mut after = false;
            for newer in self.queue.live(guest) {
                if after && newer.is_stored() && newer.entry.covers(&older.entry) {
                    return Some((older.number, newer.number));
                }
                after |= newer.number == older.number;
            }
        }
        None
    }

    /// Makes one entry of two that follow each other and have surely not been taken.
    fn merge(&mut self, guest: &str) {
        let fits = |slot: &Slot| slot.is_open() && slot.is_stored();
        let (mut before, mut pair) = (None::<&Slot>, None);
        for slot in self.queue.live(guest) {
            if let Some(first) = before.filter(|first| fits(first) && fits(slot))
                && first.entry.bytes() + slot.entry.bytes() <= MAX_FORM / 2
            {
                pair = Some((first.number, slot.number));
                break;
            }
            before = Some(slot);
        }
        let Some((first, second)) = pair else { return };
        let (Some(older), Some(newer)) = (self.queue.take(first), self.queue.take(second)) else { return };
        let writes = [&older, &newer].map(|slot| Write::remove(Table::Forms, slot.entry.row_key())).to_vec();
        // The row of the newer one is written anew: it comes after its removal.
        let mut entry = older.entry;
        entry.absorb(newer.entry);
        let merged = self.insert(entry, writes);
        self.queue.inherit(merged, older.acknowledged || newer.acknowledged, true);
        self.move_forms(first, merged);
        self.move_forms(second, merged);
    }

    /// Several forms in one entry, of which one is to blame: each field goes by itself. Whoever waits for its answer is told that they
    /// wait: whose they are is not known any more.
    pub(super) fn split(&mut self, number: u32) {
        let Some(Slot { mut entry, .. }) = self.queue.take(number) else { return };
        let writes = vec![Write::remove(Table::Forms, entry.row_key())];
        let fields = core::mem::take(&mut entry.fields);
        // They keep their place before whatever is newer.
        let mut parts = Vec::new();
        for (field, beside) in fields.into_iter().zip(1..) {
            let (guest, id, moment) = (entry.guest.clone(), entry.id.clone(), entry.moment.beside(beside));
            parts.push(Entry { guest, moment, at: entry.at, id, forms: 1, refused: None, fields: vec![field] });
        }
        for part in self.insert_all(parts, writes) {
            self.queue.inherit(part, true, true);
            if let Some(part) = self.queue.get_mut(part) {
                // They were made one once: not again.
                part.uncertain = true;
            }
        }
    }
}
