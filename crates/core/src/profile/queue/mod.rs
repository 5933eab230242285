//! What waits to be sent: sealed entries in their order, and each guest's way to the server.
//!
//! - [`entry`]: one sealed patch, and the row that is stored of it; - [`slot`]: where it is kept; - [`lane`]: when it is tried;
//! - [`recent`]: what was sent a moment ago already.

pub(in crate::profile) mod entry;
pub(in crate::profile) mod lane;
pub(in crate::profile) mod recent;
pub(in crate::profile) mod slot;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::shared_str::SharedStr;
use crate::{Millis, Now};
use entry::Entry;
use lane::Lane;
use slot::{Home, Slot};

/// The row that holds the highest place in the order that was given out. It only grows: a lower one is not written over it.
pub const CLOCK_ROW: &str = "~clock";
/// The row that says until when the server wants to be left alone.
pub const PAUSE_ROW: &str = "~pause";

/// So many entries are kept.
const MAX_ENTRIES: usize = 500;
/// So many bytes are kept, about.
const MAX_BYTES: usize = 8_000_000;
/// After so long an entry expires.
const TTL: Millis = 7 * 24 * 60 * 60 * 1_000;

/// Who may send: one worker at a time, as long as something is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::profile) enum Lock {
    /// There is no queue to be locked: what cannot be sent at once is not kept.
    Unneeded,
    Idle,
    Asked,
    /// Ours, and the rows are being read.
    Loading(u32),
    Held,
}

/// What waits to be sent.
#[derive(Debug)]
pub(in crate::profile) struct Queue {
    /// In the order of their moments.
    slots: Vec<Slot>,
    pub(in crate::profile) lanes: Vec<Lane>,
    pub(in crate::profile) lock: Lock,
    /// Whether the rows were read once.
    pub(in crate::profile) loaded: bool,
    /// The server wants to be left alone until then (monotonic).
    pub(in crate::profile) pause: Millis,
    /// Whether a page was heard of in this life.
    pub(in crate::profile) page: bool,
    /// Rows that this life has taken off the disk, or tried to: a read that was begun before may still show them.
    pub(in crate::profile) gone: Vec<SharedStr>,
    /// Guests who have entries that may have become one with others since.
    pub(in crate::profile) news: Vec<String>,
    numbers: u32,
}

impl Queue {
    pub(in crate::profile) const fn new(lock: Lock) -> Self {
        Self {
            slots: Vec::new(),
            lanes: Vec::new(),
            lock,
            loaded: false,
            pause: 0,
            page: false,
            gone: Vec::new(),
            news: Vec::new(),
            numbers: 0,
        }
    }

    /// Whether entries are stored. In a browser they are: the build knows, and leaves out what serves a gateway alone.
    pub(in crate::profile) fn is_durable(&self) -> bool {
        cfg!(target_arch = "wasm32") || self.lock != Lock::Unneeded
    }

    /// Puts an entry in its place in the order; gives the number of its slot.
    pub(in crate::profile) fn insert(&mut self, entry: Entry, home: Home) -> u32 {
        self.numbers = self.numbers.wrapping_add(1);
        let at = self.slots.iter().position(|slot| slot.entry.moment > entry.moment).unwrap_or(self.slots.len());
        let found = home == Home::Stored(0);
        if found {
            self.heed(&entry.guest);
        }
        let slot = Slot { number: self.numbers, entry, home, safe: found, uncertain: found, acknowledged: found, raises: 0 };
        self.slots.insert(at, slot);
        self.numbers
    }

    /// There is news of a guest's entries.
    pub(in crate::profile) fn heed(&mut self, guest: &str) {
        if !self.news.iter().any(|known| known == guest) {
            self.news.push(guest.to_owned());
        }
    }

    pub(in crate::profile) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(in crate::profile) fn slots_mut(&mut self) -> &mut [Slot] {
        &mut self.slots
    }

    /// The numbers of these slots, in order.
    pub(in crate::profile) fn numbers(&self, which: &dyn Fn(&Slot) -> bool) -> Vec<u32> {
        let mut numbers = Vec::new();
        for slot in &self.slots {
            if which(slot) {
                numbers.push(slot.number);
            }
        }
        numbers
    }

    pub(in crate::profile) fn get(&self, number: u32) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.number == number)
    }

    pub(in crate::profile) fn get_mut(&mut self, number: u32) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.number == number)
    }

    /// One entry now stands for another.
    pub(in crate::profile) fn inherit(&mut self, number: u32, acknowledged: bool, safe: bool) {
        if let Some(slot) = self.get_mut(number) {
            slot.acknowledged |= acknowledged;
            slot.safe |= safe;
        }
    }

    pub(in crate::profile) fn take(&mut self, number: u32) -> Option<Slot> {
        let at = self.slots.iter().position(|slot| slot.number == number)?;
        Some(self.slots.remove(at))
    }

    /// The live entries of a guest, in order.
    pub(in crate::profile) fn live<'a>(&'a self, guest: &'a str) -> impl Iterator<Item = &'a Slot> {
        self.slots.iter().filter(move |slot| slot.is_live() && slot.entry.guest == guest)
    }

    /// The guest's way to the server.
    pub(in crate::profile) fn lane(&mut self, guest: &str, now: Now) -> &mut Lane {
        let at = self.lanes.iter().position(|lane| lane.guest == guest).unwrap_or_else(|| {
            self.lanes.push(Lane::new(guest, now));
            self.lanes.len() - 1
        });
        &mut self.lanes[at]
    }

    /// The slot that is on its way.
    pub(in crate::profile) fn is_flying(&self, number: u32) -> bool {
        self.lanes.iter().any(|lane| lane.flight.as_ref().is_some_and(|flight| flight.slot == number))
    }

    /// Forgets the ways of guests that have nothing to send and owe nobody a delay.
    pub(in crate::profile) fn tidy_lanes(&mut self) {
        let slots = &self.slots;
        self.lanes
            .retain(|lane| lane.flight.is_some() || slots.iter().any(|slot| slot.is_live() && slot.entry.guest == lane.guest));
    }

    /// What has waited too long.
    pub(in crate::profile) fn expired(&self, now: Now) -> Option<u32> {
        let expired = |slot: &&Slot| now.wall.saturating_sub(slot.entry.at) > TTL && !self.is_flying(slot.number);
        self.slots.iter().find(expired).map(|slot| slot.number)
    }

    /// What has to go so that there is room: what the server has refused first, then the oldest.
    pub(in crate::profile) fn surplus(&self) -> Option<u32> {
        let bytes: usize = self.slots.iter().map(|slot| slot.entry.bytes()).sum();
        if self.slots.len() <= MAX_ENTRIES && bytes <= MAX_BYTES {
            return None;
        }
        let idle = || self.slots.iter().filter(|slot| !self.is_flying(slot.number));
        idle().find(|slot| !slot.is_live()).or_else(|| idle().next()).map(|slot| slot.number)
    }

    /// The earliest moment (monotonic) at which something may be sent; `None` where nothing is to be sent by itself.
    pub(in crate::profile) fn due_at(&self) -> Option<Millis> {
        let mut next = None;
        for lane in &self.lanes {
            if let Some(at) = lane.next_try
                && lane.flight.is_none()
                && next.is_none_or(|next| at < next)
                && self.live(&lane.guest).next().is_some()
            {
                next = Some(at);
            }
        }
        Some(next?.max(self.pause))
    }

    /// How many wait to be sent, and how many were refused for good. Those without a session are neither.
    pub(in crate::profile) fn counts(&self) -> (usize, usize) {
        let (mut queued, mut failed) = (0, 0);
        for slot in &self.slots {
            if !slot.is_live() {
                failed += 1;
            } else if !self.lanes.iter().any(|lane| lane.stranded && lane.guest == slot.entry.guest) {
                queued += 1;
            }
        }
        (queued, failed)
    }
}
