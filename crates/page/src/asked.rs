//! What the outbox asks for and tells, as messages to the face.

use guestsync_core::outbox::{Accounts, Action, Durability, Event, Outcome, Output, Precondition, Reason, Request};
use guestsync_core::outbox::{Hint, Outbox};

use crate::message::Message;
use crate::{lease, time};

/// The message of an output; `None` for what the shell does itself.
pub(crate) fn message(output: &Output, owner: &str) -> Option<Message> {
    Some(match output {
        Output::Defer => Message::new("defer"),
        Output::Load { load, owner } => numbered("load", *load, owner),
        Output::Store { store, writes } => {
            let mut message = Message::new("store");
            message.number((*store).into());
            for write in writes {
                message.text(write.table.letter());
                message.text(&write.key);
                message.maybe(write.value.as_deref());
            }
            message
        }
        Output::Lock => lock(owner, false),
        Output::Steal => lock(owner, true),
        Output::Unlock => Message::new("unlock"),
        Output::GetToken { guest } => named("token", guest),
        Output::Start { session } => named("start", session),
        Output::Send(request) => send(request),
        Output::Abort { send } => {
            let mut message = Message::new("abort");
            message.number((*send).into());
            message
        }
        Output::Resolve { send, conflicts } => {
            let mut message = Message::new("resolve");
            message.number((*send).into());
            for (key, ours, theirs) in conflicts {
                message.text(key);
                message.text(&ours.typed());
                message.text(&theirs.typed());
            }
            message
        }
        Output::Notify(hint) => named("notify", self::hint(*hint)),
        Output::Settle { call, outcome } => settle(*call, outcome),
        Output::Event(event) => self::event(event),
        Output::Lease { .. } | Output::Peek | Output::WakeAt(_) => return None,
    })
}

fn named(name: &str, text: &str) -> Message {
    let mut message = Message::new(name);
    message.text(text);
    message
}

fn numbered(name: &str, number: u32, text: &str) -> Message {
    let mut message = Message::new(name);
    message.number(number.into());
    message.text(text);
    message
}

fn lock(owner: &str, steal: bool) -> Message {
    let mut message = named("lock", &lease::name(owner));
    message.flag(steal);
    message
}

fn send(request: &Request) -> Message {
    if let Action::Hook { id, body } = &request.action {
        let mut message = Message::new("hook");
        message.number(request.send.into());
        message.number(time::until(request.deadline).into());
        for text in [request.token.expose(), id, body] {
            message.text(text);
        }
        return message;
    }
    let mut message = Message::new("send");
    message.number(request.send.into());
    message.number(time::until(request.deadline).into());
    message.flag(request.keepalive);
    message.text(&request.guest);
    message.text(request.token.expose());
    if let Action::Write { body, precondition, idempotency_key } = &request.action {
        message.text(body);
        message.text(idempotency_key);
        message.maybe(match precondition {
            Precondition::Unwritten => None,
            Precondition::Version(version) => Some(version),
        });
    }
    message
}

fn settle(call: u32, outcome: &Outcome) -> Message {
    let kind = match outcome {
        Outcome::Set { .. } => "set",
        Outcome::Invalid(_) => "invalid",
        Outcome::Full => "outbox.full",
        Outcome::Done => "done",
        Outcome::Unkept => "storage.unavailable",
        Outcome::Flushed { .. } => "flushed",
        Outcome::Closed => "outbox.closed",
    };
    let mut message = numbered("settle", call, kind);
    match outcome {
        Outcome::Set { durability, held, masked } => {
            message.text(match durability {
                None => "held",
                Some(Durability::Memory) => "memory",
                Some(Durability::Tab) => "tab",
                Some(Durability::Disk) => "disk",
            });
            message.texts(masked);
            message.texts(held);
        }
        Outcome::Invalid(issues) => {
            for issue in issues {
                message.text(&issue.key);
                message.text(issue.code.as_str());
            }
        }
        Outcome::Flushed { delivered, pending, held } => {
            for count in [*delivered, *pending as u64, *held as u64] {
                message.number(count);
            }
        }
        Outcome::Full | Outcome::Done | Outcome::Unkept | Outcome::Closed => {}
    }
    message
}

fn event(event: &Event) -> Message {
    match event {
        Event::Delivered { keys, latency } => {
            let mut message = keyed("delivered", keys);
            message.number(*latency);
            message
        }
        Event::Held { keys } => keyed("held", keys),
        Event::Withdrawn { purpose, keys } => {
            let mut message = keyed("withdrawn", keys);
            message.text(purpose);
            message
        }
        Event::Finding { key, kind, policy } => {
            let mut message = named("event", "finding");
            for text in [&**key, kind.name(), policy.name()] {
                message.text(text);
            }
            message
        }
        Event::Rejected { keys, reason } => {
            let mut message = keyed("rejected", keys);
            self::reason(&mut message, reason);
            message
        }
        Event::Retrying { reason, delay } => {
            let mut message = named("event", "retrying");
            self::reason(&mut message, reason);
            if let Some(delay) = delay {
                message.number(*delay);
            }
            message
        }
        Event::Conflict { keys } => keyed("conflict", keys),
        Event::Expired { keys } => keyed("expired", keys),
        Event::Storage { reason } => {
            let mut message = named("event", "storage");
            message.text(reason);
            message
        }
        Event::Ready { guest } => {
            let mut message = named("event", "ready");
            message.text(guest);
            message
        }
    }
}

fn keyed(kind: &str, keys: &[String]) -> Message {
    let mut message = named("event", kind);
    message.texts(keys);
    message
}

fn reason(message: &mut Message, reason: &Reason) {
    message.number(reason.status.into());
    message.maybe(reason.code.as_deref());
    message.maybe(reason.message.as_deref());
}

/// The counts of `Metrics`, in its order.
pub(crate) fn metrics(outbox: &Outbox) -> Message {
    let Accounts { set, restored, delivered, elsewhere, superseded, withdrawn, dropped, rejected, expired, findings } =
        outbox.accounts();
    let oldest_age = outbox.oldest().map_or(0, |oldest| time::now().wall.saturating_sub(oldest));
    let mut message = Message::new("metrics");
    for count in [set, restored, delivered, elsewhere, superseded, withdrawn, dropped, rejected, expired] {
        message.number(count);
    }
    for count in [outbox.pending() as u64, outbox.held() as u64, oldest_age, findings, outbox.latencies().mean()] {
        message.number(count);
    }
    for percent in [50, 95, 99] {
        message.number(outbox.latencies().percentile(percent));
    }
    message
}

/// The word for a hint.
pub(crate) const fn hint(hint: Hint) -> &'static str {
    match hint {
        Hint::Records => "records",
        Hint::Consent => "consent",
        Hint::Pause => "pause",
        Hint::Session => "session",
    }
}
