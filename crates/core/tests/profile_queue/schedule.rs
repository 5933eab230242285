//! One schedule: what happens, in which order, from a seed.

use guestsync_core::profile::{Input, Letter, Output, Upstream};
use guestsync_core::{Now, Sensitive};

use crate::browser::{FIELDS, Life, key, kind};
use crate::check;
use crate::dice::Dice;
use crate::disk::{Disk, Job};
use crate::server::{Fate, Server};

const STEPS: usize = 120;

pub struct Form {
    pub guest: String,
    pub fields: Vec<(&'static str, u64)>,
    pub answer: Option<u16>,
}

/// What happened in the schedules.
#[derive(Debug, Default)]
pub struct Totals {
    forms: u64,
    stops: u64,
    requests: u64,
    lost_answers: u64,
    pauses: u64,
    full: u64,
    synced: u64,
    queued: u64,
    refused: u64,
    letters: u64,
}

impl Totals {
    pub fn add(&mut self, one: &Self) {
        self.forms += one.forms;
        self.stops += one.stops;
        self.requests += one.requests;
        self.lost_answers += one.lost_answers;
        self.pauses += one.pauses;
        self.full += one.full;
        self.synced += one.synced;
        self.queued += one.queued;
        self.refused += one.refused;
        self.letters += one.letters;
    }

    pub fn assert_that_faults_happened(&self) {
        for (what, count) in [
            ("stops", self.stops),
            ("lost answers", self.lost_answers),
            ("pauses", self.pauses),
            ("full storage", self.full),
            ("synced", self.synced),
            ("queued", self.queued),
            ("refused", self.refused),
            ("letters", self.letters),
        ] {
            assert!(count > 0, "{what}");
        }
    }
}

pub struct Schedule {
    dice: Dice,
    now: Now,
    disk: Disk,
    server: Server,
    life: Option<Life>,
    forms: Vec<Form>,
    values: u64,
    /// The server named this moment (monotonic); what knows of it must not send before.
    pause: u64,
    pub letters: Vec<Letter>,
    calm: bool,
    telling: bool,
    totals: Totals,
}

impl Schedule {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            now: Now::new(1_795_182_907_042, 1_000_000),
            disk: Disk::default(),
            server: Server::default(),
            life: None,
            forms: Vec::new(),
            values: 0,
            pause: 0,
            letters: Vec::new(),
            calm: false,
            telling: false,
            totals: Totals::default(),
        }
    }

    pub fn telling(mut self) -> Self {
        self.telling = true;
        self
    }

    pub fn run(mut self) -> Result<Totals, String> {
        for _ in 0..STEPS {
            self.step();
            self.check()?;
        }
        self.come_to_rest()?;
        check::at_rest(&self.forms, &self.server, &self.letters)?;
        self.totals.letters += self.letters.len() as u64;
        Ok(self.totals)
    }

    fn check(&self) -> Result<(), String> {
        self.server.broken.clone().map_or(Ok(()), Err)
    }

    fn say(&self, what: impl FnOnce() -> String) {
        if self.telling {
            println!("{:>9} {}", self.now.mono - 1_000_000, what());
        }
    }

    fn step(&mut self) {
        match self.dice.below(20) {
            0..=3 => self.submit(),
            4..=12 => self.perform(),
            13..=14 => {
                let span = self.dice.pick(&[1, 50, 400, 1_000, 3_000, 9_000]);
                self.wait(span);
            }
            15 => self.wait_for_the_next_wake(),
            16 => self.stop(),
            17 => self.wake(),
            18 if self.dice.percent(30) => self.jump(),
            _ => self.perform(),
        }
    }

    fn submit(&mut self) {
        let guest = format!("g-{}", self.dice.below(3));
        let mut fields = Vec::new();
        for name in FIELDS {
            if self.dice.percent(50) {
                self.values += 1;
                fields.push((name, self.values));
            }
        }
        if fields.is_empty() {
            return;
        }
        let form = self.forms.len() as u32;
        self.say(|| format!("form {form} of {guest}: {fields:?}"));
        self.totals.forms += 1;
        self.forms.push(Form { guest: guest.clone(), fields: fields.clone(), answer: None });
        let (now, seed) = (self.now, self.dice.draw());
        let outputs = self.life().submit(now, form, &guest, &fields, seed);
        self.note(outputs);
    }

    fn life(&mut self) -> &mut Life {
        let (seed, now) = (self.dice.draw(), self.now);
        self.life.get_or_insert_with(|| Life::new(seed, now))
    }

    fn tell(&mut self, input: Input) {
        let now = self.now;
        let outputs = self.life().tell(now, input);
        self.note(outputs);
    }

    /// The worker may be stopped before it has done what it was about to do.
    fn note(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            if !self.calm && self.dice.below(400) == 0 {
                return self.stop();
            }
            self.begin(output);
        }
    }

    fn begin(&mut self, output: Output) {
        match output {
            Output::Respond { form, reply } => {
                self.say(|| format!("form {form} is answered with {}", reply.status));
                match reply.status {
                    200 => self.totals.synced += 1,
                    202 => self.totals.queued += 1,
                    _ => self.totals.refused += 1,
                }
                let form = &mut self.forms[form as usize];
                assert!(form.answer.is_none(), "answered once");
                form.answer = Some(reply.status);
            }
            Output::Forward { form } => self.forms[form as usize].answer = Some(307),
            Output::Store { store, writes } => {
                self.say(|| format!("store {store}: {writes:?}"));
                self.disk.jobs.push_back(Job::Store(store, writes));
            }
            Output::Load { load } => self.disk.jobs.push_back(Job::Load(load)),
            Output::Status { letters, .. } => self.letters = letters,
            Output::Report(report) => self.say(|| format!("report {} {}", kind(&report), report.guest)),
            Output::WakeAt(at) => {
                let since = self.life().since;
                self.life().wake = at.map(|at| at + since);
            }
            Output::Abort { send } => {
                let life = self.life();
                // It may have arrived all the same.
                let aborted = life.todo.iter().position(|output| matches!(output, Output::Send(patch) if patch.send == send));
                if let Some(Output::Send(patch)) = aborted.map(|at| life.todo.remove(at))
                    && self.dice.percent(50)
                {
                    self.server.take(&patch, Fate::Lost);
                }
            }
            Output::Unlock | Output::Sync => {}
            Output::Send(patch) => {
                if self.now.mono < self.pause {
                    self.server.broken = Some("R7: sent before the moment that the server named".into());
                }
                self.life().todo.push(Output::Send(patch));
            }
            other => self.life().todo.push(other),
        }
    }

    fn perform(&mut self) {
        if self.life.is_none() {
            return;
        }
        let waiting = self.life().todo.len();
        let jobs = usize::from(!self.disk.jobs.is_empty());
        if waiting + jobs == 0 {
            return;
        }
        let which = self.dice.below(waiting + 2 * jobs);
        if which >= waiting { self.finish_job() } else { self.finish(which) }
    }

    fn finish_job(&mut self) {
        let full = !self.calm && self.dice.percent(3);
        match self.disk.jobs.pop_front() {
            Some(Job::Load(load)) if full => self.tell(Input::LoadFailed { load }),
            Some(Job::Load(load)) => {
                let rows = self.disk.rows();
                self.tell(Input::Loaded { load, rows });
            }
            Some(Job::Store(store, _)) if full => {
                self.say(|| format!("store {store} fails"));
                self.totals.full += 1;
                self.server.full = true;
                self.tell(Input::StoreFailed { store });
            }
            Some(Job::Store(store, writes)) => {
                self.disk.apply(&writes);
                self.say(|| format!("store {store} is complete"));
                self.tell(Input::Stored { store });
            }
            None => {}
        }
    }

    fn finish(&mut self, which: usize) {
        let output = self.life().todo.remove(which);
        let trouble = !self.calm && self.dice.percent(25);
        let status = self.dice.pick(&[0, 0, 503, 429, 500]);
        let answer = Upstream { status, ..Upstream::default() };
        match output {
            Output::Lock => self.tell(Input::LockGranted),
            Output::GetToken { guest } if trouble => {
                let gone = self.dice.percent(10);
                let code = gone.then(|| "session.missing".to_owned());
                let status = if gone { 401 } else { status };
                self.say(|| format!("no token for {guest}: {status}"));
                self.tell(Input::TokenFailed { guest, answer: Upstream { status, code, ..answer } });
            }
            Output::GetToken { guest } => {
                let asked_at = self.now.mono - self.life().since;
                let value = Sensitive::new("t".to_owned());
                self.tell(Input::Token { guest, asked_at, value, expires_in: Some(600.0) });
            }
            Output::GetFieldKey { guest, .. } if trouble => self.tell(Input::FieldKeyFailed { guest, answer }),
            Output::GetFieldKey { guest, .. } => self.tell(Input::FieldKey { guest, key: key(), fresh_for: None }),
            Output::Send(patch) => {
                let fate = if self.calm { Fate::Fine } else { self.fate() };
                self.totals.requests += 1;
                self.say(|| {
                    let carried = Server::carried(&patch);
                    format!("patch {} of {} ({}): {fate:?} {carried:?}", patch.send, patch.guest, &patch.idempotency_key[..6])
                });
                let answer = self.server.take(&patch, fate);
                if let Fate::Pause(seconds) = fate {
                    self.totals.pauses += 1;
                    self.pause = self.now.mono + seconds * 1_000;
                }
                match answer {
                    Some(answer) => self.tell(Input::Response { send: patch.send, answer }),
                    None => {
                        self.totals.lost_answers += 1;
                        self.tell(Input::SendFailed { send: patch.send, unsent: false });
                    }
                }
            }
            other => unreachable!("asked for {other:?}"),
        }
    }

    fn fate(&mut self) -> Fate {
        match self.dice.below(20) {
            0..=2 => Fate::Lost,
            3..=4 => Fate::Reset,
            5..=6 => Fate::Status(self.dice.pick(&[500, 502, 503, 408, 409])),
            7 => Fate::Status(401),
            8 => Fate::Pause(self.dice.pick(&[1, 2, 30])),
            _ => Fate::Fine,
        }
    }

    fn wait(&mut self, span: u64) {
        self.now = Now::new(self.now.wall + span, self.now.mono + span);
        self.ring();
    }

    fn ring(&mut self) {
        let now = self.now.mono;
        if let Some(life) = &mut self.life
            && life.wake.is_some_and(|at| at <= now)
        {
            life.wake = None;
            self.tell(Input::Deadline);
        }
    }

    fn wait_for_the_next_wake(&mut self) {
        if let Some(at) = self.life.as_ref().and_then(|life| life.wake) {
            self.wait(at.saturating_sub(self.now.mono));
        }
    }

    fn stop(&mut self) {
        let Some(life) = self.life.take() else { return };
        self.say(|| "the worker is stopped".into());
        self.totals.stops += 1;
        let complete = self.dice.below(self.disk.jobs.len() + 1);
        self.disk.stop(complete);
        for output in life.todo {
            if let Output::Send(patch) = output
                && self.dice.percent(50)
            {
                self.server.take(&patch, Fate::Lost);
            }
        }
        for form in &mut self.forms {
            // Nobody will answer these any more: the page sees its request fail.
            form.answer.get_or_insert(0);
        }
        // Whether the pause was written down in time is not known.
        self.pause = 0;
    }

    fn wake(&mut self) {
        let page = self.dice.percent(50);
        self.say(|| "woken".into());
        self.tell(Input::Wake { page });
    }

    /// The wall clock is set to another time.
    fn jump(&mut self) {
        if self.server.full {
            // Storage that refuses to note what was given out, and a clock that is set there and back: an order cannot be had then.
            return;
        }
        let back = self.dice.percent(50);
        // Never twice to the same millisecond: lives that were told the same time could give out one number twice.
        let span = self.dice.pick(&[1_000, 3_600_000, 86_400_000]) + self.dice.draw() % 997;
        self.say(|| format!("the clock is set {} by {span}", if back { "back" } else { "forward" }));
        self.now.wall = if back { self.now.wall - span } else { self.now.wall + span };
    }

    /// The faults have stopped: whatever is asked for is done, and a page asks now and then.
    fn come_to_rest(&mut self) -> Result<(), String> {
        self.calm = true;
        // What has no session is tried when the worker starts, or the browser is online again.
        self.tell(Input::Wake { page: false });
        for _ in 0..40 {
            self.tell(Input::Wake { page: true });
            while self.life.as_ref().is_some_and(|life| !life.todo.is_empty()) || !self.disk.jobs.is_empty() {
                self.perform();
                self.check()?;
            }
            self.wait(2_000);
        }
        self.tell(Input::Status { ask: 1 });
        while !self.disk.jobs.is_empty() {
            self.finish_job();
        }
        let waiting = self.disk.entries().count();
        if waiting != self.letters.len() {
            return Err(format!("I5: {waiting} rows, {} letters", self.letters.len()));
        }
        Ok(())
    }
}
