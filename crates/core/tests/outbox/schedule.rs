//! A schedule: what happens, drawn from a seed.

use std::fmt;

use guestsync_core::attribute::{Given, Update, Value};
use guestsync_core::clock::Clock;
use guestsync_core::outbox::{Hint, Input};
use guestsync_core::shared_str::SharedStr;

use crate::check;
use crate::locks::TabId;
use crate::model::{PURPOSES, purpose_of};
use crate::network::Weather;
use crate::tab::Waits;
use crate::world::World;

/// How much happened, so that a run can show that it tried something.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    sets: u64,
    kills: u64,
    freezes: u64,
    withdrawals: u64,
    requests: u64,
    applied: u64,
    rate_limits: u64,
    quota: u64,
}

impl Totals {
    pub fn add(&mut self, one: &Self) {
        self.sets += one.sets;
        self.kills += one.kills;
        self.freezes += one.freezes;
        self.withdrawals += one.withdrawals;
        self.requests += one.requests;
        self.applied += one.applied;
        self.rate_limits += one.rate_limits;
        self.quota += one.quota;
    }

    pub fn assert_that_faults_happened(&self) {
        let all =
            [self.sets, self.kills, self.freezes, self.withdrawals, self.requests, self.applied, self.rate_limits, self.quota];
        assert!(all.iter().all(|count| *count > 0), "some fault never happened: {self}");
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sets, kills, freezes, withdrawals, requests, applied, rate_limits, quota } = self;
        write!(f, "{sets} sets, {kills} kills, {freezes} freezes, {withdrawals} withdrawals, {quota} full storages, ")?;
        write!(f, "{requests} requests, {applied} values applied, {rate_limits} Retry-After answers, 0 lost, 0 reordered")
    }
}

pub struct Schedule {
    world: World,
    totals: Totals,
    values: u64,
}

const KEYS: [&str; 7] = ["m0", "m1", "m2", "s0", "s1", "s2", "s3"];

impl Schedule {
    pub fn new(seed: u64) -> Self {
        Self { world: World::new(seed ^ 0x5eed_0000_0000), totals: Totals::default(), values: 0 }
    }

    pub fn telling(mut self) -> Self {
        self.world.telling = true;
        self
    }

    pub fn run(mut self) -> Result<Totals, String> {
        self.world.weather = if self.world.below(4) == 0 { Weather::CALM } else { Weather::STORM };
        self.world.contradicts = self.world.below(8) == 0;
        self.world.open();
        let steps = 10 + self.world.below(30);
        for _ in 0..steps {
            let pause = [0, 0, 1, 5, 40, 300, 2_500, 20_000][self.world.below(8) as usize];
            self.world.run(self.world.time.mono() + pause);
            self.step();
            if self.world.broken.is_some() {
                break;
            }
        }
        self.come_to_rest();
        if let Some(broken) = self.world.broken {
            return Err(broken);
        }
        check::at_rest(&self.world)?;
        self.totals.requests = self.world.server.requests;
        self.totals.applied = self.world.server.applied.len() as u64;
        self.totals.rate_limits = self.world.rate_limits;
        Ok(self.totals)
    }

    fn tab(&mut self) -> TabId {
        let ids: Vec<TabId> = self.world.tabs.keys().copied().collect();
        if ids.is_empty() {
            return self.world.open();
        }
        ids[self.world.below(ids.len() as u64) as usize]
    }

    fn step(&mut self) {
        let id = self.tab();
        match self.world.below(41) {
            0..=15 => self.set(id),
            16 | 17 => self.burst(id),
            18 | 19 if self.world.tabs.len() < 4 => {
                self.world.open();
            }
            20 | 21 => {
                self.world.say(|| format!("tab {id} is killed"));
                self.world.kill(id);
                self.totals.kills += 1;
            }
            22 => self.freeze(id),
            23 | 24 => self.grant(id),
            25 | 26 => self.withdraw(id),
            27 => self.call(id, Waits::Other, |call| Input::Flush { call, timeout: 5_000 }),
            28 => self.network(!self.world.online),
            29 if self.world.below(3) == 0 => {
                self.world.storage.full = !self.world.storage.full;
                self.totals.quota += u64::from(self.world.storage.full);
            }
            30 => {
                let by = [-86_400_000, 86_400_000, -5_000, 5_000][self.world.below(4) as usize];
                // Not while a moment is being written down.
                self.world.run(self.world.time.mono() + 10);
                self.world.set_clock(by);
            }
            31 | 32 => self.leave(id),
            33 | 34 => self.tell(id, Input::Hidden),
            35 | 36 => self.tell(id, Input::Visible),
            37 | 38 => self.world.server.touch(self.values),
            39 => self.tell(id, Input::Changed(Hint::Records(Clock::ZERO))),
            _ => self.logout(id),
        }
    }

    fn is_awake(&self, id: TabId) -> bool {
        self.world.tabs.get(&id).is_some_and(|tab| !tab.frozen && !tab.left)
    }

    fn tell(&mut self, id: TabId, input: Input) {
        if self.is_awake(id) {
            self.world.tell(id, input);
        }
    }

    fn call(&mut self, id: TabId, waits: Waits, input: impl Fn(u32) -> Input) {
        if self.is_awake(id)
            && let Some(tab) = self.world.tabs.get_mut(&id)
        {
            let call = tab.call(waits);
            self.world.tell(id, input(call));
        }
    }

    fn set(&mut self, id: TabId) {
        if !self.is_awake(id) {
            return;
        }
        let (mut updates, mut values) = (Vec::new(), Vec::new());
        let count = 1 + self.world.below(3);
        let first = self.world.below(KEYS.len() as u64);
        for at in 0..count {
            let key = KEYS[((first + at) % KEYS.len() as u64) as usize];
            self.values += 1;
            let value = format!("v{}", self.values);
            self.world.model.set(key, &value);
            self.totals.sets += 1;
            updates.push(Update { key: key.into(), given: Given::Value(Value::text(&value)) });
            values.push(value);
        }
        self.call(id, Waits::Set(values), |call| Input::Set { call, updates: updates.clone() });
    }

    fn burst(&mut self, id: TabId) {
        for _ in 0..5 {
            self.set(id);
        }
    }

    fn grant(&mut self, id: TabId) {
        let purpose = PURPOSES[self.world.below(2) as usize];
        if self.is_awake(id) {
            self.world.model.grant(purpose);
            self.call(id, Waits::Other, |call| Input::Grant { call, purpose: purpose.into(), repeated: false });
        }
    }

    fn withdraw(&mut self, id: TabId) {
        let purpose = purpose_of(KEYS[self.world.below(7) as usize]);
        if self.is_awake(id) {
            self.totals.withdrawals += 1;
            let order = self.world.model.withdraw(purpose);
            self.call(id, Waits::Withdraw(purpose.into(), order), |call| Input::Withdraw { call, purpose: purpose.into() });
        }
    }

    fn logout(&mut self, id: TabId) {
        if self.is_awake(id) && self.world.below(2) == 0 {
            self.world.model.logouts += 1;
            let records = self.world.storage.record_keys();
            self.call(id, Waits::Logout(records), |call| Input::Logout { call, fresh: SharedStr::default() });
        }
    }

    fn freeze(&mut self, id: TabId) {
        if let Some(tab) = self.world.tabs.get_mut(&id) {
            tab.frozen = !tab.frozen;
            self.totals.freezes += u64::from(tab.frozen);
            let frozen = tab.frozen;
            self.world.say(|| format!("tab {id} is {}", if frozen { "frozen" } else { "awake" }));
        }
    }

    fn leave(&mut self, id: TabId) {
        let left = self.world.tabs.get(&id).is_some_and(|tab| tab.left);
        let mirror = self.world.storage.mirror();
        if left {
            if let Some(tab) = self.world.tabs.get_mut(&id) {
                tab.left = false;
            }
            self.tell(id, Input::Resumed);
        } else if self.is_awake(id) {
            self.world.tell(id, Input::Leaving(mirror));
            if let Some(tab) = self.world.tabs.get_mut(&id) {
                tab.left = true;
                tab.sending = None;
            }
        }
    }

    fn network(&mut self, online: bool) {
        self.world.online = online;
        let ids: Vec<TabId> = self.world.tabs.keys().copied().collect();
        for id in ids {
            self.tell(id, if online { Input::Online } else { Input::Offline });
        }
    }

    /// The faults stop, every tab is closed, and one page is opened and given time.
    fn come_to_rest(&mut self) {
        self.world.weather = Weather::CALM;
        self.world.storage.full = false;
        let ids: Vec<TabId> = self.world.tabs.keys().copied().collect();
        for id in ids {
            if let Some(tab) = self.world.tabs.get_mut(&id) {
                tab.frozen = false;
                tab.left = false;
            }
        }
        self.network(true);
        let ids: Vec<TabId> = self.world.tabs.keys().copied().collect();
        for id in ids {
            self.world.kill(id);
        }
        self.world.open_stating(Some(true), true);
        self.world.run(self.world.time.mono() + 120_000);
    }
}
