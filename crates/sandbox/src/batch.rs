//! The body of S3, read without a copy of its texts: `{entities: [{id, …attributes}], partialUpdate}`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::error::ApiError;
use crate::input::{Members, malformed};
use crate::scalar::Scalar;

/// The most entities of a batch.
const MOST: usize = 1_000;

/// What is to be written.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Batch<'a> {
    #[serde(borrow)]
    pub(crate) entities: Vec<Entity<'a>>,
    #[serde(default)]
    pub(crate) partial_update: bool,
}

impl<'a> Batch<'a> {
    /// Reads a body of well-formed JSON.
    ///
    /// # Errors
    /// 400 with every problem.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice::<Self>(body) {
            Ok(batch) if (1..=MOST).contains(&batch.entities.len()) => Ok(batch),
            _ => Err(refusal(body)),
        }
    }
}

/// What a body is refused for.
fn refusal(body: &[u8]) -> ApiError {
    let read = serde_json::from_slice::<Value>(body).map_err(|error| malformed(&error));
    let refused = read.and_then(Members::of).and_then(|mut members| {
        members.optional("partialUpdate", Value::Bool(false), Value::is_boolean);
        match members.require("entities") {
            Some(Value::Array(list)) if list.is_empty() => members.refuse("field.value", "entities"),
            Some(Value::Array(list)) if list.len() > MOST => members.refuse("entities.too.many", "entities"),
            Some(Value::Array(list)) => {
                for (index, _) in list.iter().enumerate().filter(|(_, entity)| !entity.is_object()) {
                    members.refuse("field.type", &format!("entities[{index}]"));
                }
            }
            Some(_) => members.refuse("field.type", "entities"),
            None => {}
        }
        members.finish()
    });
    refused.err().unwrap_or_else(|| ApiError::bad_request("The body has a member twice."))
}

/// One entity. Null counts as left out; of a name that is there twice, the last counts.
#[derive(Default)]
pub(crate) struct Entity<'a> {
    pub(crate) id: Option<Scalar<'a>>,
    /// By their names.
    pub(crate) attributes: Vec<(Cow<'a, str>, Scalar<'a>)>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Entity<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Entity<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an entity")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entity<'de>, A::Error> {
                let mut entity = Entity { id: None, attributes: Vec::with_capacity(4) };
                while let Some((name, value)) = members.next_entry::<Scalar<'de>, Scalar<'de>>()? {
                    let Scalar::Text(name) = name else { return Err(A::Error::custom("a member without a name")) };
                    if name == "id" {
                        entity.id = Some(value);
                    } else {
                        entity.attributes.push((name, value));
                    }
                }
                // A stable sort: of two of one name the last one stays the last.
                entity.attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
                entity.attributes.reverse();
                entity.attributes.dedup_by(|(one, _), (other, _)| one == other);
                entity.attributes.reverse();
                entity.attributes.retain(|(_, value)| *value != Scalar::Null);
                Ok(entity)
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_that_is_there_twice_the_last_counts() {
        let entity: Entity<'_> =
            serde_json::from_str(r#"{"b": 1, "a": "x", "id": "1", "b": 2, "a": null, "c": null, "id": "2"}"#).unwrap();
        assert_eq!(entity.id, Some(Scalar::Text("2".into())));
        assert_eq!(entity.attributes, [("b".into(), Scalar::Number(2.into()))]);
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused() {
        assert!(Batch::read(br#"{"entities": [{}], "entities": [{}]}"#).is_err());
        assert!(Batch::read(br#"{"entities": [{}]}"#).is_ok());
    }
}
