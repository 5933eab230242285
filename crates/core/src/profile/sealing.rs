//! From plain values to a sealed patch.

use alloc::string::String;
use alloc::vec::Vec;

use super::answer::Answer;
use super::form::Value;
use super::guests::FieldKey;
use super::input::{FormId, Upstream};
use super::keyset::KeySet;
use super::output::Output;
use super::queue::entry::{Entry, Field};
use super::queue::slot::Slot;
use super::refusal::{Refusal, Why};
use super::rules::{Mode, Rules};
use super::task::{Stage, Task};
use super::{MAX_FORM, Profile};
use crate::Now;
use crate::clock::Clock;
use crate::retry::{Verdict, judge};
use crate::seal::{Entropy, Place, SealError, seal};
use crate::token::Token;

/// Seals one value for its place, in one of the two modes.
type Sealer<'a> = dyn FnMut(&mut Entropy, &Place, &str) -> Result<String, SealError> + 'a;

impl Profile {
    /// Seals a form where there is a key for it.
    pub(super) fn seal(&mut self, now: Now, form: FormId) {
        let Some(task) = self.task(form).filter(|task| matches!(task.stage, Stage::Sealing { .. })) else { return };
        let guest = task.guest.clone();
        match self.rules.mode {
            Mode::Sealed => {
                if let Some(agreement) = self.keys.take(now.mono, &mut self.outputs) {
                    self.seal_with(now, form, &mut |entropy, place, plain| seal(&agreement, entropy, place, plain));
                }
            }
            Mode::Shared(binding) => match core::mem::take(self.guests.key(now, &guest)) {
                FieldKey::Held { mut key, until } => {
                    self.seal_with(now, form, &mut |entropy, place, plain| key.seal(entropy, place, binding, plain));
                    *self.guests.key(now, &guest) = FieldKey::Held { key, until };
                }
                FieldKey::Missing => {
                    if let Some(Token { value, generation }) = self.capability(now, &guest) {
                        *self.guests.key(now, &guest) = FieldKey::Fetching { generation };
                        self.outputs.push(Output::GetFieldKey { guest, token: value });
                    }
                }
                fetching @ FieldKey::Fetching { .. } => *self.guests.key(now, &guest) = fetching,
            },
        }
    }

    fn seal_with(&mut self, now: Now, form: FormId, sealer: &mut Sealer<'_>) {
        let Some(task) = self.tasks.iter_mut().find(|task| task.form == form) else { return };
        // Forms are sealed in the order in which they came.
        let moment = self.ticker.tick(now.wall);
        let refusal = match sealed(&self.rules, task, moment, sealer) {
            Ok(entry) if entry.body().len() <= MAX_FORM => return self.keep(now, form, entry),
            Ok(_) => Refusal::whole(Why::FormTooLarge),
            Err(_) => Refusal::whole(Why::KeysUnavailable),
        };
        self.end_where(&refusal, &|task| task.form == form);
    }

    /// Takes what the visitor has withdrawn the consent for out of the forms that wait to be sealed.
    pub(super) fn withdraw_plain(&mut self) {
        let (rules, decided) = (&self.rules, &self.decided);
        for task in &mut self.tasks {
            let Stage::Sealing { values, .. } = &mut task.stage else { continue };
            let held = &mut task.held;
            values.retain(|value| {
                let rule = Value::rule(value, rules);
                let stays = rule.purpose.as_ref().is_none_or(|purpose| decided.epoch(purpose) == value.epoch);
                if !stays {
                    held.push(rule.name.clone());
                }
                stays
            });
        }
        let is_empty = |task: &Task| matches!(&task.stage, Stage::Sealing { values, .. } if values.is_empty());
        while let Some(task) = self.take_where(&is_empty) {
            self.recent.forget(&task.guest);
            self.answer(task.form, task.navigation, &Answer::synced(&task.guest, task.held));
        }
    }

    /// The key set came.
    pub(super) fn keys_came(&mut self, now: Now, set: KeySet) {
        let (fresh_for, online) = (set.fresh_for(), !set.stored);
        let ids = set.into_ids();
        if ids.is_empty() {
            return self.keys_failed(now, online);
        }
        self.keys.came(now.mono, ids, fresh_for);
    }

    /// The key set did not come.
    pub(super) fn keys_failed(&mut self, now: Now, online: bool) {
        if !self.keys.failed(now.mono) {
            self.end_unsealed(online, &|_| true);
        }
    }

    /// There is no agreement with this key.
    pub(super) fn agree_failed(&mut self, key_id: &str) {
        if !self.keys.agree_failed(key_id) {
            self.end_unsealed(true, &|_| true);
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
            return self.end_where(&refusal, &|task| task.guest == guest && task.stage.is_plain());
        }
        self.end_unsealed(answer.status != 0, &|task| task.guest == guest);
    }

    /// What of a form is to be sent: nothing that the server took a moment ago. Where that is none, the slot that carries it, if one
    /// does. While something of the guest's is on its way and may yet fail, a form that says anything new is sent whole.
    pub(super) fn changed(&mut self, now: Now, guest: &str, mut values: Vec<Value>) -> Result<Vec<Value>, Option<u32>> {
        if !self.queue.is_durable() {
            return Ok(values);
        }
        let mut unchanged = Vec::with_capacity(values.len());
        for value in &values {
            let pointer = Value::rule(value, &self.rules).pointer.as_str();
            unchanged.push(self.recent.is_unchanged(guest, pointer, value.plain(), now.mono));
        }
        if self.tasks.iter().any(|task| task.guest == guest && task.stage.is_plain()) {
            return Ok(values);
        }
        let sets = |slot: &Slot, value: &Value| slot.entry.sets(&Value::rule(value, &self.rules).pointer);
        let is_idle = self.queue.live(guest).next().is_none();
        if unchanged.iter().all(|same| *same) {
            let of_these = self.queue.live(guest).filter(|slot| values.iter().any(|value| sets(slot, value)));
            match of_these.last() {
                None => return Err(None),
                Some(slot) if values.iter().all(|value| sets(slot, value)) => return Err(Some(slot.number)),
                Some(_) => {}
            }
        } else if is_idle {
            let mut unchanged = unchanged.into_iter();
            values.retain(|_| unchanged.next() == Some(false));
        }
        Ok(values)
    }

    /// Ends the forms that cannot be sealed. Where the site can be reached, its gateway answers them.
    pub(super) fn end_unsealed(&mut self, online: bool, which: &dyn Fn(&Task) -> bool) {
        let refusal = Refusal::whole(Why::KeysUnavailable);
        let unsealed = |task: &Task| matches!(task.stage, Stage::Sealing { .. }) && which(task);
        if !online || !self.queue.is_durable() {
            return self.end_where(&refusal, &unsealed);
        }
        while let Some(task) = self.take_where(&unsealed) {
            self.recent.forget(&task.guest);
            self.outputs.push(Output::Forward { form: task.form });
        }
    }
}

/// Seals the values of a form.
fn sealed(rules: &Rules, task: &mut Task, moment: Clock, sealer: &mut Sealer<'_>) -> Result<Entry, SealError> {
    let Stage::Sealing { values, entropy, at } = &mut task.stage else { return Err(SealError::Malformed) };
    let mut fields = Vec::with_capacity(values.len());
    for value in &*values {
        let rule = Value::rule(value, rules);
        let (pointer, operation) = (rule.pointer.clone(), rule.operation);
        let place = Place::new(&task.guest, pointer.clone())?;
        let purpose = rule.purpose.clone().unwrap_or_default();
        fields.push(Field { operation, pointer, purpose, epoch: value.epoch, value: sealer(entropy, &place, value.plain())? });
    }
    let (guest, at) = (task.guest.clone(), *at);
    Ok(Entry { guest, moment, at, id: entropy.id(), forms: 1, refused: None, fields })
}
