//! What a record consists of. Only those of its members are kept that somebody asks for: a CRM's record may have hundreds.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, SeqAccessDeserializer},
};
use serde_json::{Map, Value};

/// A record as it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// JSON that was not looked at.
    Json(Vec<u8>),
    /// Named texts.
    Texts(Map<String, Value>),
}

/// A member's value; a text is borrowed where it has no escapes.
#[derive(Debug, Clone, PartialEq)]
pub enum Field<'r> {
    /// A text.
    Text(Cow<'r, str>),
    /// Anything else.
    Other(Value),
}

/// Members of a record.
#[derive(Debug, Default)]
pub struct Fields<'r> {
    /// Those that were asked for, in the order of the names. Of two of one name the last counts.
    pub asked: Vec<Option<Field<'r>>>,
    /// The names of the others.
    pub others: Vec<Cow<'r, str>>,
}

impl Content {
    /// The members of these names.
    ///
    /// # Errors
    /// The code of what is wrong with the record.
    pub fn fields(&self, names: &[String]) -> Result<Fields<'_>, &'static str> {
        let text = match self {
            Self::Json(text) => std::str::from_utf8(text).map_err(|_| NO_JSON)?,
            Self::Texts(members) => {
                let asked = names.iter().map(|name| members.get(name).map(Field::from)).collect();
                let others = members.keys().filter(|name| !names.contains(name)).map(|name| name.as_str().into()).collect();
                return Ok(Fields { asked, others });
            }
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let fields = Asked(names).deserialize(&mut json).and_then(|fields| json.end().map(|()| fields));
        fields.map_err(|_| wrong(text))
    }
}

const NO_JSON: &str = "record.no.json";

/// Why a text is no record. serde's message would repeat what it read.
pub(super) fn wrong(text: &str) -> &'static str {
    serde_json::from_str::<Value>(text).map_or(NO_JSON, |_| "record.no.object")
}

impl Field<'_> {
    /// The value as one of its own.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Other(value) => value,
        }
    }
}

impl<'r> From<&'r Value> for Field<'r> {
    fn from(value: &'r Value) -> Self {
        match value {
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            other => Self::Other(other.clone()),
        }
    }
}

impl From<Value> for Field<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(Cow::Owned(text)),
            other => Self::Other(other),
        }
    }
}

/// Reads an object.
struct Asked<'n>(&'n [String]);

impl<'de> DeserializeSeed<'de> for Asked<'_> {
    type Value = Fields<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Asked<'_> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields { asked: vec![None; self.0.len()], others: Vec::new() };
        // They mostly come in the order in which they are asked for.
        let mut next = 0;
        while let Some(Field::Text(name)) = members.next_key()? {
            let mut places = (next..self.0.len()).chain(0..next);
            if let Some(place) = places.find(|place| self.0[*place] == name) {
                next = place + 1;
                fields.asked[place] = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
                fields.others.push(name);
            }
        }
        Ok(fields)
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Field<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Field<'de>, E> {
        Ok(Field::Other(Value::Null))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Field<'de>, E> {
        Ok(Field::Other(flag.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Field<'de>, E> {
        Ok(Field::Other(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Field<'de>, E> {
        Ok(Field::Other(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Field<'de>, E> {
        Ok(Field::Other(number.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Field<'de>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Field::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Field<'de>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(members)).map(Field::Other)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str, names: &[&str]) -> Result<(Vec<Value>, Vec<String>), &'static str> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let content = Content::Json(text.as_bytes().to_vec());
        let fields = content.fields(&names)?;
        let asked = fields.asked.into_iter().map(|field| field.map_or(json!("none"), Field::into_value)).collect();
        Ok((asked, fields.others.into_iter().map(Cow::into_owned).collect()))
    }

    #[test]
    fn what_is_asked_for_is_read_and_of_the_rest_the_names() {
        let text = r#"{"a": "x\ny", "b\u0021": {"c": [1, "d"]}, "e": 1.5, "a": "z", "f": null, "g": [{"h": "i"}, -1]}"#;
        let (asked, others) = read(text, &["g", "a", "f", "z", "b!"]).unwrap();
        assert_eq!(Value::Array(asked), json!([[{"h": "i"}, -1], "z", null, "none", {"c": [1, "d"]}]));
        assert_eq!(others, ["e"]);
    }

    #[test]
    fn what_is_no_object_is_told_from_what_is_no_json_also_where_nobody_asks_for_it() {
        for (text, code) in
            [("[1]", "record.no.object"), ("\"a\"", "record.no.object"), ("{\"a\": 1} 2", NO_JSON), ("{", NO_JSON)]
        {
            assert_eq!(read(text, &[]).unwrap_err(), code, "{text}");
        }
        for text in ["{\"a\": [}", "{\"a\": 01}", "{\"a\": \"\\x\"}", "{\"a\" 1}", "{\"a\": nul}"] {
            assert_eq!((read(text, &[]).unwrap_err(), read(text, &["a"]).unwrap_err()), (NO_JSON, NO_JSON), "{text}");
        }
        assert_eq!(Content::Json(b"{\"a\": \"\xff\"}".to_vec()).fields(&[]).unwrap_err(), NO_JSON);
    }
}
