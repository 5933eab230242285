//! What the machine asks for and tells, as messages to the face.

use alloc::string::String;

use guestsync_core::Now;
use guestsync_core::json;
use guestsync_core::messages::Messages;
use guestsync_core::profile::Output;

/// The longest delay that timers keep.
const LONGEST: u64 = 0x7fff_ffff;

/// Writes the message of an output.
pub(crate) fn output(messages: &mut Messages, output: Output, now: Now) {
    match output {
        Output::GetKeys => messages.begin("getKeys"),
        Output::Agree { key_id } => named(messages, "agree", &key_id),
        Output::GetToken { guest } => named(messages, "getToken", &guest),
        Output::GetFieldKey { guest, token } => {
            named(messages, "getFieldKey", &guest);
            messages.text(token.expose());
        }
        Output::Send(patch) => {
            numbered(messages, "send", patch.send);
            // Greater than what a JavaScript number holds exactly.
            let mut sequence = String::new();
            json::integer(&mut sequence, patch.sequence);
            for text in [&*patch.guest, &patch.body, &patch.idempotency_key, &sequence, patch.token.expose()] {
                messages.text(text);
            }
        }
        Output::Abort { send } => numbered(messages, "abort", send),
        Output::Respond { form, reply } => {
            numbered(messages, "respond", form);
            messages.number(reply.status.into());
            messages.maybe(reply.location.as_deref());
            messages.text(reply.content_type);
            messages.maybe(reply.policy);
            messages.text(&reply.body);
        }
        Output::Forward { form } => numbered(messages, "forward", form),
        Output::Lock => messages.begin("lock"),
        Output::Unlock => messages.begin("unlock"),
        Output::Load { load } => numbered(messages, "load", load),
        Output::Store { store, writes } => {
            numbered(messages, "store", store);
            for write in &writes {
                messages.text(&write.key);
                messages.maybe(write.value.as_deref());
            }
        }
        Output::Sync => messages.begin("sync"),
        Output::Report(of) => {
            named(messages, "report", of.kind.as_str());
            messages.text(&of.guest);
            messages.number(of.status.into());
            messages.maybe(of.code.as_deref());
            messages.number(of.queued as u64);
            messages.number(of.failed as u64);
        }
        Output::Status { ask, letters } => {
            numbered(messages, "status", ask);
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
            messages.begin("wake");
            if let Some(at) = at {
                messages.number(at.saturating_sub(now.mono).min(LONGEST));
            }
        }
    }
}

fn named(messages: &mut Messages, name: &str, text: &str) {
    messages.begin(name);
    messages.text(text);
}

fn numbered(messages: &mut Messages, name: &str, number: u32) {
    messages.begin(name);
    messages.number(number.into());
}
