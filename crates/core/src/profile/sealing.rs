//! From plain values to a sealed patch.

use super::form::Value;
use super::guests::FieldKey;
use super::input::{FormId, Upstream};
use super::keyset::KeySet;
use super::output::Output;
use super::refusal::{Refusal, Why};
use super::rules::{Mode, Rules};
use super::task::{Sealed, Stage, Task};
use super::{MAX_FORM, Profile};
use crate::Now;
use crate::patch::Document;
use crate::retry::{Verdict, judge};
use crate::seal::{Entropy, Place, SealError, seal};
use crate::token::{Ask, Token};

impl Profile {
    /// Seals a form where there is a key for it.
    pub(super) fn seal(&mut self, now: Now, form: FormId) {
        let Some(task) = self.task(form).filter(|task| matches!(task.stage, Stage::Sealing { .. })) else { return };
        let guest = task.guest.clone();
        match self.rules.mode {
            Mode::Sealed => {
                if let Some(agreement) = self.keys.take(now.mono, &mut self.outputs) {
                    self.seal_with(form, |entropy, place, plain| seal(&agreement, entropy, place, plain));
                }
            }
            Mode::Shared(binding) => match core::mem::take(self.guests.key(now, &guest)) {
                FieldKey::Held { mut key, until } => {
                    self.seal_with(form, |entropy, place, plain| key.seal(entropy, place, binding, plain));
                    *self.guests.key(now, &guest) = FieldKey::Held { key, until };
                }
                FieldKey::Missing => {
                    if let Some(Token { value, generation }) = self.capability(now, &guest) {
                        *self.guests.key(now, &guest) = FieldKey::Fetching { generation };
                        self.outputs.push_back(Output::GetFieldKey { guest, token: value });
                    }
                }
                fetching @ FieldKey::Fetching { .. } => *self.guests.key(now, &guest) = fetching,
            },
        }
    }

    /// The guest's capability, where it is held; else it is on its way.
    pub(super) fn capability(&mut self, now: Now, guest: &str) -> Option<Token> {
        let (token, fetch) = match self.guests.ask(now, guest) {
            Ask::Use(token) => (Some(token), false),
            Ask::UseAndFetch(token) => (Some(token), true),
            Ask::Fetch => (None, true),
            Ask::Wait => (None, false),
        };
        if fetch {
            self.outputs.push_back(Output::GetToken { guest: guest.to_owned() });
        }
        token
    }

    fn seal_with(&mut self, form: FormId, sealer: impl FnMut(&mut Entropy, &Place, &str) -> Result<String, SealError>) {
        let Some(task) = self.tasks.iter_mut().find(|task| task.form == form) else { return };
        let refusal = match sealed(&self.rules, task, sealer) {
            Ok(sealed) if sealed.body.len() <= MAX_FORM => {
                task.stage = Stage::Authorizing(sealed);
                return;
            }
            Ok(_) => Refusal::whole(Why::FormTooLarge),
            Err(_) => Refusal::whole(Why::KeysUnavailable),
        };
        self.end_where(&refusal, |task| task.form == form);
    }

    /// The key set came.
    pub(super) fn keys_came(&mut self, now: Now, set: KeySet) {
        let fresh_for = set.fresh_for();
        let ids = set.into_ids();
        if ids.is_empty() {
            return self.keys_failed(now);
        }
        self.keys.came(now.mono, ids, fresh_for);
    }

    /// The key set did not come.
    pub(super) fn keys_failed(&mut self, now: Now) {
        if !self.keys.failed(now.mono) {
            self.end_unsealed(|_| true);
        }
    }

    /// There is no agreement with this key.
    pub(super) fn agree_failed(&mut self, key_id: &str) {
        if !self.keys.agree_failed(key_id) {
            self.end_unsealed(|_| true);
        }
    }

    /// The guest's own key did not come.
    pub(super) fn field_key_failed(&mut self, now: Now, guest: &str, answer: &Upstream) {
        if let FieldKey::Fetching { generation } = *self.guests.key(now, guest)
            && judge(answer.status, answer.code.as_deref()) == Verdict::Reauthorize
        {
            self.guests.token_refused(guest, generation);
            let mut again = false;
            for task in self.tasks.iter_mut().filter(|task| task.guest == guest) {
                again |= !core::mem::replace(&mut task.refused, true);
            }
            if again {
                return self.guests.key_failed(guest);
            }
        }
        self.guests.key_failed(guest);
        if matches!(answer.status, 401 | 403) {
            let refusal = Refusal::forbidden(answer.code.as_deref());
            return self.end_waiting(guest, &refusal);
        }
        self.end_unsealed(|task| task.guest == guest);
    }

    /// Ends the forms that cannot be sealed.
    fn end_unsealed(&mut self, which: impl Fn(&Task) -> bool) {
        let refusal = Refusal::whole(Why::KeysUnavailable);
        self.end_where(&refusal, |task| matches!(task.stage, Stage::Sealing { .. }) && which(task));
    }
}

/// Seals the values of a form and writes its patch.
fn sealed(
    rules: &Rules,
    task: &mut Task,
    mut sealer: impl FnMut(&mut Entropy, &Place, &str) -> Result<String, SealError>,
) -> Result<Sealed, SealError> {
    let Stage::Sealing { values, entropy } = &mut task.stage else { return Err(SealError::Malformed) };
    let mut document = Document::new();
    for value in &*values {
        let rule = Value::rule(value, rules);
        let place = Place::new(&task.guest, rule.pointer.clone())?;
        document.set(rule.operation, &rule.pointer, &sealer(entropy, &place, value.plain())?);
    }
    Ok(Sealed { body: document.finish(task.moment.wall()), idempotency_key: entropy.id() })
}
