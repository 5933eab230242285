//! What a record says.

use guestsync_genesys::call::GuestId;
use serde_json::{Map, Value};

use super::chain::{self, Head, Member};
use crate::keys::StateKey;

/// Names of keys that are told; a record with more says how many there were.
const MOST_KEYS: usize = 128;
/// A text in a record is at most this long.
const LONGEST_TEXT: usize = 256;
/// What stands for a key whose name is no name.
const STRANGE: &str = "?";

/// Who did it.
#[allow(dead_code, reason = "not every route meets all of them")]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who<'a> {
    /// A guest: written as a pseudonym.
    Guest(&'a GuestId),
    /// A visitor whose guest is not known yet, by the hash of the session id: written as a pseudonym.
    Visitor(&'a str),
    /// Whoever it was did not say, or not believably.
    Unknown,
    /// Somebody with the administrator's token, or at the command line.
    Operator,
    /// The gateway by itself.
    Gateway,
}

/// A record to be.
#[derive(Debug, Clone)]
pub(crate) struct Record<'a> {
    what: &'static str,
    who: Who<'a>,
    members: Map<String, Value>,
    outcome: &'static str,
}

impl<'a> Record<'a> {
    /// A record of `what` (a dotted name like `attributes.set`), done if nothing else is said.
    pub(crate) fn of(what: &'static str, who: Who<'a>) -> Self {
        Self { what, who, members: Map::new(), outcome: "done" }
    }

    /// The names that it touched: keys of attributes, JSON Pointers. A name that is none is written as `?`.
    pub(crate) fn keys<T: AsRef<str>>(self, keys: impl IntoIterator<Item = T>) -> Self {
        self.list("keys", keys)
    }

    /// What kind each of them is: a type, an operation, a kind of personal data.
    pub(crate) fn kinds<T: AsRef<str>>(self, kinds: impl IntoIterator<Item = T>) -> Self {
        self.list("kinds", kinds)
    }

    /// Something else that is not personal: a number, yes or no, an id or a name that the operator gave.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = match value.into() {
            Value::String(text) => Value::from(short(&text)),
            value @ (Value::Number(_) | Value::Bool(_) | Value::Null) => value,
            Value::Array(_) | Value::Object(_) => Value::Null,
        };
        self.members.insert(name.to_owned(), value);
        self
    }

    /// `done`, or a stable code of what came instead.
    pub(crate) fn outcome(mut self, outcome: &'static str) -> Self {
        self.outcome = outcome;
        self
    }

    fn list<T: AsRef<str>>(mut self, member: &'static str, names: impl IntoIterator<Item = T>) -> Self {
        let mut listed = Vec::new();
        let mut count = 0_u64;
        for name in names {
            count += 1;
            if listed.len() < MOST_KEYS {
                listed.push(Value::from(if is_name(name.as_ref()) { name.as_ref() } else { STRANGE }));
            }
        }
        if count > listed.len() as u64 {
            self.members.insert(format!("{member}Count"), count.into());
        }
        self.members.insert(member.to_owned(), listed.into());
        self
    }

    /// The record as it is written later: nothing in it is borrowed.
    pub(super) fn entry(self, key: &StateKey) -> Entry {
        let who = match self.who {
            Who::Guest(guest) => format!("guest:{}", key.pseudonym(guest.as_str())),
            Who::Visitor(hash) => format!("visitor:{}", key.pseudonym(hash)),
            Who::Unknown => "unknown".into(),
            Who::Operator => "operator".into(),
            Who::Gateway => "gateway".into(),
        };
        Entry { what: self.what, who, members: self.members, outcome: self.outcome }
    }
}

/// A record that waits to be written.
pub(super) struct Entry {
    pub(super) what: &'static str,
    who: String,
    members: Map<String, Value>,
    outcome: &'static str,
}

impl Entry {
    /// Writes the record's line behind the text; the head that it makes. `at` is the time.
    pub(super) fn write_line(&self, gateway: &str, at: &str, before: &Head, text: &mut Vec<u8>) -> Head {
        let usual = [("at", at), ("gateway", gateway), ("who", &self.who), ("what", self.what), ("outcome", self.outcome)];
        let usual = usual.map(|(name, value)| (name, Member::Text(value)));
        let more = self.members.iter().map(|(name, value)| (name.as_str(), Member::Other(value)));
        chain::write_line(usual.into_iter().chain(more), before, text)
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:".contains(&b))
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
