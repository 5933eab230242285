//! A machine with a queue, on a disk that does at once what it is asked for.

use std::collections::BTreeMap;

use guestsync_core::journal::{Row, Table, Write};
use guestsync_core::profile::{Input, KeySet, Listed, Output, Patch, Profile, Rules, Settings, Upstream};
use guestsync_core::shared_str::SharedStr;
use guestsync_core::{Now, Sensitive};

use crate::keys::{Holder, entropy};
use crate::world::{WALL, entries, one_patch};

pub(crate) struct Kept {
    pub(crate) profile: Profile,
    pub(crate) mono: u64,
    rows: BTreeMap<(bool, SharedStr), SharedStr>,
    /// How often it asked to be woken, and when at last.
    pub(crate) wakes: Vec<Option<u64>>,
    /// Whether the disk does not answer by itself.
    pub(crate) is_slow: bool,
    /// Whether the lock is another's.
    pub(crate) is_locked: bool,
    made: u32,
}

impl Kept {
    pub(crate) fn new(settings: Settings) -> Self {
        let profile = machine(settings, 1);
        Self { profile, mono: 0, rows: BTreeMap::new(), wakes: Vec::new(), is_slow: false, is_locked: false, made: 0 }
    }

    /// A machine that has its key set, an agreement to seal with and a capability.
    pub(crate) fn warm(settings: Settings) -> Self {
        let mut kept = Self::new(settings);
        kept.submit(&[("guestId", "g-1"), ("name", "warm")]);
        kept.keys();
        let sent = kept.token("g-1", "t1");
        kept.respond(one_patch(&sent), 200);
        kept
    }

    /// What it asks for and says, but for the lock and the disk.
    pub(crate) fn tell(&mut self, input: Input) -> Vec<Output> {
        let now = Now::new(WALL + self.mono, self.mono);
        self.profile.handle(now, input);
        let mut outputs = Vec::new();
        while let Some(output) = self.profile.poll() {
            match output {
                Output::Lock if !self.is_locked => self.profile.handle(now, Input::LockGranted),
                Output::Load { load } if !self.is_slow => {
                    let rows = self.rows();
                    self.profile.handle(now, Input::Loaded { load, rows });
                }
                Output::Store { store, writes } => {
                    for write in writes {
                        let key = (write.table == Table::Consent, write.key);
                        match write.value {
                            Some(value) => self.rows.insert(key, value),
                            None => self.rows.remove(&key),
                        };
                    }
                    self.profile.handle(now, Input::Stored { store });
                }
                Output::Agree { key_id } => {
                    self.made += 1;
                    assert_eq!(key_id, "k1");
                    let agreement = Holder::new("k1").agreement(self.made.into());
                    self.profile.handle(now, Input::Agreed(agreement));
                }
                Output::WakeAt(at) => self.wakes.push(at),
                Output::Lock | Output::Unlock | Output::Sync => {}
                output => outputs.push(output),
            }
        }
        outputs
    }

    /// All that is on the disk.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let table = |consent: bool| if consent { Table::Consent } else { Table::Forms };
        let row = |(key, value): (&(bool, SharedStr), &SharedStr)| Row {
            table: table(key.0),
            key: key.1.clone(),
            value: value.clone(),
        };
        self.rows.iter().map(row).collect()
    }

    /// Writes a row as another writer of the database would.
    pub(crate) fn put(&mut self, key: &str, value: &str) {
        self.rows.insert((false, key.into()), value.into());
    }

    /// Writes what a page has decided.
    pub(crate) fn decide(&mut self, write: Write) {
        self.rows.insert((true, write.key), write.value.expect("a decision"));
    }

    /// The keys of the entries on the disk.
    pub(crate) fn entries(&self) -> Vec<String> {
        self.rows.keys().filter(|(consent, key)| !consent && key.contains('/')).map(|(_, key)| key.to_string()).collect()
    }

    pub(crate) fn submit(&mut self, fields: &[(&str, &str)]) -> Vec<Output> {
        self.made += 1;
        let (form, entropy) = (self.made, entropy(self.made.into()));
        self.tell(Input::Submitted { form, navigation: false, entries: entries(fields), entropy })
    }

    pub(crate) fn keys(&mut self) -> Vec<Output> {
        let text = |text: &str| Some(text.to_owned());
        let key = Listed { id: text("k1"), kind: text("EC"), curve: text("P-256"), ..Listed::default() };
        let cache_control = text("max-age=86400");
        self.tell(Input::Keys(KeySet { keys: vec![key], cache_control, stored: false }))
    }

    pub(crate) fn token(&mut self, guest: &str, value: &str) -> Vec<Output> {
        self.token_asked_at(self.mono, guest, value)
    }

    pub(crate) fn token_asked_at(&mut self, asked_at: u64, guest: &str, value: &str) -> Vec<Output> {
        let value = Sensitive::new(value.to_owned());
        self.tell(Input::Token { guest: guest.into(), asked_at, value, expires_in: Some(86_400.0) })
    }

    pub(crate) fn respond(&mut self, patch: &Patch, status: u16) -> Vec<Output> {
        self.tell(Input::Response { send: patch.send, answer: Upstream { status, ..Upstream::default() } })
    }

    /// The time passes, and the machine is woken where it asked to be.
    pub(crate) fn wait(&mut self, span: u64) -> Vec<Output> {
        let until = self.mono + span;
        let mut outputs = Vec::new();
        while let Some(at) = self.wakes.last().copied().flatten().filter(|at| *at <= until) {
            self.mono = self.mono.max(at);
            self.wakes.push(None);
            outputs.extend(self.tell(Input::Deadline));
        }
        self.mono = until;
        outputs
    }

    /// The worker is stopped, and another one starts.
    pub(crate) fn restart(&mut self, settings: Settings) {
        self.profile = machine(settings, 2);
        self.wakes.clear();
    }
}

pub(crate) fn machine(settings: Settings, seed: u64) -> Profile {
    Profile::with_queue(Rules::new(settings).expect("good settings"), seed)
}
