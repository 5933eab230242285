//! One sealed form, or several of one guest made into one, as it waits; and the text that is stored of it.
//!
//! Version 1, all fields netstrings: `1`, guest, clock, time of submission, id, number of forms, status and code of a final refusal
//! (status 0: none), then per field operation letter, pointer, purpose, its epoch, sealed value. Nothing in it is plain but names.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::Millis;
use crate::clock::Clock;
use crate::journal::netstring;
use crate::journal::record::Unreadable;
use crate::json;
use crate::patch::{Document, Operation, Pointer};
use crate::shared_str::SharedStr;
use crate::text::{decimal, hex};

const VERSION: &str = "1";

/// A sealed value and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::profile) struct Field {
    pub(in crate::profile) operation: Operation,
    pub(in crate::profile) pointer: Pointer,
    /// What it serves; empty: submitting was the consent.
    pub(in crate::profile) purpose: SharedStr,
    /// The epoch of that purpose when it was submitted.
    pub(in crate::profile) epoch: Clock,
    /// Sealed.
    pub(in crate::profile) value: String,
}

/// The server's last word on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::profile) struct Verdict {
    pub(in crate::profile) status: u16,
    pub(in crate::profile) code: String,
}

/// A sealed patch as it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::profile) struct Entry {
    pub(in crate::profile) guest: String,
    /// Its place in the order of all updates; `Guestsync-Seq` is made from it.
    pub(in crate::profile) moment: Clock,
    /// When the newest of its forms was submitted (wall clock).
    pub(in crate::profile) at: Millis,
    /// Random, of its newest form.
    pub(in crate::profile) id: String,
    /// How many forms it was made from.
    pub(in crate::profile) forms: u64,
    /// Final: it is kept for the page to read, and sent no more.
    pub(in crate::profile) refused: Option<Verdict>,
    pub(in crate::profile) fields: Vec<Field>,
}

impl Entry {
    /// The key of its row.
    pub(in crate::profile) fn row_key(&self) -> SharedStr {
        let mut key = String::with_capacity(self.guest.len() + 25);
        key.push_str(&self.guest);
        key.push('/');
        key.push_str(&self.moment.to_text());
        key.into()
    }

    /// The JSON Patch document: the same bytes whenever and by whomever it is made.
    pub(in crate::profile) fn body(&self) -> String {
        let mut document = Document::new();
        for field in &self.fields {
            document.set(field.operation, &field.pointer, &field.value);
        }
        document.finish(self.at)
    }

    /// `Idempotency-Key`, made from all that makes this write this one and no other: whoever repeats it finds the same, and whoever
    /// changes anything finds another.
    pub(in crate::profile) fn idempotency_key(&self, body: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.id.as_bytes());
        hash.update(self.moment.sequence().to_be_bytes());
        hash.update(body.as_bytes());
        let block = hash.finalize_reset();
        let mut key = String::with_capacity(32);
        for byte in block.iter().take(16) {
            hex(&mut key, u64::from(*byte), 2);
        }
        key
    }

    /// Whether it sets this member.
    pub(in crate::profile) fn sets(&self, pointer: &Pointer) -> bool {
        self.fields.iter().any(|own| own.pointer == *pointer)
    }

    /// Whether every member that `older` sets is set by this one too.
    pub(in crate::profile) fn covers(&self, older: &Self) -> bool {
        older.fields.iter().all(|field| self.sets(&field.pointer))
    }

    /// Whether it is newer and sets all that `other` sets.
    pub(in crate::profile) fn supersedes(&self, other: &Self) -> bool {
        self.moment > other.moment && self.covers(other)
    }

    /// Takes a later entry of the same guest in: what it sets counts.
    pub(in crate::profile) fn absorb(&mut self, later: Self) {
        self.fields.retain(|field| !later.sets(&field.pointer));
        for field in later.fields {
            self.fields.push(field);
        }
        self.moment = later.moment;
        self.at = later.at;
        self.id = later.id;
        self.forms += later.forms;
    }

    /// How much room it takes, about.
    pub(in crate::profile) fn bytes(&self) -> usize {
        self.fields.iter().map(|field| field.value.len() + field.pointer.as_str().len() + field.purpose.len() + 64).sum()
    }

    /// Its text.
    pub(in crate::profile) fn encode(&self) -> SharedStr {
        let mut text = String::with_capacity(self.bytes() + 128);
        let (status, code) = self.refused.as_ref().map_or((0, ""), |verdict| (verdict.status, &*verdict.code));
        netstring::push(&mut text, VERSION);
        netstring::push(&mut text, &self.guest);
        netstring::push(&mut text, &self.moment.to_text());
        number(&mut text, self.at);
        netstring::push(&mut text, &self.id);
        number(&mut text, self.forms);
        number(&mut text, u64::from(status));
        netstring::push(&mut text, code);
        for field in &self.fields {
            netstring::push(&mut text, if field.operation == Operation::Add { "a" } else { "r" });
            netstring::push(&mut text, field.pointer.as_str());
            netstring::push(&mut text, &field.purpose);
            netstring::push(&mut text, &field.epoch.to_text());
            netstring::push(&mut text, &field.value);
        }
        text.into()
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`Unreadable`] says what to do with it.
    pub(in crate::profile) fn decode(text: &str) -> Result<Self, Unreadable> {
        let rest = &mut &*text;
        match netstring::next(rest) {
            Some(VERSION) => Self::read(Reader { rest, damaged: false }).ok_or(Unreadable::Damaged),
            Some(version) if decimal(version).is_some_and(|version| version > 1) => Err(Unreadable::Later),
            _ => Err(Unreadable::Damaged),
        }
    }

    fn read(mut from: Reader<'_>) -> Option<Self> {
        let (guest, moment, at) = (from.text().to_owned(), from.moment(), from.number());
        let (id, forms) = (from.text().to_owned(), from.number());
        let status = u16::try_from(from.number()).ok()?;
        let code = from.text().to_owned();
        let refused = (status != 0).then_some(Verdict { status, code });
        let mut fields = Vec::new();
        while !from.rest.is_empty() {
            let operation = if from.text() == "a" { Operation::Add } else { Operation::Replace };
            let pointer = Pointer::parse(from.text()).ok()?;
            let (purpose, epoch) = (from.text().into(), from.moment());
            fields.push(Field { operation, pointer, purpose, epoch, value: from.text().to_owned() });
        }
        (!from.damaged && !fields.is_empty()).then_some(Self { guest, moment, at, id, forms, refused, fields })
    }
}

/// Takes the fields of a text one after the other; from where one is not of its form, nothing is left.
struct Reader<'a> {
    rest: &'a str,
    damaged: bool,
}

impl<'a> Reader<'a> {
    fn text(&mut self) -> &'a str {
        let field = netstring::next(&mut self.rest);
        self.check(field)
    }

    fn number(&mut self) -> u64 {
        let number = decimal(self.text());
        self.check(number)
    }

    fn moment(&mut self) -> Clock {
        let moment = Clock::from_text(self.text());
        self.check(moment)
    }

    fn check<T: Default>(&mut self, read: Option<T>) -> T {
        if read.is_none() {
            (self.rest, self.damaged) = ("", true);
        }
        read.unwrap_or_default()
    }
}

fn number(text: &mut String, value: u64) {
    let mut digits = String::new();
    json::integer(&mut digits, value);
    netstring::push(text, &digits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Ticker;
    use proptest::prelude::*;

    fn entry(fields: &[(&str, &str)], wall: Millis) -> Entry {
        let field = |(pointer, value): &(&str, &str)| Field {
            operation: Operation::Replace,
            pointer: Pointer::parse(pointer).expect("a pointer"),
            purpose: SharedStr::default(),
            epoch: Clock::ZERO,
            value: (*value).into(),
        };
        Entry {
            guest: "g-1".into(),
            moment: Ticker::new(7).tick(wall),
            at: wall,
            id: "0123456789abcdef0123456789abcdef".into(),
            forms: 1,
            refused: None,
            fields: fields.iter().map(field).collect(),
        }
    }

    #[test]
    fn later_fields_win_and_earlier_ones_stay() {
        let mut first = entry(&[("/email", "a"), ("/name", "b")], 1_000);
        let second = entry(&[("/email", "c")], 2_000);
        assert!(first.covers(&second) && !second.covers(&first));
        let moment = second.moment;
        first.absorb(second);
        let fields: Vec<_> = first.fields.iter().map(|field| (field.pointer.as_str(), &*field.value)).collect();
        assert_eq!(fields, [("/name", "b"), ("/email", "c")]);
        assert_eq!((first.moment, first.at, first.forms), (moment, 2_000, 2));
    }

    #[test]
    fn the_key_follows_content_and_place_in_the_order() {
        let one = entry(&[("/email", "a")], 1_000);
        let key = |entry: &Entry| entry.idempotency_key(&entry.body());
        assert_eq!(key(&one), key(&one.clone()));
        assert_eq!(key(&one).len(), 32);
        let others =
            [entry(&[("/email", "b")], 1_000), entry(&[("/email", "a")], 1_001), Entry { id: "x".into(), ..one.clone() }];
        for other in others {
            assert_ne!(key(&one), key(&other));
        }
    }

    #[test]
    fn an_entry_of_version_one_as_it_was_first_written_still_loads_and_gives_the_same_patch() {
        let text = include_str!("../../../fixtures/form-v1.txt").trim_end_matches('\n');
        let read = Entry::decode(text).expect("version 1");
        assert_eq!(read.encode(), text);
        assert_eq!((&*read.guest, read.fields.len(), read.forms), ("g-1", 2, 2));
        let body = read.body();
        assert_eq!(
            body,
            r#"[{"op":"replace","path":"/email","value":"sealed-email"},{"op":"add","path":"/phone","value":"sealed-phone"},{"op":"replace","path":"/lastUpdated","value":"2026-11-20T13:55:07.042Z"}]"#
        );
        assert_eq!(read.idempotency_key(&body), "f5f1bee9cb7b33763485a19b4b63bd44");
    }

    #[test]
    fn a_later_version_is_left_alone_and_a_damaged_one_is_told_apart() {
        assert_eq!(Entry::decode("1:25:xyzab"), Err(Unreadable::Later));
        let text = entry(&[("/email", "a")], 1).encode();
        for cut in 0..text.len() {
            assert_eq!(Entry::decode(&text[..cut]), Err(Unreadable::Damaged), "{cut}");
        }
    }

    proptest! {
        #[test]
        fn entries_read_back(values in prop::collection::vec(("/[a-z]{1,5}", any::<String>(), any::<bool>()), 1..5), status in 0u16..600, code in "[a-z.]{0,9}") {
            let mut written = entry(&[], 5);
            written.refused = (status != 0).then_some(Verdict { status, code });
            for (pointer, value, add) in values {
                written.fields.push(Field {
                    operation: if add { Operation::Add } else { Operation::Replace },
                    pointer: Pointer::parse(&pointer).expect("a pointer"),
                    purpose: (*value).into(),
                    epoch: written.moment,
                    value,
                });
            }
            prop_assert_eq!(Entry::decode(&written.encode()), Ok(written));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let _ = Entry::decode(&text);
            let _ = Entry::decode(&["1:1", &text].concat());
        }
    }
}
