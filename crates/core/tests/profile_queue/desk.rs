//! A browser in which everything asked for is done at once, but for what a test says.

use std::collections::BTreeSet;

use guestsync_core::journal::{Row, Table};
use guestsync_core::profile::{Input, Letter, Output, Patch, Profile, Report, Rules, Upstream};
use guestsync_core::{Now, Sensitive};
use serde_json::Value;

use crate::browser::{Life, key};
use crate::disk::Disk;

pub struct Desk {
    rules: Rules,
    life: Life,
    disk: Disk,
    pub consent: Vec<Row>,
    /// Whether the disk takes nothing but removals.
    pub full: bool,
    pub now: Now,
    /// What the server answers; 0: the patch never left.
    pub status: u16,
    /// Guests without a session.
    pub gone: BTreeSet<String>,
    pub sent: Vec<Patch>,
    pub reports: Vec<Report>,
    pub answers: Vec<u16>,
    letters: Vec<Letter>,
}

impl Desk {
    pub fn new(rules: Rules) -> Self {
        let now = Now::new(1_795_182_907_042, 1_000);
        let life = Life { profile: Profile::with_queue(rules.clone(), 1), todo: Vec::new(), since: now.mono, wake: None };
        let (disk, gone) = (Disk::default(), BTreeSet::new());
        let (sent, reports, answers, letters) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { rules, life, disk, consent: Vec::new(), full: false, now, status: 200, gone, sent, reports, answers, letters }
    }

    /// The worker is stopped, and another begins its life.
    pub fn restart(&mut self) {
        let profile = Profile::with_queue(self.rules.clone(), self.now.mono);
        self.life = Life { profile, todo: Vec::new(), since: self.now.mono, wake: None };
    }

    pub fn wait(&mut self, span: u64) {
        self.now = Now::new(self.now.wall + span, self.now.mono + span);
    }

    /// Posts a form and gives the status of its answer.
    pub fn post(&mut self, guest: &str, fields: &[(&str, u64)]) -> u16 {
        let form = self.answers.len() as u32;
        let seed = 1_000 + u64::from(form) + self.now.mono;
        let outputs = self.life.submit(self.now, form, guest, fields, seed);
        self.perform(outputs);
        // Where its attempt is still to come, it has come to nothing by then.
        self.wait(3_000);
        self.tell(Input::Deadline);
        self.answers.last().copied().unwrap_or_default()
    }

    pub fn tell(&mut self, input: Input) {
        let outputs = self.life.tell(self.now, input);
        self.perform(outputs);
    }

    /// What waits or was refused, as a page sees it.
    pub fn letters(&mut self) -> &[Letter] {
        self.tell(Input::Status { ask: 1 });
        &self.letters
    }

    pub fn entries(&self) -> usize {
        self.disk.entries().count()
    }

    /// What was told of a kind, by guest.
    pub fn told(&self, kind: &str) -> Vec<&str> {
        self.reports.iter().filter(|report| report.kind.as_str() == kind).map(|report| &*report.guest).collect()
    }

    fn perform(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            if let Some(input) = self.done(output) {
                self.tell(input);
            }
        }
    }

    fn done(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Lock => Some(Input::LockGranted),
            Output::Load { load } => {
                let rows = self.disk.rows().into_iter().chain(self.consent.iter().cloned()).collect();
                Some(Input::Loaded { load, rows })
            }
            Output::Store { store, writes } if self.full && writes.iter().any(|write| write.value.is_some()) => {
                Some(Input::StoreFailed { store })
            }
            Output::Store { store, writes } => {
                self.disk.apply(&writes);
                Some(Input::Stored { store })
            }
            Output::GetToken { guest } if self.gone.contains(&guest) => {
                let answer = Upstream { status: 401, code: Some("session.missing".into()), ..Upstream::default() };
                Some(Input::TokenFailed { guest, answer })
            }
            Output::GetToken { guest } => {
                let asked_at = self.now.mono - self.life.since;
                Some(Input::Token { guest, asked_at, value: Sensitive::new("t".into()), expires_in: Some(86_400.0 * 30.0) })
            }
            Output::GetFieldKey { guest, .. } => Some(Input::FieldKey { guest, key: key(), fresh_for: None }),
            Output::Send(patch) => {
                let send = patch.send;
                self.sent.push(patch);
                let answer = Upstream { status: self.status, ..Upstream::default() };
                Some(if self.status == 0 { Input::SendFailed { send, unsent: true } } else { Input::Response { send, answer } })
            }
            Output::Respond { reply, .. } => {
                self.answers.push(reply.status);
                None
            }
            Output::Report(report) => {
                self.reports.push(report);
                None
            }
            Output::Status { letters, .. } => {
                self.letters = letters;
                None
            }
            _ => None,
        }
    }
}

/// The members that a patch sets, but for the time.
pub fn members(patch: &Patch) -> Vec<String> {
    let operations: Vec<Value> = serde_json::from_str(&patch.body).expect("a JSON Patch");
    let paths = operations.iter().filter_map(|operation| operation["path"].as_str());
    paths.filter(|path| *path != "/lastUpdated").map(str::to_owned).collect()
}

/// A row of a visitor's withdrawal, later than all that was submitted.
pub fn withdrawal(purpose: &str) -> Row {
    Row { table: Table::Consent, key: format!("w/{purpose}").into(), value: "0fff00000000000000000000".into() }
}
