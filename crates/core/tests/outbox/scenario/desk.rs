//! One storage, tabs of it, and a server that answers at once.

use std::collections::{BTreeMap, VecDeque};

use guestsync_core::attribute::{Given, Update, Value};
use guestsync_core::outbox::{Action, Answer, Event, Guest, Hint, Input, Options, Outbox, Outcome, Output, Request};
use guestsync_core::shared_str::SharedStr;
use guestsync_core::{Now, Sensitive};

use crate::network::Fate;
use crate::server::Server;
use crate::storage::Storage;

pub struct Desk {
    pub storage: Storage,
    pub time: u64,
    /// By how much the wall clock was set back.
    pub back: u64,
    /// What the server answers to a write.
    pub write: u16,
    /// A server that keeps what is written, instead of one that answers the same to everything.
    pub server: Option<Server>,
    /// How the next requests to it fare, one after the other.
    pub fates: VecDeque<Fate>,
    /// What the page's `onConflict` makes of theirs.
    pub resolve: fn(&Value) -> Option<Value>,
    /// How often it was asked.
    pub resolved: usize,
    /// What is answered where a capability is asked for, if it is refused.
    pub no_token: Option<Answer>,
    /// What the webhook answers.
    pub webhook: u16,
    /// Whether it does not answer.
    pub webhook_hangs: bool,
    /// Whether the server does not answer to writes.
    pub hangs: bool,
    /// Whether the journal cannot be read under the lock.
    pub unreadable_locked: bool,
    holding: bool,
    /// How often a session was started.
    pub starts: usize,
    /// Whether locks are refused.
    pub locked: bool,
    /// How often the lock was asked for.
    pub asked: usize,
    /// How long the tab sleeps before it hears an answer.
    pub sleep: u64,
    pub requests: Vec<Request>,
    pub events: Vec<Event>,
    /// What the tabs told each other; nobody hears it by itself.
    pub hints: Vec<Hint>,
    pub outcomes: BTreeMap<u32, Outcome>,
    /// Loads that are not answered yet: their numbers and owners.
    pub unread: Option<Vec<(u32, SharedStr)>>,
    /// Answers to starts of sessions that are kept back.
    pub unstarted: Option<Vec<Input>>,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            storage: Storage::default(),
            time: 1_000_000,
            back: 0,
            write: 200,
            server: None,
            fates: VecDeque::new(),
            resolve: |_| None,
            resolved: 0,
            no_token: None,
            webhook: 200,
            webhook_hangs: false,
            hangs: false,
            unreadable_locked: false,
            holding: false,
            starts: 0,
            locked: false,
            asked: 0,
            sleep: 0,
            requests: Vec::new(),
            events: Vec::new(),
            hints: Vec::new(),
            outcomes: BTreeMap::new(),
            unread: None,
            unstarted: None,
        }
    }

    pub fn options() -> Options {
        let mut options = Options::new(Guest::Session("first-session".into()));
        options.stated = vec![("service".into(), true), ("marketing".into(), true)];
        options.purposes.name("email".into(), "marketing".into());
        options.max_delay = 0;
        options
    }

    pub fn open(&mut self, options: Options) -> Outbox {
        let mut outbox = Outbox::new(options, self.time, self.now(), self.storage.mirror());
        self.pump(&mut outbox);
        self.tell(&mut outbox, Input::Tick);
        outbox
    }

    /// Opens a page whose journal does not answer yet.
    pub fn open_unread(&mut self, options: Options) -> Outbox {
        self.unread = Some(Vec::new());
        self.open(options)
    }

    /// Opens a page of which localStorage has kept nothing, whose journal does not answer yet.
    pub fn open_forgotten(&mut self, options: Options) -> Outbox {
        self.unread = Some(Vec::new());
        let mut outbox = Outbox::new(options, self.time, self.now(), Vec::new());
        self.pump(&mut outbox);
        outbox
    }

    /// The journal answers.
    pub fn read(&mut self, outbox: &mut Outbox) {
        for (load, owner) in self.unread.take().unwrap_or_default() {
            let rows = self.storage.load(&owner);
            self.tell(outbox, Input::Loaded { load, rows });
        }
    }

    /// The journal answers that it cannot be read.
    pub fn fail_to_read(&mut self, outbox: &mut Outbox) {
        for (load, _) in self.unread.take().unwrap_or_default() {
            self.tell(outbox, Input::LoadFailed { load });
        }
    }

    /// A page is opened, sets something without a network, and is gone.
    pub fn leave_behind(&mut self, options: Options, key: &str, value: &str) {
        let mut tab = self.open(options);
        self.tell(&mut tab, Input::Offline);
        self.set(&mut tab, 1, key, value);
        assert_eq!(self.storage.records(), 1);
    }

    /// What happens in tabs whose journal answers, before it does here.
    pub fn meanwhile(&mut self, elsewhere: impl FnOnce(&mut Self)) {
        let unread = self.unread.take();
        elsewhere(self);
        self.unread = unread;
    }

    fn now(&self) -> Now {
        Now::new(self.time - self.back, self.time)
    }

    pub fn tell(&mut self, outbox: &mut Outbox, input: Input) {
        self.time += 1;
        outbox.handle(self.now(), input);
        self.pump(outbox);
    }

    /// All of it in one task: storage and server answer afterwards.
    pub fn tell_at_once(&mut self, outbox: &mut Outbox, inputs: Vec<Input>) {
        for input in inputs {
            self.time += 1;
            outbox.handle(self.now(), input);
        }
        self.pump(outbox);
    }

    pub fn set(&mut self, outbox: &mut Outbox, call: u32, key: &str, value: &str) {
        let given = Given::Value(Value::text(value));
        self.tell(outbox, Input::Set { call, updates: vec![Update { key: key.into(), given }] });
    }

    /// The last that a tab does is to set something: it is gone with the end of the task.
    pub fn set_last(&mut self, mut outbox: Outbox, key: &str, value: &str) {
        let updates = vec![Update { key: key.into(), given: Given::Value(Value::text(value)) }];
        self.time += 1;
        for input in [Input::Set { call: 0, updates }, Input::BurstEnded] {
            outbox.handle(self.now(), input);
        }
        while let Some(output) = outbox.poll() {
            self.perform(output);
        }
    }

    /// What tabs have told each other reaches one, and from here on the journal does not answer.
    pub fn hear(&mut self, outbox: &mut Outbox) {
        self.unread = Some(Vec::new());
        for hint in std::mem::take(&mut self.hints) {
            self.tell(outbox, Input::Changed(hint));
        }
    }

    /// Lets so much time pass in one tab.
    pub fn wait(&mut self, outbox: &mut Outbox, ms: u64) {
        self.time += ms;
        self.tell(outbox, Input::Tick);
    }

    /// Attribute writes that were sent, as their bodies.
    pub fn bodies(&self) -> Vec<&str> {
        let body = |request| match request {
            &Request { action: Action::Write { ref body, .. }, .. } => Some(&**body),
            _ => None,
        };
        self.requests.iter().filter_map(body).collect()
    }

    /// Events that were sent to the webhook: id and body.
    pub fn hooks(&self) -> Vec<(&str, &str)> {
        let hook = |request| match request {
            &Request { action: Action::Hook { ref id, ref body }, .. } => Some((&**id, &**body)),
            _ => None,
        };
        self.requests.iter().filter_map(hook).collect()
    }

    fn pump(&mut self, outbox: &mut Outbox) {
        while let Some(output) = outbox.poll() {
            if let Some(input) = self.perform(output) {
                self.tell(outbox, input);
            }
        }
    }

    fn perform(&mut self, output: Output) -> Option<Input> {
        Some(match output {
            Output::Defer => Input::BurstEnded,
            Output::Load { load, .. } if self.unreadable_locked && self.holding => Input::LoadFailed { load },
            Output::Load { load, owner } => match &mut self.unread {
                Some(unread) => {
                    unread.push((load, owner));
                    return None;
                }
                None => Input::Loaded { load, rows: self.storage.load(&owner) },
            },
            Output::Store { store, writes } => match self.storage.write(&writes) {
                Some(durability) => Input::Stored { store, durability },
                None => Input::StoreFailed { store, reason: "quota" },
            },
            Output::Prune { before } => {
                self.storage.prune(&before);
                return None;
            }
            Output::Lock => {
                self.asked += 1;
                self.holding = !self.locked;
                if self.locked { Input::LockLost } else { Input::LockGranted }
            }
            Output::Unlock => {
                self.holding = false;
                return None;
            }
            Output::GetToken { guest } => match self.no_token.clone() {
                Some(answer) => Input::TokenFailed { guest, answer: answer.into() },
                None => {
                    let value = Sensitive::new(format!("for {guest}"));
                    Input::Token { guest, asked_at: self.time, value, expires_in: Some(600.0) }
                }
            },
            Output::Start { session } => {
                self.starts += 1;
                let started = Input::Started { guest: format!("guest-of-{session}").into(), session };
                match &mut self.unstarted {
                    Some(unstarted) => {
                        unstarted.push(started);
                        return None;
                    }
                    None => started,
                }
            }
            Output::Send(request)
                if self.webhook_hangs && matches!(request.action, Action::Hook { .. })
                    || self.hangs && matches!(request.action, Action::Write { .. }) =>
            {
                self.requests.push(*request);
                return None;
            }
            Output::Send(request) => self.answer(*request),
            Output::Resolve { send, conflicts } => {
                self.resolved += 1;
                let values = conflicts.into_iter().map(|(key, _, theirs)| (key, (self.resolve)(&theirs))).collect();
                Input::Resolved { send, values }
            }
            Output::Settle { call, outcome } => {
                self.outcomes.insert(call, outcome);
                return None;
            }
            Output::Event(event) => {
                self.events.push(event);
                return None;
            }
            Output::Notify(hint) => {
                self.hints.push(hint);
                return None;
            }
            _ => return None,
        })
    }

    fn answer(&mut self, request: Request) -> Input {
        let send = request.send;
        let mut answer = Answer { status: 200, ..Answer::default() };
        match &request.action {
            Action::Write { .. } => {
                answer.status = self.write;
                answer.etag = Some("\"1\"".into());
            }
            Action::Read => {}
            Action::Hook { .. } => answer.status = self.webhook,
        }
        let mut lost = false;
        if let Some(server) = &mut self.server {
            let mut reach = || server.answer(&request.action).expect("a request as the contract has it");
            match self.fates.pop_front().unwrap_or(Fate::Answered) {
                Fate::Lost => lost = true,
                Fate::AnswerLost => {
                    reach();
                    lost = true;
                }
                Fate::Answered => answer = reach(),
                Fate::Misreported(status) => answer = Answer { status, ..reach() },
                Fate::Refused(refusal) => answer = *refusal,
            }
        }
        self.requests.push(request);
        self.time += self.sleep;
        if lost { Input::SendFailed { send } } else { Input::Response { send, answer: answer.into() } }
    }
}
