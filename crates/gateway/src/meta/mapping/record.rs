//! One record mapped: its id and its attributes, or everything that is wrong with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::{Mapping, Place};
use crate::meta::schema::{Kind, Problem, Rules, Update};
use crate::text::cut;

/// A record that may be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// Its id.
    pub id: String,
    /// Its attributes.
    pub attributes: Map<String, Value>,
}

/// What was left out of records, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Fields that the map does not name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unmapped: BTreeMap<String, u64>,
    /// Attributes that the organisation does not have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub disallowed: BTreeMap<String, u64>,
}

/// Names that are counted one by one; more are counted together.
const MOST_NAMES: usize = 200;
const OTHERS: &str = "…";
/// Bytes that are kept of a name.
const LONGEST_NAME: usize = 100;

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        for (counts, others) in [(&mut self.unmapped, &other.unmapped), (&mut self.disallowed, &other.disallowed)] {
            others.iter().for_each(|(name, count)| bump(counts, name, *count));
        }
    }
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str, by: u64) {
    let name = &*cut(name, LONGEST_NAME);
    if let Some(count) = counts.get_mut(name) {
        *count += by;
    } else if counts.len() < MOST_NAMES || name == OTHERS {
        counts.insert(name.to_owned(), by);
    } else {
        bump(counts, OTHERS, by);
    }
}

impl Mapping {
    /// Maps a record and holds it to the rules. With `texts`, every value came as text (CSV) and is read as its attribute's type.
    ///
    /// # Errors
    /// Everything that is wrong with the record, and its id where it has one.
    pub fn map(
        &self,
        record: &Map<String, Value>,
        rules: &Rules,
        update: Update,
        texts: bool,
        tally: &mut Tally,
    ) -> Result<Mapped, (Option<String>, Vec<Problem>)> {
        for name in record.keys().filter(|name| !self.names(name)) {
            bump(&mut tally.unmapped, name, 1);
        }
        let id = self.id.iter().find_map(|place| id(place.of(record)?));
        let mut problems = Vec::new();
        let mut attributes = Map::new();
        for field in &self.fields {
            let Some(definition) = rules.find(&field.to) else {
                if field.from.of(record).is_some_and(|value| !value.is_null()) {
                    bump(&mut tally.disallowed, &field.to, 1);
                }
                continue;
            };
            let value = field.from.of(record).cloned().unwrap_or_default();
            let value = if texts && value.as_str() == Some("") { Value::Null } else { value };
            let mut steps = field.transforms.iter();
            match steps.try_fold(value, |value, step| step.apply(value)) {
                Ok(Value::Null) => {}
                Ok(value) => _ = attributes.insert(field.to.clone(), if texts { typed(value, definition.kind) } else { value }),
                Err(code) => problems.push(Problem::with(code, &field.to)),
            }
        }
        match &id {
            Some(id) => problems.extend(rules.problems(id, &attributes, update)),
            None => problems.push(Problem::with("field.missing", "id")),
        }
        match id {
            Some(id) if problems.is_empty() => Ok(Mapped { id, attributes }),
            id => Err((id, problems)),
        }
    }

    fn names(&self, member: &str) -> bool {
        self.id.iter().chain(self.fields.iter().map(|field| &field.from)).any(|place| place.root() == member)
    }
}

impl Place {
    fn of<'a>(&self, record: &'a Map<String, Value>) -> Option<&'a Value> {
        match self {
            Self::Member(name) => record.get(name),
            Self::Pointer(pointer) => {
                let rest = pointer[1..].find('/').map_or("", |end| &pointer[1 + end..]);
                record.get(self.root().as_ref())?.pointer(rest)
            }
        }
    }
}

/// A text, or a whole number as text.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// A text as the attribute's type, where it is one; else the rules refuse it.
fn typed(value: Value, kind: Kind) -> Value {
    let Value::String(text) = &value else { return value };
    match kind {
        Kind::Number => serde_json::from_str::<Number>(text).map_or(value, Value::Number),
        Kind::Boolean => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => value,
        },
        Kind::String | Kind::Date | Kind::Other => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::meta::schema::Definition;

    fn rules() -> Rules {
        let define = |definition: Value| Definition::read(&definition).unwrap();
        Rules::new([
            define(json!({"name": "crm_ticket_id", "type": "string"})),
            define(json!({"name": "crm_ticket_priority", "type": "string",
                "validationRules": [{"type": "regex", "value": "^(low|high)$"}]})),
            define(json!({"name": "score", "type": "number"})),
        ])
    }

    fn map(mapping: &Mapping, record: Value, texts: bool) -> (Result<Mapped, Vec<String>>, Tally) {
        let mut tally = Tally::default();
        let Value::Object(record) = record else { panic!("a record is an object") };
        let mapped = mapping.map(&record, &rules(), Update::Merge, texts, &mut tally);
        let told = |problem: Problem| format!("{} {}", problem.field.unwrap_or_default(), problem.code);
        (mapped.map_err(|(_, problems)| problems.into_iter().map(told).collect()), tally)
    }

    #[test]
    fn a_ticket_becomes_its_attributes_and_the_rest_is_counted() {
        let record = json!({"ticketId": "T-1", "priority": "high", "sourceChannel": "web", "owner": "x", "note": null});
        let (mapped, tally) = map(&Mapping::tickets(), record, false);
        let attributes = json!({"crm_ticket_id": "T-1", "crm_ticket_priority": "high"});
        assert_eq!(mapped, Ok(Mapped { id: "T-1".into(), attributes: attributes.as_object().unwrap().clone() }));
        assert_eq!(tally.unmapped.keys().collect::<Vec<_>>(), ["note", "owner"]);
        assert_eq!(tally.disallowed, BTreeMap::from([("crm_channel_source".to_owned(), 1)]));
    }

    #[test]
    fn of_long_names_the_begin_is_counted() {
        let long = "é".repeat(1_000);
        let (_, tally) = map(&Mapping::tickets(), json!({"id": 1, (long.clone()): 1, (format!("{long}x")): 1}), false);
        assert_eq!(tally.unmapped, BTreeMap::from([(format!("{}…", "é".repeat(50)), 2)]));
        // Added up, it is the same name.
        let mut sum = Tally::default();
        sum.add(&tally);
        assert_eq!(sum.unmapped, tally.unmapped);
    }

    #[test]
    fn the_id_is_the_first_that_has_a_value() {
        let id = |record: Value| map(&Mapping::tickets(), record, false).0.map(|mapped| mapped.id);
        assert_eq!(id(json!({"ticketId": "", "id": 7})), Ok("7".into()));
        assert_eq!(id(json!({"ticketId": null, "id": "x"})), Ok("x".into()));
        assert_eq!(id(json!({"priority": "high"})), Err(vec!["id field.missing".into()]));
        assert_eq!(id(json!({"id": "x".repeat(256)})), Err(vec!["id field.value".into()]));
    }

    #[test]
    fn pointers_reach_into_a_record_and_texts_are_read_as_their_type() {
        let text = "{id: [/ticket/key], fields: [{from: /ticket/score, to: score}, {from: p, to: crm_ticket_priority, transforms: [lower]}]}";
        let mapping = Mapping::read(text, &|_| None).unwrap();
        let (mapped, tally) = map(&mapping, json!({"ticket": {"key": "a", "score": "4.5"}, "p": "HIGH"}), true);
        assert_eq!(Value::Object(mapped.unwrap().attributes), json!({"score": 4.5, "crm_ticket_priority": "high"}));
        assert_eq!(tally, Tally::default());
        let (refused, _) = map(&mapping, json!({"ticket": {"key": "a", "score": "four"}, "p": "urgent"}), true);
        assert_eq!(refused, Err(vec!["crm_ticket_priority attribute.value.regex".into(), "score attribute.value.type".into()]));
    }
}
