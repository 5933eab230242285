//! From a sealed patch to the answer.

use super::answer::Answer;
use super::guests::FieldKey;
use super::input::{FormId, Upstream};
use super::output::{Output, Patch};
use super::refusal::{Refusal, Why};
use super::rules::Mode;
use super::task::{Stage, Task};
use super::{Now, Profile};
use crate::retry::{Verdict, judge};
use crate::token::Token;

impl Profile {
    /// Sends a sealed form where there is a capability for it.
    pub(super) fn authorize(&mut self, now: Now, form: FormId) {
        let Some(task) = self.task(form).filter(|task| matches!(task.stage, Stage::Authorizing(_))) else { return };
        let guest = task.guest.clone();
        let Some(Token { value, generation }) = self.capability(now, &guest) else { return };
        let send = self.next_send;
        let Some(mut task) = self.take_where(|task| task.form == form) else { return };
        if let Stage::Authorizing(sealed) = task.stage {
            self.next_send = send.wrapping_add(1);
            self.outputs.push_back(Output::Send(Patch {
                send,
                guest,
                body: sealed.body.clone(),
                idempotency_key: sealed.idempotency_key.clone(),
                sequence: task.moment.sequence(),
                token: value,
            }));
            task.stage = Stage::Sending { sealed, send, generation };
        }
        self.tasks.push(task);
    }

    /// No capability came. A form that is not sealed yet asks once more when it is.
    pub(super) fn token_failed(&mut self, now: Now, guest: &str, answer: &Upstream) {
        self.guests.token_failed(guest);
        if answer.status == 0 || judge(answer.status, answer.code.as_deref()) == Verdict::Retry {
            let keyless = matches!(self.rules.mode, Mode::Shared(_)) && matches!(self.guests.key(now, guest), FieldKey::Missing);
            let waits = |stage: &Stage| match stage {
                Stage::Sealing { .. } => keyless,
                Stage::Authorizing(_) => true,
                Stage::Sending { .. } => false,
            };
            self.end_where(&Refusal::whole(Why::Unavailable), |task| task.guest == guest && waits(&task.stage));
        } else {
            self.end_waiting(guest, &Refusal::forbidden(answer.code.as_deref()));
        }
    }

    /// A patch has its answer.
    pub(super) fn answered(&mut self, send: u32, answer: &Upstream) {
        let Some(mut task) = self.take_sent(send) else { return };
        let verdict = judge(answer.status, answer.code.as_deref());
        let refusal = match verdict {
            Verdict::Done => {
                return self.answer(task.form, task.navigation, &Answer::synced(&task.guest, task.held));
            }
            Verdict::Reauthorize if !task.refused => {
                if let Stage::Sending { sealed, generation, .. } = task.stage {
                    self.guests.token_refused(&task.guest, generation);
                    task.refused = true;
                    task.stage = Stage::Authorizing(sealed);
                    self.tasks.push(task);
                }
                return;
            }
            // A patch has no precondition: there is nothing to rebase, it can only be sent again.
            Verdict::Retry | Verdict::Rebase => Refusal::whole(Why::Unavailable),
            Verdict::Final if answer.status == 403 => Refusal::forbidden(answer.code.as_deref()),
            Verdict::Final | Verdict::Reauthorize => Refusal::refused(answer.code.as_deref()),
        };
        self.refuse(task.form, task.navigation, refusal);
    }

    /// A patch ended without an answer.
    pub(super) fn send_failed(&mut self, send: u32) {
        if let Some(task) = self.take_sent(send) {
            self.refuse(task.form, task.navigation, Refusal::whole(Why::Unavailable));
        }
    }

    /// Ends the forms of a guest that are not sent yet.
    pub(super) fn end_waiting(&mut self, guest: &str, refusal: &Refusal) {
        self.end_where(refusal, |task| task.guest == guest && !matches!(task.stage, Stage::Sending { .. }));
    }

    fn take_sent(&mut self, send: u32) -> Option<Task> {
        self.take_where(|task| matches!(task.stage, Stage::Sending { send: of, .. } if of == send))
    }
}
