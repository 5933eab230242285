//! An attribute's value as it stands in a request's body: a text is borrowed from there where it has no escapes.

use std::borrow::Cow;
use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A value, but for what a list or an object has in it: no attribute is one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'a> {
    Null,
    Flag(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Structure,
}

impl<'a> From<&'a Value> for Scalar<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Self::Structure,
        }
    }
}

impl Scalar<'_> {
    /// Writes it as JSON.
    pub(crate) fn write(&self, json: &mut String) {
        match self {
            Self::Null | Self::Structure => json.push_str("null"),
            Self::Flag(flag) => json.push_str(if *flag { "true" } else { "false" }),
            Self::Number(number) => write!(json, "{number}").expect("invariant: memory takes everything"),
            Self::Text(text) => write_text(text, json),
        }
    }
}

/// Writes a text as JSON. Most have nothing to escape, which is found out faster for a whole text than byte by byte.
pub(crate) fn write_text(text: &str, json: &mut String) {
    let is_plain = text.bytes().fold(true, |plain, byte| plain & (byte >= b' ') & (byte != b'"') & (byte != b'\\'));
    if is_plain {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&serde_json::to_string(text).expect("invariant: a text is written as JSON"));
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar<'de>, E> {
        Number::from_f64(number).map(Scalar::Number).ok_or_else(|| E::custom("no number of JSON"))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Structure)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Scalar<'de>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Structure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_it_was_read() {
        let texts = ["", "plain é \u{7f}", "\"", "\\", "a\u{1f}b", "long enough for several words at once \n"];
        for value in texts.map(Value::from).into_iter().chain([1.5.into(), (-1).into(), true.into(), Value::Null]) {
            let mut json = String::new();
            Scalar::from(&value).write(&mut json);
            assert_eq!(json, value.to_string());
        }
    }

    #[test]
    fn a_text_without_escapes_is_borrowed_and_every_value_is_read_as_what_it_is() {
        for (text, expected) in [
            (r#""a""#, Scalar::Text("a".into())),
            (r#""\u00e9\n""#, Scalar::Text("é\n".into())),
            ("-1", Scalar::Number((-1).into())),
            ("true", Scalar::Flag(true)),
            ("null", Scalar::Null),
            (r#"[1, {"a": []}]"#, Scalar::Structure),
            (r#"{"a": [{}]}"#, Scalar::Structure),
        ] {
            let read: Scalar<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(read, expected, "{text}");
            assert_eq!(matches!(read, Scalar::Text(Cow::Borrowed(_))), text == r#""a""#);
        }
    }
}
