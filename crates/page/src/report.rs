//! Results and events as JSON text, for the face to parse.

use guestsync_core::attribute::Issue;
use guestsync_core::json;
use guestsync_core::outbox::{Durability, Event, Hint, Outbox, Outcome, Reason};

/// A JSON object under construction.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self(String::from("{"))
    }

    fn name(&mut self, name: &str) -> &mut String {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        json::string(&mut self.0, name);
        self.0.push(':');
        &mut self.0
    }

    fn text(mut self, name: &str, value: &str) -> Self {
        json::string(self.name(name), value);
        self
    }

    fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    fn number(mut self, name: &str, value: u64) -> Self {
        json::integer(self.name(name), value);
        self
    }

    fn texts(mut self, name: &str, values: &[String]) -> Self {
        let out = self.name(name);
        out.push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            json::string(out, value);
        }
        out.push(']');
        self
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

const fn durability(value: Option<Durability>) -> &'static str {
    match value {
        None => "held",
        Some(Durability::Memory) => "memory",
        Some(Durability::Tab) => "tab",
        Some(Durability::Disk) => "disk",
    }
}

/// The kind and details of a call's result.
pub(crate) fn outcome(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Set { durability: kept, held, masked } => {
            ("set", Object::new().text("stored", durability(*kept)).texts("masked", masked).texts("held", held).end())
        }
        Outcome::Invalid(all) => ("invalid", issues(all)),
        Outcome::Full => ("outbox.full", String::from("{}")),
        Outcome::Done => ("done", String::from("{}")),
        Outcome::Unkept => ("storage.unavailable", String::from("{}")),
        Outcome::Flushed { delivered, pending, held } => {
            let report = Object::new().number("delivered", *delivered).number("pending", *pending as u64);
            ("flushed", report.number("held", *held as u64).end())
        }
        Outcome::Closed => ("outbox.closed", String::from("{}")),
    }
}

fn issues(issues: &[Issue]) -> String {
    let mut out = String::from("[");
    for (at, issue) in issues.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let code = issue.code;
        out.push_str(&Object::new().text("key", &issue.key).text("code", code.as_str()).text("message", code.message()).end());
    }
    out.push(']');
    out
}

fn reason(object: Object, reason: &Reason) -> Object {
    object
        .number("status", reason.status.into())
        .maybe("code", reason.code.as_deref())
        .maybe("message", reason.message.as_deref())
}

/// The name and details of an event.
pub(crate) fn event(event: &Event) -> (&'static str, String) {
    let new = Object::new();
    match event {
        Event::Delivered { keys, latency } => ("delivered", new.texts("keys", keys).number("latencyMs", *latency).end()),
        Event::Held { keys } => ("held", new.texts("keys", keys).end()),
        Event::Withdrawn { purpose, keys } => ("withdrawn", new.text("purpose", purpose).texts("keys", keys).end()),
        Event::Rejected { keys, reason: why } => ("rejected", reason(new.texts("keys", keys), why).end()),
        Event::Retrying { reason: why, delay } => {
            let object = reason(new, why);
            (
                "retrying",
                match delay {
                    Some(ms) => object.number("delayMs", *ms).end(),
                    None => object.end(),
                },
            )
        }
        Event::Conflict { keys } => ("conflict", new.texts("keys", keys).end()),
        Event::Expired { keys } => ("expired", new.texts("keys", keys).end()),
        Event::Storage { reason } => ("storage", new.text("reason", reason).end()),
        Event::Ready { guest } => ("ready", new.text("guestId", guest).end()),
    }
}

/// The metrics.
pub(crate) fn metrics(outbox: &Outbox) -> String {
    let accounts = outbox.accounts();
    let now = crate::time::now().wall;
    Object::new()
        .number("set", accounts.set)
        .number("restored", accounts.restored)
        .number("delivered", accounts.delivered)
        .number("deliveredElsewhere", accounts.elsewhere)
        .number("superseded", accounts.superseded)
        .number("withdrawn", accounts.withdrawn)
        .number("dropped", accounts.dropped)
        .number("rejected", accounts.rejected)
        .number("expired", accounts.expired)
        .number("pending", outbox.pending() as u64)
        .number("held", outbox.held() as u64)
        .number("oldestAgeMs", outbox.oldest().map_or(0, |oldest| now.saturating_sub(oldest)))
        .end()
}

/// The word for a hint.
pub(crate) const fn hint(hint: Hint) -> &'static str {
    match hint {
        Hint::Records => "records",
        Hint::Consent => "consent",
        Hint::Pause => "pause",
    }
}

/// The hint of a word.
pub(crate) fn hint_of(word: &str) -> Option<Hint> {
    [Hint::Records, Hint::Consent, Hint::Pause].into_iter().find(|h| hint(*h) == word)
}
