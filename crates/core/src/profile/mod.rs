//! A submitted form → checked fields → sealed fields → JSON Patch → sent → answered.
//!
//! ```text
//!  Submitted ──check──► Sealing ──────────► Authorizing ────────────► Sending ──2xx──► Respond
//!      │                (key, agreement)    (capability)    ▲            │
//!      └─ 4xx           └─ 503              └─ 403, 502     └─ 401 once ─┴─ 422, 502
//! ```
//! Sans-IO: [`Profile::handle`] takes an [`Input`] and the time, [`Profile::poll`] gives the [`Output`]s; nothing in here waits. A
//! panic is a bug; no input causes one. Plain values live in the `Sealing` stage only and are wiped when it ends.
//!
//! - [`rules`]: the configuration; [`form`]: a form against it; [`refusal`], [`answer`], [`redirect`]: what is said to the form;
//! - `keys`: the key set and the agreements made ahead; `guests`: capabilities and field keys; `task`: one form on its way.

pub mod answer;
pub mod form;
mod guests;
pub mod input;
mod keys;
pub mod keyset;
pub mod output;
pub mod redirect;
pub mod refusal;
pub mod rules;
mod sealing;
mod sending;
mod task;

use std::collections::VecDeque;

pub use answer::{Answer, Reply};
pub use form::{Body, Checked, Entry, Given, MAX_FIELDS, MAX_FORM, Unreadable, check};
pub use input::{FormId, Input, Upstream};
pub use keyset::{KeySet, Listed};
pub use output::{Output, Patch};
pub use redirect::Redirect;
pub use refusal::{Refusal, Why};
pub use rules::{Consent, Field, Mode, Rules, RulesError, Settings, Unknown};

use crate::clock::Ticker;
use crate::seal::Entropy;
use crate::{Millis, Now};
use guests::Guests;
use keys::Keys;
use task::{Stage, Task};

/// The longest that anything asked of the outside may take, in milliseconds.
pub const PATIENCE: Millis = 10_000;
/// The longest that a form waits for its answer, in milliseconds.
const ANSWER_WITHIN: Millis = 10_000;

/// The forms of one worker.
#[derive(Debug)]
pub struct Profile {
    rules: Rules,
    tasks: Vec<Task>,
    keys: Keys,
    guests: Guests,
    ticker: Ticker,
    next_send: u32,
    outputs: VecDeque<Output>,
    wake: Option<Millis>,
}

impl Profile {
    /// A machine without forms.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            tasks: Vec::new(),
            keys: Keys::default(),
            guests: Guests::default(),
            ticker: Ticker::new(0),
            next_send: 0,
            outputs: VecDeque::new(),
            wake: None,
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
            Input::Unreadable { form, navigation, why } => self.refuse(form, navigation, why.into()),
            Input::Prepare => self.prepare(now),
            Input::Keys(set) => self.keys_came(now, set),
            Input::KeysFailed => self.keys_failed(now),
            Input::Agreed(agreement) => self.keys.agreed(agreement),
            Input::AgreeFailed { key_id } => self.agree_failed(&key_id),
            Input::Token { guest, asked_at, value, expires_in } => self.guests.token_came(&guest, asked_at, value, expires_in),
            Input::TokenFailed { guest, answer } => self.token_failed(now, &guest, &answer),
            Input::FieldKey { guest, key, fresh_for } => self.guests.key_came(now, &guest, key, fresh_for),
            Input::FieldKeyFailed { guest, answer } => self.field_key_failed(now, &guest, &answer),
            Input::Response { send, answer } => self.answered(send, &answer),
            Input::SendFailed { send } => self.send_failed(send),
            Input::Deadline => {}
        }
        self.expire(now);
        self.drive(now);
        self.set_wake();
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn submit(&mut self, now: Now, form: FormId, navigation: bool, entries: Vec<Entry>, entropy: Entropy) {
        let Checked { guest, values, held } = match check(&self.rules, entries) {
            Ok(checked) => checked,
            Err(refusal) => return self.refuse(form, navigation, refusal),
        };
        if values.is_empty() {
            return self.answer(form, navigation, &Answer::synced(&guest, held));
        }
        self.guests.enter(&guest, |id| self.tasks.iter().any(|task| task.guest == id));
        // Fetched beside the keys, not after them.
        self.capability(now, &guest);
        let moment = self.ticker.tick(now.wall);
        let deadline = now.mono.saturating_add(ANSWER_WITHIN);
        let stage = Stage::Sealing { values, entropy };
        self.tasks.push(Task { form, guest, navigation, held, moment, deadline, refused: false, stage });
    }

    fn prepare(&mut self, now: Now) {
        if self.rules.mode == Mode::Sealed {
            self.keys.prepare(now.mono, &mut self.outputs);
        }
    }

    /// Moves every form as far as it gets.
    fn drive(&mut self, now: Now) {
        let forms: Vec<FormId> = self.tasks.iter().map(|task| task.form).collect();
        for form in forms {
            self.seal(now, form);
            self.authorize(now, form);
        }
        if self.rules.mode == Mode::Sealed {
            let waiting = self.tasks.iter().filter(|task| matches!(task.stage, Stage::Sealing { .. })).count();
            self.keys.replenish(waiting, &mut self.outputs);
        }
    }

    /// Answers the forms that have waited too long.
    fn expire(&mut self, now: Now) {
        while let Some(task) = self.take_where(|task| task.deadline <= now.mono) {
            let why = match task.stage {
                Stage::Sealing { .. } => Why::KeysUnavailable,
                Stage::Authorizing(_) => Why::Unavailable,
                Stage::Sending { send, .. } => {
                    self.outputs.push_back(Output::Abort { send });
                    Why::Unavailable
                }
            };
            self.refuse(task.form, task.navigation, Refusal::whole(why));
        }
    }

    fn set_wake(&mut self) {
        let wake = self.tasks.iter().map(|task| task.deadline).min();
        if wake != self.wake {
            self.wake = wake;
            self.outputs.push_back(Output::WakeAt(wake));
        }
    }

    fn task(&mut self, form: FormId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.form == form)
    }

    /// Takes the first form of a kind out.
    fn take_where(&mut self, which: impl Fn(&Task) -> bool) -> Option<Task> {
        let at = self.tasks.iter().position(which)?;
        Some(self.tasks.remove(at))
    }

    /// Ends all forms of a kind with a refusal.
    fn end_where(&mut self, refusal: &Refusal, which: impl Fn(&Task) -> bool) {
        while let Some(task) = self.take_where(&which) {
            self.refuse(task.form, task.navigation, refusal.clone());
        }
    }

    fn refuse(&mut self, form: FormId, navigation: bool, refusal: Refusal) {
        self.answer(form, navigation, &Answer::refused(refusal));
    }

    fn answer(&mut self, form: FormId, navigation: bool, answer: &Answer) {
        let reply = answer.reply(navigation, self.rules.redirect.as_ref());
        self.outputs.push_back(Output::Respond { form, reply });
    }
}
