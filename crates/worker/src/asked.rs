//! What the machine asks for and tells, as messages to the face.

use alloc::string::String;

use guestsync_core::Now;
use guestsync_core::json;
use guestsync_core::messages::Messages;
use guestsync_core::profile::Output;

use crate::code::Ask;

/// The longest delay that timers keep.
const LONGEST: u64 = 0x7fff_ffff;

/// Writes the message of an output.
pub(crate) fn output(messages: &mut Messages, output: Output, now: Now) {
    match output {
        Output::GetKeys => begin(messages, Ask::GetKeys),
        Output::Agree { key_id } => named(messages, Ask::Agree, &key_id),
        Output::GetToken { guest } => named(messages, Ask::GetToken, &guest),
        Output::GetFieldKey { guest, token } => {
            named(messages, Ask::GetFieldKey, &guest);
            messages.text(token.expose());
        }
        Output::Send(patch) => {
            numbered(messages, Ask::Send, patch.send);
            // Greater than what a JavaScript number holds exactly.
            let mut sequence = String::new();
            json::integer(&mut sequence, patch.sequence);
            for text in [&*patch.guest, &patch.body, &patch.idempotency_key, &sequence, patch.token.expose()] {
                messages.text(text);
            }
        }
        Output::Abort { send } => numbered(messages, Ask::Abort, send),
        Output::Respond { form, reply } => {
            numbered(messages, Ask::Respond, form);
            messages.number(reply.status.into());
            messages.maybe(reply.location.as_deref());
            messages.text(reply.content_type);
            messages.maybe(reply.policy);
            messages.text(&reply.body);
        }
        Output::Forward { form } => numbered(messages, Ask::Forward, form),
        Output::Lock => begin(messages, Ask::Lock),
        Output::Unlock => begin(messages, Ask::Unlock),
        Output::Load { load } => numbered(messages, Ask::Load, load),
        Output::Store { store, writes } => {
            numbered(messages, Ask::Store, store);
            for write in &writes {
                messages.text(&write.key);
                messages.maybe(write.value.as_deref());
            }
        }
        Output::Sync => begin(messages, Ask::Sync),
        Output::Report(of) => {
            named(messages, Ask::Report, of.kind.as_str());
            messages.text(&of.guest);
            messages.number(of.status.into());
            messages.maybe(of.code.as_deref());
            messages.number(of.queued as u64);
            messages.number(of.failed as u64);
        }
        Output::Status { ask, letters } => {
            numbered(messages, Ask::Status, ask);
            for of in &letters {
                messages.text(&of.key);
                messages.text(&of.guest);
                messages.number(of.at);
                messages.texts(&of.fields);
                messages.number(of.status.into());
                messages.text(&of.code);
                messages.flag(of.stranded);
            }
        }
        Output::WakeAt(at) => {
            begin(messages, Ask::Wake);
            if let Some(at) = at {
                messages.number(at.saturating_sub(now.mono).min(LONGEST));
            }
        }
    }
}

/// Begins a message.
pub(crate) fn begin(messages: &mut Messages, name: Ask) {
    messages.begin(name as u64);
}

fn named(messages: &mut Messages, name: Ask, text: &str) {
    begin(messages, name);
    messages.text(text);
}

fn numbered(messages: &mut Messages, name: Ask, number: u32) {
    begin(messages, name);
    messages.number(number.into());
}
