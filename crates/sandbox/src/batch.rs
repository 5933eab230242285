//! The body of S3, `{entities: [{id, …attributes}], partialUpdate}`, read once: each entity is checked as it comes and written down as
//! its record's text, so that no tree of a thousand entities is made.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::{ApiError, Detail};
use crate::input::{Members, malformed};
use crate::scalar::Scalar;
use crate::store::{Records, Schemas};

/// The most entities of a batch.
const MOST: usize = 1_000;
const LONGEST_ID: usize = 255;

/// What is to be written.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    pub(crate) entities: Vec<Entity<'a>>,
    pub(crate) partial: bool,
    /// The entities' attributes, one after another.
    texts: Vec<u8>,
}

/// One entity. Null counts as left out; of a name that is there twice, the last counts.
pub(crate) struct Entity<'a> {
    /// Null where there is none.
    pub(crate) id: Scalar<'a>,
    /// Whether the id is one: an entity without is not looked at any further.
    pub(crate) is_named: bool,
    /// What is wrong with it, whatever its record has.
    pub(crate) problems: Vec<Detail>,
    text: Range<usize>,
}

impl<'a> Batch<'a> {
    /// Reads a body, holding each entity to the definitions.
    ///
    /// # Errors
    /// 400 with every problem of the body; what is wrong with one entity is the entity's.
    pub(crate) fn read(body: &'a [u8], schemas: &Schemas) -> Result<Self, ApiError> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = Body(schemas).deserialize(&mut json).and_then(|batch| json.end().map(|()| batch));
        read.map_err(|_| refusal(body))
    }

    /// An entity's attributes as a record's text.
    pub(crate) fn text(&self, entity: &Entity<'_>) -> &str {
        std::str::from_utf8(&self.texts[entity.text.clone()]).expect("invariant: JSON is UTF-8")
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

struct Body<'s>(&'s Schemas);

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = Batch<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Batch<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Body<'_> {
    type Value = Batch<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a batch")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Batch<'de>, A::Error> {
        let (mut batch, mut partial) = (None, None);
        while let Some(Scalar::Text(name)) = members.next_key()? {
            match &*name {
                "entities" if batch.is_none() => batch = Some(members.next_value_seed(List(self.0))?),
                "partialUpdate" if partial.is_none() => partial = Some(members.next_value()?),
                _ => return Err(A::Error::custom("no member of a batch")),
            }
        }
        let batch: Batch<'de> = batch.ok_or_else(|| A::Error::missing_field("entities"))?;
        let fits = (1..=MOST).contains(&batch.entities.len());
        if fits { Ok(Batch { partial: partial.unwrap_or_default(), ..batch }) } else { Err(A::Error::custom("too many or none")) }
    }
}

struct List<'s>(&'s Schemas);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = Batch<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Batch<'de>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = Batch<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entities")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Batch<'de>, A::Error> {
        let mut batch = Batch { entities: Vec::with_capacity(MOST), texts: Vec::with_capacity(MOST * 128), partial: false };
        let mut attributes = Vec::new();
        loop {
            let one = One { schemas: self.0, attributes: &mut attributes, texts: &mut batch.texts };
            let Some(entity) = list.next_element_seed(one)? else { return Ok(batch) };
            batch.entities.push(entity);
        }
    }
}

/// Reads one entity.
struct One<'s, 'de> {
    schemas: &'s Schemas,
    /// Room for its attributes, used again for the next one.
    attributes: &'s mut Vec<(Cow<'de, str>, Scalar<'de>)>,
    texts: &'s mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for One<'_, 'de> {
    type Value = Entity<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entity<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_, 'de> {
    type Value = Entity<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entity")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entity<'de>, A::Error> {
        let (attributes, mut id) = (self.attributes, None);
        attributes.clear();
        while let Some(Scalar::Text(name)) = members.next_key()? {
            let value = members.next_value()?;
            if name == "id" {
                id = Some(value);
            } else if let Some(known) = attributes.iter_mut().find(|(known, _)| *known == name) {
                known.1 = value;
            } else {
                attributes.push((name, value));
            }
        }
        attributes.retain(|(_, value)| *value != Scalar::Null);
        attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
        let problem = match &id {
            Some(Scalar::Text(id)) if (1..=LONGEST_ID).contains(&id.len()) => None,
            Some(Scalar::Text(_)) => Some("field.value"),
            Some(_) => Some("field.type"),
            None => Some("field.missing"),
        };
        let from = self.texts.len();
        let mut entity =
            Entity { id: id.unwrap_or(Scalar::Null), is_named: problem.is_none(), problems: Vec::new(), text: from..from };
        if let Some(code) = problem {
            entity.problems.push(Detail::new(code, "id"));
            return Ok(entity);
        }
        entity.problems.extend(attributes.iter().filter_map(|(name, value)| {
            let code = self.schemas.find(name).map_or(Some("attribute.unknown"), |definition| definition.problem(value))?;
            Some(Detail::new(code, name))
        }));
        Records::write(attributes, self.texts);
        entity.text.end = self.texts.len();
        Ok(entity)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::options::Sample;
    use crate::store::Store;

    #[test]
    fn of_a_name_that_is_there_twice_the_last_counts() {
        let schemas = Arc::clone(&Store::new(Sample::default()).schemas);
        let body = br#"{"entities": [{"support_queue": "b", "ring_a": "x", "id": "1", "support_queue": "c", "ring_a": null, "id": "2"}]}"#;
        let batch = Batch::read(body, &schemas).ok().unwrap();
        let entity = &batch.entities[0];
        assert_eq!((&entity.id, batch.text(entity)), (&Scalar::Text("2".into()), r#"{"support_queue":"c"}"#));
        assert!(entity.problems.is_empty() && !batch.partial);
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused() {
        let schemas = Schemas::default();
        assert!(Batch::read(br#"{"entities": [{}], "entities": [{}]}"#, &schemas).is_err());
        assert!(Batch::read(br#"{"entities": [{}]}"#, &schemas).is_ok());
        assert!(Batch::read(br#"{"entities": [{}]} 1"#, &schemas).is_err());
    }
}
