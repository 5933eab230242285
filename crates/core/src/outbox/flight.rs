//! A write on its way: which entries, for which version, under which Idempotency-Key.

use alloc::string::String;

use super::output::Precondition;
use crate::attribute::Value;
use crate::clock::Clock;
use crate::journal::{Entries, Entry};
use crate::json;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::text::hex;

/// A write on its way.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    /// What it carries.
    pub(super) entries: Entries,
    /// The values that `onConflict` chose instead of ours.
    pub(super) resolved: Sorted<Value>,
    /// What the server turned out to hold already, and what was given up.
    pub(super) found: Entries,
    /// What `onConflict` gave up for what the server holds.
    pub(super) given_up: Sorted<()>,
    /// The version it is made for.
    pub(super) precondition: Precondition,
    /// How often it was rebased.
    pub(super) rebases: u32,
    /// Whether this try repeated it with a new token already.
    pub(super) reauthorized: bool,
    /// Whether the server may have taken it although no answer came: then it is repeated as it is.
    pub(super) uncertain: bool,
}

impl Flight {
    pub(super) fn new(entries: Entries, version: Option<&str>) -> Self {
        let precondition = version.map_or(Precondition::Unwritten, |v| Precondition::Version(v.into()));
        Self {
            entries,
            resolved: Sorted::default(),
            found: Sorted::default(),
            given_up: Sorted::default(),
            precondition,
            rebases: 0,
            reauthorized: false,
            uncertain: false,
        }
    }

    /// Whether it rests on what the server held at its version.
    pub(super) fn is_decided(&self) -> bool {
        !(self.resolved.is_empty() && self.found.is_empty())
    }

    /// The value to be written for a key.
    pub(super) fn value<'a>(&'a self, key: &SharedStr, entry: &'a Entry) -> &'a Value {
        self.resolved.get(key).unwrap_or(&entry.value)
    }

    /// The body of A1.
    pub(super) fn body(&self) -> SharedStr {
        let mut body = String::from("{\"attributes\":");
        self.write_attributes(&mut body);
        body += "}";
        body.into()
    }

    /// Appends the attributes as JSON.
    pub(super) fn write_attributes(&self, body: &mut String) {
        *body += "{";
        for (at, (key, entry)) in self.entries.iter().enumerate() {
            if at > 0 {
                *body += ",";
            }
            json::string(body, key);
            *body += ":";
            self.value(key, entry).write_json(body);
        }
        *body += "}";
    }

    /// The key of this write: made from all that makes it this write and no other, so that whoever repeats it, another tab or the
    /// page after a reload, finds the same key, and whoever changes anything finds another.
    pub(super) fn idempotency_key(&self, guest: &str, body: &str) -> SharedStr {
        let mut hash = Fnv::new();
        hash.field(guest);
        match &self.precondition {
            Precondition::Unwritten => hash.field("*"),
            Precondition::Version(version) => hash.field(version),
        }
        hash.field(body);
        for entry in self.entries.values() {
            hash.field(&entry.clock.to_text());
        }
        hash.finish()
    }

    /// The moment of the oldest entry.
    pub(super) fn oldest(&self) -> Clock {
        let mut oldest = None;
        for entries in [&self.entries, &self.found] {
            for entry in entries.values() {
                oldest = Some(oldest.unwrap_or(entry.clock).min(entry.clock));
            }
        }
        oldest.unwrap_or_default()
    }
}

/// FNV-1a with 128 bits (draft-eastlake-fnv). Entries carry clocks that no other tab gives out, so it only has to be wide.
struct Fnv {
    high: u64,
    low: u64,
}

impl Fnv {
    const fn new() -> Self {
        Self { high: 0x6c62_272e_07bb_0142, low: 0x62b8_2175_6295_c58d }
    }

    fn field(&mut self, text: &str) {
        for byte in text.bytes() {
            self.byte(byte);
        }
        // Ends the field: UTF-8 never holds it.
        self.byte(0xff);
    }

    fn byte(&mut self, byte: u8) {
        let low = self.low ^ u64::from(byte);
        // The prime is 2⁸⁸ + 0x13b. Multiplied by halves: a build for wasm would carry the multiplication of any 128 bits.
        let carry = ((((low & 0xffff_ffff) * 0x13b) >> 32) + (low >> 32) * 0x13b) >> 32;
        self.high = self.high.wrapping_mul(0x13b).wrapping_add(low << 24).wrapping_add(carry);
        self.low = low.wrapping_mul(0x13b);
    }

    fn finish(self) -> SharedStr {
        let mut text = String::with_capacity(32);
        hex(&mut text, self.high, 16);
        hex(&mut text, self.low, 16);
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn flight(value: &str, version: Option<&str>) -> Flight {
        let entry = Entry {
            value: Value::text(value),
            purpose: "service".into(),
            epoch: Clock::ZERO,
            clock: Clock::from_text("0000000000010000000000aa").expect("a clock"),
        };
        let mut entries = Entries::default();
        entries.insert("ti\"er".into(), Arc::new(entry));
        Flight::new(entries, version)
    }

    #[test]
    fn the_body_is_json_and_the_key_follows_every_part_of_the_write() {
        let key = |f: &Flight, guest| f.idempotency_key(guest, &f.body());
        let first = flight("gold", None);
        assert_eq!(first.body(), r#"{"attributes":{"ti\"er":"gold"}}"#);
        assert_eq!(key(&first, "g1"), key(&flight("gold", None), "g1"));
        let all =
            [key(&first, "g1"), key(&first, "g2"), key(&flight("gold", Some("\"1\"")), "g1"), key(&flight("silver", None), "g1")];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 32);
            assert!(!all[..at].contains(one));
        }
    }

    #[test]
    fn the_halves_multiply_as_the_whole() {
        let (mut hash, mut whole) = (Fnv::new(), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128);
        for byte in (0..=255).cycle().take(10_000) {
            hash.byte(byte);
            whole = (whole ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            assert_eq!((hash.high, hash.low), ((whole >> 64) as u64, whole as u64));
        }
    }

    #[test]
    fn the_hash_is_fnv_1a_with_128_bits() {
        // The published value of the empty string is the offset basis; of "a", this.
        let mut hash = Fnv::new();
        hash.byte(b'a');
        assert_eq!(hash.finish(), "d228cb696f1a8caf78912b704e4a8964");
    }
}
