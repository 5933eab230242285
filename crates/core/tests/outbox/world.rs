//! Everything outside the outboxes: performs what they ask for, with faults, and checks what must always hold.

use std::collections::BTreeMap;

use guestsync_core::Sensitive;
use guestsync_core::journal::Write;
use guestsync_core::outbox::{Action, Answer, Durability, Hint, Input, Outcome, Output, Request};
use guestsync_core::random::Random;

use crate::clockwork::Clockwork;
use crate::locks::{Locks, TabId};
use crate::model::{Model, purpose_of};
use crate::network::{Fate, Weather};
use crate::server::Server;
use crate::storage::Storage;
use crate::tab::{Tab, Waits};

/// What is due at some time.
#[derive(Debug, Clone)]
pub enum Due {
    Tell(TabId, Input),
    Alarm(TabId, u64),
    Granted(TabId, u64),
    Read(TabId, u32, String),
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
            storage: Storage::default(),
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
        self.say(|| format!("tab {id} is opened and states {stated:?}"));
        let tab = Tab::open(id, seed, self.time.now(), self.storage.mirror(), stated, hooks);
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

    fn perform(&mut self, id: TabId, output: Output) {
        match output {
            Output::Defer => self.time.at(self.time.mono(), Due::Tell(id, Input::BurstEnded)),
            Output::Load { load, owner } => {
                let at = self.transaction();
                self.time.at(at, Due::Read(id, load, owner));
            }
            Output::Store { store, writes } => {
                let end = self.model.stored(&writes);
                if let Some(tab) = self.tabs.get_mut(&id) {
                    tab.ended = end.unwrap_or(tab.ended);
                }
                let at = self.transaction();
                self.time.at(at, Due::Commit(id, store, writes));
            }
            Output::Lock => {
                let asked = self.asked(id);
                if self.locks.ask(id) {
                    let at = self.soon(2);
                    self.time.at(at, Due::Granted(id, asked));
                }
            }
            Output::Steal => {
                let asked = self.asked(id);
                if let Some(robbed) = self.locks.steal(id) {
                    self.time.at(self.time.mono(), Due::Tell(robbed, Input::LockLost));
                }
                let at = self.soon(2);
                self.time.at(at, Due::Granted(id, asked));
            }
            Output::Unlock => {
                self.asked(id);
                self.unlock(id);
            }
            Output::Lease { until } => self.locks.lease = Some(until),
            Output::Prune { before } => self.storage.prune(&before),
            Output::Peek => self.time.at(self.time.mono(), Due::Tell(id, Input::Peeked { until: self.locks.lease })),
            Output::GetToken { guest } => self.get_token(id, guest),
            Output::Start { .. } => self.break_off("a session was started for a known guest".into()),
            Output::Send(request) => self.send(id, request),
            Output::Abort { send } => {
                if let Some(tab) = self.tabs.get_mut(&id)
                    && tab.sending.is_some_and(|(of, _)| of == send)
                {
                    tab.sending = None;
                }
            }
            Output::Resolve { .. } => self.break_off("nobody wants to resolve conflicts".into()),
            Output::Notify(hint) => self.notify(id, hint),
            Output::WakeAt(at) => {
                let Some(tab) = self.tabs.get_mut(&id) else { return };
                tab.alarm += 1;
                let alarm = tab.alarm;
                if let Some(at) = at {
                    self.time.at(at, Due::Alarm(id, alarm));
                }
            }
            Output::Settle { call, outcome } => self.settled(id, call, &outcome),
            Output::Event(_) => {}
        }
    }

    fn asked(&mut self, id: TabId) -> u64 {
        self.tabs.get_mut(&id).map_or(0, |tab| {
            tab.asked += 1;
            tab.asked
        })
    }

    fn unlock(&mut self, id: TabId) {
        if let Some(next) = self.locks.give_back(id) {
            let asked = self.tabs.get(&next).map_or(0, |tab| tab.asked);
            let at = self.soon(2);
            self.time.at(at, Due::Granted(next, asked));
        }
    }

    fn transaction(&mut self) -> u64 {
        let begun = self.storage.busy_until.max(self.time.mono());
        self.storage.busy_until = begun + self.below(3);
        self.storage.busy_until
    }

    fn get_token(&mut self, id: TabId, guest: String) {
        let at = self.soon(80);
        let fate = self.weather.fate(&mut self.random);
        let input = match fate {
            Fate::Answered if self.online => {
                let value = Sensitive::new("capability".into());
                Input::Token { guest, asked_at: self.time.mono(), value, expires_in: Some(60.0) }
            }
            Fate::Refused(answer) if self.online && answer.status != 401 => Input::TokenFailed { guest, answer: *answer },
            _ => Input::TokenFailed { guest, answer: Answer::default() },
        };
        self.time.at(at, Due::Tell(id, input));
    }

    fn notify(&mut self, from: TabId, hint: Hint) {
        let others: Vec<TabId> = self.tabs.keys().copied().filter(|id| *id != from).collect();
        for id in others {
            // Hints may be lost, or late.
            if self.below(10) > 0 {
                let at = self.soon(20);
                self.time.at(at, Due::Tell(id, Input::Changed(hint)));
            }
        }
    }

    fn send(&mut self, id: TabId, request: Request) {
        self.check_send(id, &request);
        if !request.keepalive
            && let Some(tab) = self.tabs.get_mut(&id)
        {
            tab.sending = Some((request.send, request.deadline));
        }
        let send = request.send;
        if !self.online {
            let at = self.soon(5);
            return self.time.at(at, Due::Answer(id, send, None));
        }
        let fate = self.weather.fate(&mut self.random);
        let slow = if self.below(20) == 0 { 12_000 } else { 150 };
        let at = self.soon(slow);
        if !request.keepalive {
            self.time.at(request.deadline, Due::Answer(id, send, None));
        }
        self.time.at(at, Due::Arrive(id, Box::new(request), fate));
    }

    fn check_send(&mut self, id: TabId, request: &Request) {
        let now = self.time.mono();
        self.model.unsure = self.storage.refused && self.set_back;
        if let Action::Write { body, .. } | Action::Hook { body, .. } = &request.action {
            for value in values(body) {
                let stated = self.tabs.get(&id).is_some_and(|tab| tab.stated == Some(true));
                if let Err(why) = self.model.may_start(&value, stated) {
                    self.break_off(format!("tab {id}: {why}"));
                }
            }
        }
        if now < self.pause_until {
            self.break_off(format!("tab {id} sends inside a Retry-After window"));
        }
        if !request.keepalive {
            let busy = |tab: &&Tab| tab.id != id && tab.sending.is_some_and(|(_, deadline)| deadline > now);
            if let Some(other) = self.tabs.values().find(busy).map(|tab| tab.id) {
                self.break_off(format!("tabs {id} and {other} send at once"));
            }
        }
    }

    fn arrive(&mut self, id: TabId, request: &Request, fate: Fate) {
        let back = self.soon(100);
        let answer = match fate {
            Fate::Lost => None,
            Fate::Refused(answer) => Some(*answer),
            Fate::Answered | Fate::AnswerLost | Fate::Misreported(_) => {
                let before = self.server.applied.len();
                let answer = self.server.answer(&request.action);
                self.check_order(before);
                match (answer, fate) {
                    (Err(why), _) => return self.break_off(why),
                    (Ok(_), Fate::AnswerLost) => None,
                    (Ok(_), Fate::Misreported(status)) => Some(Answer { status, ..Answer::default() }),
                    (Ok(answer), _) => Some(answer),
                }
            }
        };
        self.say(|| format!("the server answers tab {id}: {:?}", answer.as_ref().map(|a| a.status)));
        self.time.at(back, Due::Answer(id, request.send, answer));
    }

    /// I3: what the server holds of a key never goes back.
    fn check_order(&mut self, from: usize) {
        if self.storage.refused {
            return;
        }
        for at in from..self.server.applied.len() {
            let (key, value) = self.server.applied[at].clone();
            let earlier = self.server.applied[..at].iter().rev().find(|(of, _)| *of == key);
            // What was withdrawn is forgotten with its clock: with a wall clock set back since, its successor's may be earlier.
            let ended = self.model.latest_end;
            let withdrawn = |value: &String| {
                self.model.clock(value).is_some_and(|at| at <= ended)
                    || self
                        .model
                        .told
                        .get(value)
                        .is_some_and(|told| self.model.is_withdrawn(told, self.storage.epoch(&told.purpose)))
            };
            // So is what a page has taken back by what it states.
            let refused = self.contradicts && purpose_of(&key) == "service";
            if refused || earlier.is_some_and(|(_, before)| withdrawn(before)) {
                continue;
            }
            let clocks = earlier.and_then(|(_, before)| Some((self.model.clock(before)?, self.model.clock(&value)?)));
            if clocks.is_some_and(|(before, now)| now < before) {
                self.break_off(format!("{key} went back to {value}"));
            }
        }
    }

    fn settled(&mut self, id: TabId, call: u32, outcome: &Outcome) {
        let Some(waits) = self.tabs.get_mut(&id).and_then(|tab| tab.calls.remove(&call)) else {
            return self.break_off(format!("call {call} of tab {id} was settled twice, or never made"));
        };
        match (waits, outcome) {
            (Waits::Set(values), Outcome::Set { durability: Some(Durability::Disk), held, .. }) => {
                for value in values {
                    let key = self.model.told[&value].key.clone();
                    if !held.contains(&key) {
                        self.model.promise(&value);
                    }
                }
            }
            (Waits::Withdraw(purpose), Outcome::Done) => self.model.withdrawal_resolved(&purpose),
            (Waits::Withdraw(purpose), Outcome::Unkept) => self.model.withdrawal_unkept(&purpose),
            (Waits::Logout(records), Outcome::Done) => {
                let own = self.tabs.get(&id).map(|tab| tab.ended).unwrap_or_default();
                // Of two logouts at once in tabs whose clocks differ, the one stored last counts.
                self.model.ended = own.min(self.storage.ended());
                if let Some(left) = records.iter().find(|key| self.storage.holds_ended(key)) {
                    self.break_off(format!("record {left} outlives the logout of tab {id}"));
                }
            }
            _ => {}
        }
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
                let rows = self.storage.of(&owner);
                self.tell(id, Input::Loaded { load, rows });
            }
            Due::Commit(id, store, writes) => {
                if !self.tabs.contains_key(&id) && self.below(2) == 0 {
                    return; // The renderer died before the transaction was handed over.
                }
                let input = if self.storage.write(&writes) {
                    self.note_pause(&writes);
                    Input::Stored { store, durability: Durability::Disk }
                } else {
                    Input::StoreFailed { store, reason: "quota" }
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

    /// From the moment at which everybody can know of it, nobody sends inside a pause.
    fn note_pause(&mut self, writes: &[Write]) {
        for write in writes.iter().filter(|write| write.key.ends_with("/pause")) {
            let times = write.value.as_deref().and_then(|text| text.split_once(' '));
            if let Some((Ok(set), Ok(until))) = times.map(|(set, until)| (set.parse::<u64>(), until.parse::<u64>())) {
                // The answer came a transaction ago, and the clock may have been set since.
                let left = (until - set).min(until.saturating_sub(self.time.now().wall));
                self.pause_until = self.pause_until.max(self.time.mono() + left.saturating_sub(10));
            }
        }
    }

    fn answered(&mut self, id: TabId, send: u32, answer: Option<Answer>) {
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        if tab.frozen {
            return self.time.at(self.thaw(), Due::Answer(id, send, answer));
        }
        if tab.sending.is_none_or(|(of, _)| of != send) {
            return;
        }
        tab.sending = None;
        self.rate_limits += u64::from(answer.as_ref().is_some_and(|answer| answer.pause > 0));
        self.tell(
            id,
            match answer {
                Some(answer) => Input::Response { send, answer },
                None => Input::SendFailed { send },
            },
        );
    }
}

fn values(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).expect("a body is JSON");
    body["attributes"].as_object().expect("attributes").values().map(|v| v.as_str().expect("text").to_owned()).collect()
}
