//! A submitted form → checked fields → sealed fields → JSON Patch → stored → sent → answered.
//!
//! ```text
//!  Submitted ─► Checking ─► Sealing ──────────► Kept ──────────────────────────────────► Respond
//!     │   (the journal)     (key, agreement)    stored, then one attempt:
//!     │                          │              200 taken · 202 it waits · 403, 422 refused · 503 neither kept nor sent
//!     └─ 4xx                     └─ 503, or the gateway answers
//!
//!  the queue:  Idle ─► Lock ─► Load ─► Held: per guest the first entry ─► capability ─► Send ─► Idle
//! ```
//! Sans-IO: [`Profile::handle`] takes an [`Input`] and the time, [`Profile::poll`] gives the [`Output`]s; nothing in here waits. A
//! panic is a bug; no input causes one. Plain values live in the first two stages only and are wiped when they end. An entry of the
//! queue leaves on the server's answer only: the worker may be stopped between any two outputs.
//!
//! - [`rules`]: the configuration; [`form`]: a form against it; [`normal`]: one form of a value; [`refusal`], [`answer`], [`redirect`]: what is said to the form;
//! - `keys`: the key set and the agreements made ahead; `guests`: capabilities and field keys; `task`: one form on its way;
//! - `queue`: what waits; `coalescing`: as few entries as may be; `storing`, `loading`: the journal; `letters`: what pages ask and are told;
//! - `sending`: attempts; `answering`: what the server said to them; `settling`: what the form is told; `pausing`: when nobody sends.

pub mod answer;
mod answering;
mod coalescing;
pub mod form;
mod guests;
pub mod input;
mod keys;
pub mod keyset;
mod letters;
mod loading;
pub mod normal;
pub mod output;
mod pausing;
mod queue;
pub mod redirect;
pub mod refusal;
pub mod report;
pub mod rules;
mod sealing;
mod sending;
mod settling;
mod storing;
mod task;

use alloc::string::String;
use alloc::vec::Vec;

pub use answer::{Answer, Reply};
pub use form::{Body, Checked, Entry, Given, MAX_FIELDS, MAX_FORM, Unreadable, check};
pub use input::{FormId, Input, Upstream};
pub use keyset::{KeySet, Listed};
pub use normal::NormalForm;
pub use output::{Output, Patch};
pub use queue::{CLOCK_ROW, PAUSE_ROW};
pub use redirect::Redirect;
pub use refusal::{Refusal, Why};
pub use report::{Kind, Letter, Report};
pub use rules::{Consent, Field, Mode, Rules, RulesError, Settings, Unknown};

use crate::clock::Ticker;
use crate::consent::Ledger;
use crate::random::Random;
use crate::seal::Entropy;
use crate::{Millis, Now};
use guests::Guests;
use keys::Keys;
use queue::recent::Recent;
use queue::{Lock, Queue};
use task::{Stage, Task};

/// The longest that anything asked of the outside may take, in milliseconds.
pub const PATIENCE: Millis = 10_000;
/// The longest that a form waits to be sealed and, where nothing keeps it, for its answer, in milliseconds.
const ANSWER_WITHIN: Millis = 10_000;
/// The longest that a form which is kept waits for its one attempt, in milliseconds.
const ATTEMPT_WITHIN: Millis = 3_000;
/// So long, in milliseconds, the lock is kept for a form that is being read.
const READ_WITHIN: Millis = 1_000;
/// A worker stays for what is due so soon.
const STAY: Millis = 20_000;

/// The forms of one worker.
#[derive(Debug)]
pub struct Profile {
    rules: Rules,
    tasks: Vec<Task>,
    keys: Keys,
    guests: Guests,
    queue: Queue,
    decided: Ledger,
    recent: Recent,
    ticker: Ticker,
    random: Random,
    next_send: u32,
    next_store: u32,
    /// Transactions that are not complete.
    storing: u32,
    asked: Vec<(u32, u32)>,
    /// What pages want to be done to letters when these loads have ended; `true`: given up.
    acts: Vec<(String, bool, u32)>,
    outputs: Vec<Output>,
    wake: Option<Millis>,
    /// Until then (monotonic) a form may be submitted that is being read.
    arriving: Millis,
}

impl Profile {
    /// A machine without a queue: what cannot be sent at once is refused.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self::with(rules, 0, Lock::Unneeded)
    }

    /// A machine that keeps what it cannot send; `seed` was drawn by the shell.
    #[must_use]
    pub fn with_queue(rules: Rules, seed: u64) -> Self {
        Self::with(rules, seed, Lock::Idle)
    }

    fn with(rules: Rules, seed: u64, lock: Lock) -> Self {
        let mut random = Random::new(seed);
        Self {
            rules,
            tasks: Vec::new(),
            keys: Keys::default(),
            guests: Guests::default(),
            queue: Queue::new(lock),
            decided: Ledger::default(),
            recent: Recent::new(random.draw()),
            ticker: Ticker::new(random.draw() as u32),
            random,
            next_send: 0,
            next_store: 1,
            storing: 0,
            asked: Vec::new(),
            acts: Vec::new(),
            outputs: Vec::new(),
            wake: None,
            arriving: 0,
        }
    }

    /// The configuration.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Takes an input at a moment.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Submitted { form, navigation, entries, entropy } => self.submit(now, form, navigation, entries, entropy),
            Input::Arriving => self.arrive(now),
            Input::Unreadable { form, navigation, why } => {
                self.arriving = 0;
                self.refuse(form, navigation, why.into());
            }
            Input::Prepare => self.prepare(now),
            Input::Keys(set) => self.keys_came(now, set),
            Input::KeysFailed { online } => self.keys_failed(now, online),
            Input::Agreed(agreement) => self.keys.agreed(agreement),
            Input::AgreeFailed { key_id } => self.agree_failed(&key_id),
            Input::Token { guest, asked_at, value, expires_in } => self.guests.token_came(&guest, asked_at, value, expires_in),
            Input::TokenFailed { guest, answer } => self.token_failed(now, &guest, &answer),
            Input::FieldKey { guest, key, fresh_for } => self.guests.key_came(now, &guest, key, fresh_for),
            Input::FieldKeyFailed { guest, answer } => self.field_key_failed(now, &guest, &answer),
            Input::Response { send, answer } => self.answered(now, send, &answer),
            Input::SendFailed { send, unsent } => self.send_failed(now, send, unsent),
            Input::LockGranted => self.lock_granted(),
            Input::Loaded { load, rows } => self.loaded(now, load, Some(rows)),
            Input::LoadFailed { load } => self.loaded(now, load, None),
            Input::Stored { store } => self.stored(store),
            Input::StoreFailed { store } => self.store_failed(store),
            Input::Wake { page } => self.woken(now, page),
            Input::ConsentChanged => self.consent_changed(),
            Input::Status { ask } => self.status_asked(ask),
            Input::Retry { key } => self.act(now, key, false),
            Input::Discard { key } => self.act(now, key, true),
            Input::Logout { guest } => self.log_out(now, &guest),
            // It may come a moment early: what is still to come is asked for again.
            Input::Deadline => self.wake = None,
        }
        self.drive(now);
        self.set_wake(now);
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Output> {
        // There are never many.
        if self.outputs.is_empty() { None } else { Some(self.outputs.remove(0)) }
    }

    /// Whether something is under way, or due so soon that the worker should not be stopped before.
    #[must_use]
    pub fn is_busy(&self, now: Now) -> bool {
        !self.tasks.is_empty()
            || !matches!(self.queue.lock, Lock::Idle | Lock::Unneeded)
            || self.storing > 0
            || !self.acts.is_empty()
            || self.queue.due_at().is_some_and(|at| at <= now.mono.saturating_add(STAY))
    }

    fn put(&mut self, output: Output) {
        self.outputs.push(output);
    }

    fn arrive(&mut self, now: Now) {
        if self.queue.is_durable() {
            self.arriving = now.mono.saturating_add(READ_WITHIN);
            self.want_lock();
        }
    }

    fn submit(&mut self, now: Now, form: FormId, navigation: bool, entries: Vec<Entry>, entropy: Entropy) {
        self.queue.page = true;
        self.arriving = 0;
        let deadline = now.mono.saturating_add(ANSWER_WITHIN);
        let in_turn = self.tasks.iter().any(|task| matches!(task.stage, Stage::Checking { .. }));
        if self.queue.is_durable() && (self.rules.has_purposes() || !self.queue.loaded || in_turn) {
            // Fetched beside it, not after it.
            self.prepare(now);
            // What was given out before decides its place in the order; and a page may have decided about a purpose since.
            let load = self.load();
            let stage = Stage::Checking { entries, entropy, load };
            let task = Task {
                form,
                guest: String::new(),
                navigation,
                own: Vec::new(),
                held: Vec::new(),
                deadline,
                refused: false,
                stage,
            };
            return self.tasks.push(task);
        }
        self.check(now, form, navigation, deadline, entries, entropy);
    }

    pub(in crate::profile) fn check(
        &mut self,
        now: Now,
        form: FormId,
        navigation: bool,
        deadline: Millis,
        entries: Vec<Entry>,
        entropy: Entropy,
    ) {
        let Checked { guest, values, held } = match check(&self.rules, &self.decided, entries) {
            Ok(checked) => checked,
            Err(refusal) => return self.refuse(form, navigation, refusal),
        };
        if values.is_empty() {
            return self.answer(form, navigation, &Answer::synced(&guest, held));
        }
        let mut own = Vec::with_capacity(values.len());
        for value in &values {
            own.push(value.rule(&self.rules).name.clone());
        }
        let values = match self.changed(now, &guest, values) {
            Ok(values) => values,
            Err(None) => return self.answer(form, navigation, &Answer::synced(&guest, held)),
            Err(Some(slot)) => {
                // All of it is on its way already: what becomes of that becomes of this.
                let stage = Stage::Kept { slot, tried: false };
                let deadline = now.mono.saturating_add(ATTEMPT_WITHIN);
                self.queue.lane(&guest, now).post(now);
                return self.tasks.push(Task { form, guest, navigation, own, held, deadline, refused: false, stage });
            }
        };
        let busy = |id: &str| self.tasks.iter().any(|task| task.guest == id) || self.queue.live(id).next().is_some();
        self.guests.enter(now, &guest, busy);
        if self.queue.is_durable() {
            self.want_lock();
        }
        if !self.queue.is_durable() || self.queue.pause <= now.mono {
            // Fetched beside the keys, not after them.
            self.capability(now, &guest);
        }
        let stage = Stage::Sealing { values, entropy, at: now.wall };
        self.tasks.push(Task { form, guest, navigation, own, held, deadline, refused: false, stage });
    }

    fn prepare(&mut self, now: Now) {
        if self.rules.mode == Mode::Sealed {
            self.keys.prepare(now.mono, &mut self.outputs);
        }
    }

    /// Moves every form and every guest's entries as far as they get.
    fn drive(&mut self, now: Now) {
        let mut forms = Vec::new();
        for task in &self.tasks {
            if matches!(task.stage, Stage::Sealing { .. }) {
                forms.push(task.form);
            }
        }
        for form in forms {
            self.seal(now, form);
        }
        self.expire(now);
        self.flow(now);
        self.settle(now);
        if self.rules.mode == Mode::Sealed {
            let waiting = self.tasks.iter().filter(|task| task.stage.is_plain()).count();
            self.keys.replenish(waiting, self.tasks.is_empty(), &mut self.outputs);
        }
    }

    fn set_wake(&mut self, now: Now) {
        let mut soonest = Millis::MAX;
        for task in &self.tasks {
            soonest = soonest.min(task.deadline);
        }
        for lane in &self.queue.lanes {
            if let Some(flight) = &lane.flight {
                soonest = soonest.min(flight.until);
            }
        }
        // Whatever is due now is under way.
        for at in [self.queue.due_at().unwrap_or_default(), self.arriving] {
            if at > now.mono {
                soonest = soonest.min(at);
            }
        }
        let wake = if soonest == Millis::MAX { None } else { Some(soonest) };
        if wake != self.wake {
            self.wake = wake;
            self.put(Output::WakeAt(wake));
        }
    }

    fn task(&mut self, form: FormId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.form == form)
    }

    /// Takes the first form of a kind out.
    fn take_where(&mut self, which: &dyn Fn(&Task) -> bool) -> Option<Task> {
        let at = self.tasks.iter().position(which)?;
        Some(self.tasks.remove(at))
    }

    /// Ends all forms of a kind with a refusal.
    fn end_where(&mut self, refusal: &Refusal, which: &dyn Fn(&Task) -> bool) {
        while let Some(task) = self.take_where(which) {
            self.recent.forget(&task.guest);
            self.refuse(task.form, task.navigation, refusal.clone());
        }
    }

    fn refuse(&mut self, form: FormId, navigation: bool, refusal: Refusal) {
        self.answer(form, navigation, &Answer::refused(refusal));
    }

    fn answer(&mut self, form: FormId, navigation: bool, answer: &Answer) {
        let reply = answer.reply(navigation, self.rules.redirect.as_ref());
        self.put(Output::Respond { form, reply });
    }
}
