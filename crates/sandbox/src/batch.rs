//! The body of S3, `{entities: [{id, …attributes}], partialUpdate}`, read once: each entity is checked as it comes and written down as
//! its record's text, so that no tree of a thousand entities is made.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::{ApiError, Detail};
use crate::input::{Members, malformed};
use crate::scalar::{Scalar, write_text};
use crate::schema::Definition;
use crate::store::Schemas;

/// The most entities of a batch.
const MOST: usize = 1_000;
const LONGEST_ID: usize = 255;

/// What is to be written.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    pub(crate) entities: Vec<Entity<'a>>,
    pub(crate) partial: bool,
    /// The entities' attributes, one after another.
    texts: String,
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
        let Ok(text) = std::str::from_utf8(body) else { return Err(refusal(body)) };
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Body(schemas).deserialize(&mut json).and_then(|batch| json.end().map(|()| batch));
        read.map_err(|_| refusal(body))
    }

    /// An entity's attributes as a record's text.
    pub(crate) fn text(&self, entity: &Entity<'_>) -> &str {
        &self.texts[entity.text.clone()]
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
        let mut batch = Batch { entities: Vec::with_capacity(MOST), texts: String::with_capacity(MOST * 128), partial: false };
        let (mut attributes, mut known) = (Vec::new(), Vec::new());
        loop {
            let one = One { schemas: self.0, known: &mut known, attributes: &mut attributes, texts: &mut batch.texts };
            let Some(entity) = list.next_element_seed(one)? else { return Ok(batch) };
            batch.entities.push(entity);
        }
    }
}

/// An attribute as it was read.
struct Attribute<'s, 'de> {
    name: Cow<'de, str>,
    value: Scalar<'de>,
    definition: Option<&'s Definition>,
}

/// Reads one entity.
struct One<'o, 's, 'de> {
    schemas: &'s Schemas,
    /// The names that the entity before it had, in their order, with their definitions: most entities of a batch have the same.
    known: &'o mut Vec<(Cow<'de, str>, Option<&'s Definition>)>,
    /// Room for its attributes, used again for the next one.
    attributes: &'o mut Vec<Attribute<'s, 'de>>,
    texts: &'o mut String,
}

impl<'de> DeserializeSeed<'de> for One<'_, '_, 'de> {
    type Value = Entity<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entity<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_, '_, 'de> {
    type Value = Entity<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entity")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entity<'de>, A::Error> {
        let (mut id, mut number) = (None, 0);
        self.attributes.clear();
        while let Some(Scalar::Text(name)) = members.next_key()? {
            let value = members.next_value()?;
            if name == "id" {
                id = Some(value);
                continue;
            }
            let definition = match self.known.get(number) {
                Some((known, definition)) if *known == name => *definition,
                _ => {
                    self.known.truncate(number);
                    self.known.push((name.clone(), self.schemas.find(&name)));
                    self.known[number].1
                }
            };
            number += 1;
            if let Some(known) = self.attributes.iter_mut().find(|known| known.name == name) {
                known.value = value;
            } else {
                self.attributes.push(Attribute { name, value, definition });
            }
        }
        let attributes = self.attributes;
        attributes.retain(|attribute| attribute.value != Scalar::Null);
        attributes.sort_by(|one, other| one.name.cmp(&other.name));
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
        entity.problems.extend(attributes.iter().filter_map(|Attribute { name, value, definition }| {
            let code = definition.map_or(Some("attribute.unknown"), |definition| definition.problem(value))?;
            Some(Detail::new(code, name))
        }));
        self.texts.push('{');
        for (place, Attribute { name, value, .. }) in attributes.iter().enumerate() {
            if place > 0 {
                self.texts.push(',');
            }
            write_text(name, self.texts);
            self.texts.push(':');
            value.write(self.texts);
        }
        self.texts.push('}');
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
