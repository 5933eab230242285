//! One schedule: what happens, in which order, from a seed.

mod effects;

use guestsync_core::Now;
use guestsync_core::profile::{Input, Letter, Output};

use crate::browser::{FIELDS, Life};
use crate::check;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::server::{Fate, Server};
use crate::totals::Totals;

const STEPS: usize = 120;

pub struct Form {
    pub guest: String,
    pub fields: Vec<(&'static str, u64)>,
    pub answer: Option<u16>,
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
