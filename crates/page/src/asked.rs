//! What the outbox asks for and tells, as messages to the face.

use guestsync_core::Now;
use guestsync_core::messages::Messages;
use guestsync_core::outbox::{Accounts, Action, Durability, Event, Outcome, Output, Precondition, Reason, Request};
use guestsync_core::outbox::{Hint, Outbox};

use crate::code::Ask;

/// The longest delay that timers keep.
const LONGEST: u64 = 0x7fff_ffff;

/// Writes the message of an output.
pub(crate) fn output(messages: &mut Messages, output: &Output, owner: &str, now: Now) {
    match output {
        Output::Defer => {}
        Output::Load { load, owner } => {
            numbered(messages, Ask::Load, *load);
            messages.text(owner);
        }
        Output::Store { store, writes } => {
            numbered(messages, Ask::Store, *store);
            for write in writes {
                messages.text(write.table.letter());
                messages.text(&write.key);
                messages.maybe(write.value.as_deref());
            }
        }
        Output::Prune { before } => named(messages, Ask::Prune, before),
        Output::Lock => lock(messages, owner, false),
        Output::Steal => lock(messages, owner, true),
        Output::Unlock => begin(messages, Ask::Unlock),
        Output::Lease { until } => {
            named(messages, Ask::Lease, owner);
            messages.number(*until);
        }
        Output::Peek => named(messages, Ask::Peek, owner),
        Output::WakeAt(at) => {
            begin(messages, Ask::Wake);
            if let Some(at) = at {
                messages.number(until(*at, now));
            }
        }
        Output::GetToken { guest } => named(messages, Ask::Token, guest),
        Output::Start { session } => named(messages, Ask::Start, session),
        Output::Send(request) => send(messages, request, now),
        Output::Abort { send } => numbered(messages, Ask::Abort, *send),
        Output::Resolve { send, conflicts } => {
            numbered(messages, Ask::Resolve, *send);
            for (key, ours, theirs) in conflicts {
                messages.text(key);
                messages.text(ours.typed());
                messages.text(theirs.typed());
            }
        }
        Output::Notify(hint) => match hint {
            Hint::Records(at) => named(messages, Ask::Notify, &at.to_text()),
            Hint::Consent => named(messages, Ask::Notify, "consent"),
            Hint::State => named(messages, Ask::Notify, "state"),
        },
        Output::Settle { call, outcome } => settle(messages, *call, outcome),
        Output::Event(event) => self::event(messages, event),
    }
}

/// Begins a message.
fn begin(messages: &mut Messages, name: Ask) {
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

/// From now to a monotonic moment, in milliseconds.
fn until(at: u64, now: Now) -> u64 {
    at.saturating_sub(now.mono).min(LONGEST)
}

fn lock(messages: &mut Messages, owner: &str, steal: bool) {
    named(messages, Ask::Lock, owner);
    messages.flag(steal);
}

fn send(messages: &mut Messages, request: &Request, now: Now) {
    let hook = matches!(request.action, Action::Hook { .. });
    numbered(messages, if hook { Ask::Hook } else { Ask::Send }, request.send);
    messages.number(until(request.deadline, now));
    if !hook {
        messages.flag(request.keepalive);
        messages.text(&request.guest);
    }
    messages.text(request.token.expose());
    match &request.action {
        Action::Hook { id, body } => {
            messages.text(id);
            messages.text(body);
        }
        Action::Write { body, precondition, idempotency_key } => {
            messages.text(body);
            messages.text(idempotency_key);
            messages.maybe(match precondition {
                Precondition::Unwritten => None,
                Precondition::Version(version) => Some(version),
            });
        }
        Action::Read => {}
    }
}

fn settle(messages: &mut Messages, call: u32, outcome: &Outcome) {
    numbered(messages, Ask::Settle, call);
    messages.text(match outcome {
        Outcome::Set { .. } => "set",
        Outcome::Invalid(_) => "invalid",
        Outcome::Full => "outbox.full",
        Outcome::Done => "done",
        Outcome::Unkept => "storage.unavailable",
        Outcome::Flushed { .. } => "flushed",
        Outcome::Closed => "outbox.closed",
    });
    match outcome {
        Outcome::Set { durability, held } => {
            messages.text(match durability {
                None if held.is_empty() => "dropped",
                None => "held",
                Some(Durability::Memory) => "memory",
                Some(Durability::Tab | Durability::Beside) => "tab",
                Some(Durability::Disk) => "disk",
            });
            messages.texts(held);
        }
        Outcome::Invalid(issues) => {
            for issue in issues {
                messages.text(&issue.key);
                // The face has the codes in the same order.
                messages.number(issue.code as u64);
            }
        }
        Outcome::Flushed { delivered, pending, held } => {
            for count in [*delivered, *pending as u64, *held as u64] {
                messages.number(count);
            }
        }
        Outcome::Full | Outcome::Done | Outcome::Unkept | Outcome::Closed => {}
    }
}

fn event(messages: &mut Messages, event: &Event) {
    named(
        messages,
        Ask::Event,
        match event {
            Event::Delivered { .. } => "delivered",
            Event::Held { .. } => "held",
            Event::Dropped { .. } => "dropped",
            Event::Withdrawn { .. } => "withdrawn",
            Event::Rejected { .. } => "rejected",
            Event::Retrying { .. } => "retrying",
            Event::Conflict { .. } => "conflict",
            Event::Expired { .. } => "expired",
            Event::Storage { .. } => "storage",
            Event::Ready { .. } => "ready",
        },
    );
    match event {
        Event::Delivered { keys, latency } => {
            messages.texts(keys);
            messages.number(*latency);
        }
        Event::Held { keys } | Event::Dropped { keys } | Event::Conflict { keys } | Event::Expired { keys } => {
            messages.texts(keys)
        }
        Event::Withdrawn { purpose, keys } => {
            messages.texts(keys);
            messages.text(purpose);
        }
        Event::Rejected { keys, reason } => {
            messages.texts(keys);
            self::reason(messages, reason);
        }
        Event::Retrying { reason, delay } => {
            self::reason(messages, reason);
            messages.number(*delay);
        }
        Event::Storage { reason } => messages.text(reason),
        Event::Ready { guest } => messages.text(guest),
    }
}

fn reason(messages: &mut Messages, reason: &Reason) {
    messages.number(reason.status.into());
    messages.maybe(reason.code.as_deref());
    messages.maybe(reason.message.as_deref());
}

/// The counts of `Metrics`, in its order.
pub(crate) fn metrics(messages: &mut Messages, outbox: &Outbox, now: Now) {
    let Accounts { set, restored, delivered, elsewhere, superseded, withdrawn, dropped, rejected, expired } = outbox.accounts();
    let oldest_age = outbox.oldest().map_or(0, |oldest| now.wall.saturating_sub(oldest));
    begin(messages, Ask::Metrics);
    for count in [set, restored, delivered, elsewhere, superseded, withdrawn, dropped, rejected, expired] {
        messages.number(count);
    }
    for count in [outbox.pending() as u64, outbox.held() as u64, oldest_age, outbox.latencies().mean()] {
        messages.number(count);
    }
    for percent in [50, 95, 99] {
        messages.number(outbox.latencies().percentile(percent));
    }
}

#[cfg(test)]
mod tests {
    use guestsync_core::attribute::Code;

    #[test]
    fn the_face_lists_the_codes_of_an_update_in_their_order() {
        let rule = |line: &'static str| line.strip_prefix("  \"")?.split_once("\": \"");
        let face = include_str!("../../../www/src/errors.ts").split_once("const RULES").expect("the list").1;
        let listed: Vec<&str> = face.lines().filter_map(rule).map(|(code, _)| code).collect();
        let ours = [
            Code::UpdateEmpty,
            Code::UpdateTooManyKeys,
            Code::GuestTooManyKeys,
            Code::KeyEmpty,
            Code::KeyTooLong,
            Code::KeyControl,
            Code::KeyReserved,
            Code::ValueType,
            Code::ValueNotFinite,
            Code::ValueTooLong,
            Code::ValueBlocked,
        ];
        for (at, code) in ours.into_iter().enumerate() {
            assert_eq!((code as usize, listed[at]), (at, code.as_str()));
        }
        assert_eq!(listed[ours.len()..], ["update.type"]);
    }
}
