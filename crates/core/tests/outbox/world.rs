//! Everything outside the outboxes, in virtual time.
//!
//! - [`effects`]: what they ask for, performed; - [`requests`]: what they send; - [`invariants`]: what must always hold.

mod effects;
mod invariants;
mod requests;

use std::collections::BTreeMap;

use guestsync_core::journal::Write;
use guestsync_core::outbox::{Answer, Input, Request};
use guestsync_core::random::Random;
use guestsync_core::shared_str::SharedStr;

use crate::clockwork::Clockwork;
use crate::locks::{Locks, TabId};
use crate::model::Model;
use crate::network::{Fate, Weather};
use crate::server::Server;
use crate::storage::Storage;
use crate::tab::Tab;

/// What is due at some time.
#[derive(Debug, Clone)]
pub enum Due {
    Tell(TabId, Input),
    Alarm(TabId, u64),
    Granted(TabId, u64),
    Read(TabId, u32, SharedStr),
    Commit(TabId, u32, Vec<Write>),
    Arrive(TabId, Box<Request>, Fate),
    Answer(TabId, u32, Option<Answer>),
}

pub struct World {
    pub time: Clockwork<Due>,
    pub random: Random,
    pub tabs: BTreeMap<TabId, Tab>,
    pub storage: Storage,
    pub locks: Locks,
    pub server: Server,
    pub weather: Weather,
    pub model: Model,
    pub online: bool,
    pub broken: Option<String>,
    pub telling: bool,
    pub rate_limits: u64,
    set_back: bool,
    /// Whether some pages state that `service` is not granted.
    pub contradicts: bool,
    pause_until: u64,
    next_tab: TabId,
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self {
            time: Clockwork::new(),
            random: Random::new(seed),
            tabs: BTreeMap::new(),
            storage: Storage::new(seed.is_multiple_of(2)),
            locks: Locks::default(),
            server: Server::new(),
            weather: Weather::CALM,
            model: Model::default(),
            online: true,
            broken: None,
            telling: false,
            rate_limits: 0,
            set_back: false,
            contradicts: false,
            pause_until: 0,
            next_tab: 0,
        }
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.random.draw() % n
    }

    pub fn say(&self, text: impl Fn() -> String) {
        if self.telling {
            println!("{:>8} {}", self.time.mono(), text());
        }
    }

    fn break_off(&mut self, why: String) {
        let at = self.time.mono();
        self.broken.get_or_insert(format!("{why} (at {at} ms)"));
    }

    pub fn open(&mut self) -> TabId {
        let stated = match self.below(10) {
            0 if self.contradicts => Some(false),
            0..=2 => None,
            _ => Some(true),
        };
        let hooks = self.below(3) == 0;
        self.open_stating(stated, hooks)
    }

    /// Opens a page that states this of `service`, and sends events of deliveries or does not.
    pub fn open_stating(&mut self, stated: Option<bool>, hooks: bool) -> TabId {
        self.next_tab += 1;
        let (id, seed) = (self.next_tab, self.random.draw());
        let mirror = if self.below(8) == 0 { Vec::new() } else { self.storage.mirror() };
        self.say(|| format!("tab {id} is opened, states {stated:?}, and knows {} rows", mirror.len()));
        let tab = Tab::open(id, seed, self.time.now(), mirror, stated, hooks);
        self.tabs.insert(id, tab);
        if !self.online {
            self.tell(id, Input::Offline);
        }
        self.pump(id);
        id
    }

    /// The tab is gone, at once and without a word.
    pub fn kill(&mut self, id: TabId) {
        self.tabs.remove(&id);
        self.unlock(id);
    }

    pub fn tell(&mut self, id: TabId, input: Input) {
        let now = self.time.now();
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        if tab.frozen {
            return self.time.at(self.thaw(), Due::Tell(id, input));
        }
        if self.telling {
            println!("{:>8} tab {id} ← {input:?}", now.mono);
        }
        tab.outbox.handle(now, input);
        let (accounts, open) = (tab.outbox.accounts(), (tab.outbox.pending() + tab.outbox.held()) as u64);
        if accounts.opened() != accounts.closed() + open {
            self.break_off(format!("the accounts of tab {id} do not add up: {accounts:?} and {open} open"));
        }
        self.pump(id);
    }

    /// What reaches a frozen tab waits in its queue, in order: all of it is tried again at the same moments.
    fn thaw(&self) -> u64 {
        (self.time.mono() / 500 + 1) * 500
    }

    fn pump(&mut self, id: TabId) {
        while let Some(output) = self.tabs.get_mut(&id).and_then(|tab| tab.outbox.poll()) {
            if self.telling {
                println!("{:>8} tab {id} → {output:?}", self.time.mono());
            }
            self.perform(id, output);
        }
    }

    fn soon(&mut self, most: u64) -> u64 {
        self.time.mono() + self.below(most + 1)
    }

    /// Lets time pass; stops early where something is broken.
    pub fn run(&mut self, until: u64) {
        while self.broken.is_none() {
            let Some(due) = self.time.next(until) else { return };
            self.happen(due);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Tell(id, input) => self.tell(id, input),
            Due::Alarm(id, alarm) => {
                if self.tabs.get(&id).is_some_and(|tab| tab.alarm == alarm) {
                    self.tell(id, Input::Tick);
                }
            }
            Due::Granted(id, asked) => match self.tabs.get(&id) {
                Some(tab) if tab.asked == asked => self.tell(id, Input::LockGranted),
                Some(_) => {}
                None => self.unlock(id),
            },
            Due::Read(id, load, owner) => {
                let rows = self.storage.load(&owner);
                self.tell(id, Input::Loaded { load, rows });
            }
            Due::Commit(id, store, writes) => {
                if !self.tabs.contains_key(&id) && self.below(2) == 0 {
                    return; // The renderer died before the transaction was handed over.
                }
                let input = match self.storage.write(&writes) {
                    Some(durability) => {
                        self.note_pause(&writes);
                        Input::Stored { store, durability }
                    }
                    None => Input::StoreFailed { store, reason: "quota" },
                };
                self.tell(id, input);
            }
            Due::Arrive(id, request, fate) => self.arrive(id, &request, fate),
            Due::Answer(id, send, answer) => self.answered(id, send, answer),
        }
    }

    /// A page opened after the clock was set cannot tell how much of a stored pause is left; those that were open can.
    pub fn set_clock(&mut self, by: i64) {
        self.time.jump(by);
        self.set_back |= by < 0;
        self.pause_until = 0;
    }
}
