//! One `set` call as one string: what crosses the boundary between JavaScript and wasm.
//!
//! ```text
//! s9,5;n4,1;b3,4;⏎preferredLanguageen-US…
//! ```
//! A head of `letter key-length,value-length;` per attribute, a line feed, then all keys and values in that order. Lengths count
//! UTF-16 code units, because that is what `String.length` gives. Letters: `s` text, `n` number, `b` boolean, `x` anything else (the
//! value's text is then what `typeof` said).

use super::Value;

/// A value as it was given: one of the three types, or something that cannot be an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Of an allowed type.
    Value(Value),
    /// A number that is not finite.
    NotFinite,
    /// Of another type.
    OtherType,
}

/// One key and what was given for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The attribute's key.
    pub key: String,
    /// What was given.
    pub given: Given,
}

/// Reads a call; `None` where the string was not written by the face (a bug there, not bad input).
#[must_use]
pub fn decode(text: &str) -> Option<Vec<Update>> {
    let (head, mut body) = text.split_once('\n')?;
    let mut updates = Vec::new();
    for item in head.split_terminator(';') {
        let mut letters = item.chars();
        let letter = letters.next()?;
        let (key, value) = letters.as_str().split_once(',')?;
        let key = take(&mut body, key.parse().ok()?)?.to_owned();
        let value = take(&mut body, value.parse().ok()?)?;
        let given = match (letter, Value::from_parts(letter, value)) {
            (_, Some(value)) => Given::Value(value),
            ('n', None) => Given::NotFinite,
            _ => Given::OtherType,
        };
        updates.push(Update { key, given });
    }
    body.is_empty().then_some(updates)
}

/// Cuts a prefix of so many UTF-16 code units.
fn take<'a>(body: &mut &'a str, units: usize) -> Option<&'a str> {
    let mut left = units;
    let mut at = 0;
    while left > 0 {
        let c = body[at..].chars().next()?;
        left = left.checked_sub(c.len_utf16())?;
        at += c.len_utf8();
    }
    let (taken, rest) = body.split_at(at);
    *body = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the TypeScript face does.
    fn encode(items: &[(char, String, String)]) -> String {
        let units = |s: &str| s.encode_utf16().count();
        let mut head = String::new();
        let mut body = String::new();
        for (letter, key, value) in items {
            head.push_str(&format!("{letter}{},{};", units(key), units(value)));
            body.push_str(key);
            body.push_str(value);
        }
        format!("{head}\n{body}")
    }

    proptest! {
        #[test]
        fn any_keys_and_texts_come_through(items in prop::collection::vec((any::<String>(), any::<String>()), 0..8)) {
            let flat: Vec<_> = items.iter().map(|(k, v)| ('s', k.clone(), v.clone())).collect();
            let read = decode(&encode(&flat)).expect("well formed");
            prop_assert_eq!(read.len(), items.len());
            for (update, (key, value)) in read.iter().zip(&items) {
                prop_assert_eq!(&update.key, key);
                prop_assert_eq!(&update.given, &Given::Value(Value::Text(value.clone())));
            }
        }

        #[test]
        fn any_string_is_read_without_a_panic(text in any::<String>(), head in "[snbx0-9,;]{0,20}") {
            let _ = decode(&text);
            let _ = decode(&format!("{head}\n{text}"));
        }
    }

    #[test]
    fn what_cannot_be_an_attribute_is_told_apart() {
        let item = |letter, value: &str| encode(&[(letter, "k".into(), value.into())]);
        let given = |text: &str| decode(text).expect("well formed").remove(0).given;
        assert_eq!(given(&item('n', "1.5e-7")), Given::Value(Value::Number("1.5e-7".into())));
        assert_eq!(given(&item('n', "NaN")), Given::NotFinite);
        assert_eq!(given(&item('n', "Infinity")), Given::NotFinite);
        assert_eq!(given(&item('b', "true")), Given::Value(Value::Bool(true)));
        assert_eq!(given(&item('x', "object")), Given::OtherType);
    }
}
