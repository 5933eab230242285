//! What the outbox asks for and tells, as messages to the face.

use guestsync_core::Now;
use guestsync_core::messages::Messages;
use guestsync_core::outbox::{Accounts, Action, Durability, Event, Outcome, Output, Precondition, Reason, Request};
use guestsync_core::outbox::{Hint, Outbox};

/// The longest delay that timers keep.
const LONGEST: u64 = 0x7fff_ffff;

/// Writes the message of an output.
pub(crate) fn output(messages: &mut Messages, output: &Output, owner: &str, now: Now) {
    match output {
        Output::Defer => {}
        Output::Load { load, owner } => {
            numbered(messages, "load", *load);
            messages.text(owner);
        }
        Output::Store { store, writes } => {
            numbered(messages, "store", *store);
            for write in writes {
                messages.text(write.table.letter());
                messages.text(&write.key);
                messages.maybe(write.value.as_deref());
            }
        }
        Output::Prune { before } => named(messages, "prune", before),
        Output::Lock => lock(messages, owner, false),
        Output::Steal => lock(messages, owner, true),
        Output::Unlock => messages.begin("unlock"),
        Output::Lease { until } => {
            named(messages, "lease", owner);
            messages.number(*until);
        }
        Output::Peek => named(messages, "peek", owner),
        Output::WakeAt(at) => {
            messages.begin("wake");
            if let Some(at) = at {
                messages.number(until(*at, now));
            }
        }
        Output::GetToken { guest } => named(messages, "token", guest),
        Output::Start { session } => named(messages, "start", session),
        Output::Send(request) => send(messages, request, now),
        Output::Abort { send } => numbered(messages, "abort", *send),
        Output::Resolve { send, conflicts } => {
            numbered(messages, "resolve", *send);
            for (key, ours, theirs) in conflicts {
                messages.text(key);
                messages.text(&ours.typed());
                messages.text(&theirs.typed());
            }
        }
        Output::Notify(hint) => named(messages, "notify", self::hint(*hint)),
        Output::Settle { call, outcome } => settle(messages, *call, outcome),
        Output::Event(event) => self::event(messages, event),
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

/// From now to a monotonic moment, in milliseconds.
fn until(at: u64, now: Now) -> u64 {
    at.saturating_sub(now.mono).min(LONGEST)
}

fn lock(messages: &mut Messages, owner: &str, steal: bool) {
    named(messages, "lock", owner);
    messages.flag(steal);
}

fn send(messages: &mut Messages, request: &Request, now: Now) {
    let hook = matches!(request.action, Action::Hook { .. });
    numbered(messages, if hook { "hook" } else { "send" }, request.send);
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
    numbered(messages, "settle", call);
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
                Some(Durability::Tab) => "tab",
                Some(Durability::Disk) => "disk",
            });
            messages.texts(held);
        }
        Outcome::Invalid(issues) => {
            for issue in issues {
                messages.text(&issue.key);
                messages.text(issue.code.as_str());
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
        "event",
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
    messages.begin("metrics");
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

/// The word for a hint.
pub(crate) const fn hint(hint: Hint) -> &'static str {
    match hint {
        Hint::Records => "records",
        Hint::Consent => "consent",
        Hint::Pause => "pause",
        Hint::Session => "session",
    }
}
