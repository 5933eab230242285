//! One record mapped: its id and its attributes, or everything that is wrong with it.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::{LeftOut, Mapping, Place, Transform};
use crate::meta::input::{Content, Field};
use crate::meta::schema::{Definition, Kind, Problem, Rules, Scalar, Update};
use crate::text::write_json;

/// Maps records: a map made ready for the rules of one organisation.
#[derive(Debug)]
pub struct Mapper {
    /// The members of a record that are looked at.
    names: Vec<String>,
    id: Vec<Source>,
    /// In the order of the attributes' names.
    targets: Vec<Target>,
    rules: Rules,
    update: Update,
    /// Whether every value comes as text (CSV) and is read as its attribute's type.
    texts: bool,
}

/// Where a value is.
#[derive(Debug)]
struct Source {
    /// The place of the member's name among the names.
    member: usize,
    /// A JSON Pointer inside of it; empty for the member itself.
    inside: String,
}

/// An attribute that is written.
#[derive(Debug)]
struct Target {
    from: Source,
    to: String,
    /// Its name and the colon behind it, as JSON.
    key: String,
    transforms: Vec<Transform>,
    /// None where the organisation does not have it.
    definition: Option<Definition>,
}

/// A record that may be sent.
#[derive(Debug)]
pub struct Mapped<'r> {
    /// Its id.
    pub id: Cow<'r, str>,
    /// Its attributes with their keys, in the order of their names.
    attributes: Vec<(&'r Target, Field<'r>)>,
}

impl Mapper {
    /// A mapper for records that keep these rules.
    #[must_use]
    pub fn new(mapping: &Mapping, rules: Rules, update: Update, texts: bool) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut source = |place: &Place| {
            let (name, inside) = place.parts();
            let member = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            Source { member, inside }
        };
        let id = mapping.id.iter().map(&mut source).collect();
        let targets = mapping.fields.iter().map(|field| Target {
            from: source(&field.from),
            to: field.to.clone(),
            key: format!("{}:", Value::from(&*field.to)),
            transforms: field.transforms.clone(),
            definition: rules.find(&field.to).cloned(),
        });
        let mut targets: Vec<Target> = targets.collect();
        targets.sort_by(|one, other| one.to.cmp(&other.to));
        Self { names, id, targets, rules, update, texts }
    }

    /// Maps a record and holds it to the rules.
    ///
    /// # Errors
    /// Everything that is wrong with the record, and its id where it has one.
    pub fn map<'r>(
        &'r self,
        record: &'r Content,
        left_out: &mut LeftOut<'r>,
    ) -> Result<Mapped<'r>, (Option<Cow<'r, str>>, Vec<Problem>)> {
        let fields = record.fields(&self.names).map_err(|code| (None, vec![Problem { code: code.to_owned(), field: None }]))?;
        left_out.unmapped = fields.others;
        let asked = fields.asked;
        let id = self.id.iter().find_map(|source| id(source.of(&asked)?));
        let mut problems = Vec::new();
        let mut attributes = Vec::with_capacity(self.targets.len());
        for target in &self.targets {
            let value = target.from.of(&asked);
            let Some(definition) = &target.definition else {
                if value.is_some_and(|value| value != Field::Other(Value::Null)) {
                    left_out.disallowed.push(&target.to);
                }
                continue;
            };
            match self.value(value, target, definition.kind) {
                Ok(Field::Other(Value::Null)) => {}
                Ok(value) => attributes.push((target, value)),
                Err(code) => problems.push(Problem::with(code, &target.to)),
            }
        }
        match &id {
            Some(id) => {
                let values = attributes
                    .iter()
                    .map(|(target, value)| (target.to.as_str(), target.definition.as_ref(), Scalar::from(value)));
                problems.extend(self.rules.broken(id, values, self.update));
            }
            None => problems.push(Problem::with("field.missing", "id")),
        }
        match id {
            Some(id) if problems.is_empty() => Ok(Mapped { id, attributes }),
            id => Err((id, problems)),
        }
    }

    /// The value that an attribute gets; null is none.
    fn value<'r>(&self, value: Option<Field<'r>>, target: &Target, kind: Kind) -> Result<Field<'r>, &'static str> {
        let value = value.unwrap_or(Field::Other(Value::Null));
        let is_empty = self.texts && matches!(&value, Field::Text(text) if text.is_empty());
        let mut value = if is_empty { Field::Other(Value::Null) } else { value };
        if !target.transforms.is_empty() {
            let mut steps = target.transforms.iter();
            value = steps.try_fold(value.into_value(), |value, step| step.apply(value))?.into();
        }
        Ok(if self.texts { typed(value, kind) } else { value })
    }
}

impl Mapped<'_> {
    /// Writes it as the server takes it, its members in the order of their names.
    pub fn write(&self, text: &mut Vec<u8>) {
        let before_id = self.attributes.iter().take_while(|(target, _)| target.to.as_str() < "id").count();
        let mut begin = b'{';
        let mut member = |text: &mut Vec<u8>, key: &str| {
            text.push(std::mem::replace(&mut begin, b','));
            text.extend_from_slice(key.as_bytes());
        };
        for (place, (target, value)) in self.attributes.iter().enumerate() {
            if place == before_id {
                member(text, "\"id\":");
                write_json(&self.id, text);
            }
            member(text, &target.key);
            match value {
                Field::Text(value) => write_json(value, text),
                Field::Other(value) => serde_json::to_writer(&mut *text, value).expect("JSON is written to memory"),
            }
        }
        if before_id == self.attributes.len() {
            member(text, "\"id\":");
            write_json(&self.id, text);
        }
        text.push(b'}');
    }
}

impl Source {
    /// The value, borrowed where it can be.
    fn of<'r>(&self, asked: &[Option<Field<'r>>]) -> Option<Field<'r>> {
        match asked[self.member].as_ref()? {
            field if self.inside.is_empty() => Some(field.clone()),
            Field::Other(value) => value.pointer(&self.inside).cloned().map(Field::from),
            Field::Text(_) => None,
        }
    }
}

impl Place {
    /// The member of the record that it is in, and the pointer inside of that.
    fn parts(&self) -> (String, String) {
        match self {
            Self::Member(name) => (name.clone(), String::new()),
            Self::Pointer(pointer) => {
                let (first, inside) = pointer[1..].find('/').map_or((&pointer[1..], ""), |end| pointer[1..].split_at(end));
                (first.replace("~1", "/").replace("~0", "~"), inside.to_owned())
            }
        }
    }
}

/// A text, or a whole number as text.
fn id(value: Field<'_>) -> Option<Cow<'_, str>> {
    match value {
        Field::Text(text) if !text.is_empty() => Some(text),
        Field::Other(Value::Number(number)) if !number.is_f64() => Some(number.to_string().into()),
        _ => None,
    }
}

/// A text as the attribute's type, where it is one; else the rules refuse it.
fn typed(value: Field<'_>, kind: Kind) -> Field<'_> {
    let Field::Text(text) = &value else { return value };
    match kind {
        Kind::Number => match serde_json::from_str::<Number>(text) {
            Ok(number) => Field::Other(Value::Number(number)),
            Err(_) => value,
        },
        Kind::Boolean => match &**text {
            "true" => Field::Other(Value::Bool(true)),
            "false" => Field::Other(Value::Bool(false)),
            _ => value,
        },
        Kind::String | Kind::Date | Kind::Other => value,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::meta::mapping::Tally;

    fn rules() -> Rules {
        let define = |definition: Value| Definition::read(&definition).unwrap();
        Rules::new([
            define(json!({"name": "crm_ticket_id", "type": "string"})),
            define(json!({"name": "crm_ticket_priority", "type": "string",
                "validationRules": [{"type": "regex", "value": "^(low|high)$"}]})),
            define(json!({"name": "score", "type": "number"})),
        ])
    }

    /// What is sent of a record, or what is wrong with it.
    fn map(mapping: &Mapping, record: Value, texts: bool) -> (Result<Value, Vec<String>>, Tally) {
        let mut tally = Tally::default();
        let mapper = Mapper::new(mapping, rules(), Update::Merge, texts);
        let told = |problem: Problem| format!("{} {}", problem.field.unwrap_or_default(), problem.code);
        let map = |content: &Content, tally: &mut Tally| {
            let (mut text, mut left_out) = (Vec::new(), LeftOut::default());
            let mapped = mapper.map(content, &mut left_out);
            tally.count(&left_out);
            let mapped = mapped.map_err(|(_, problems)| problems.into_iter().map(told).collect::<Vec<_>>())?;
            mapped.write(&mut text);
            // The order of the members is a part of what a batch is known by.
            let value: Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value.to_string().as_bytes(), text);
            Ok(value)
        };
        let mapped = map(&Content::Json(record.to_string().into_bytes()), &mut tally);
        let Value::Object(members) = record else { panic!("a record is an object") };
        let of_texts = map(&Content::Texts(members), &mut Tally::default());
        assert_eq!(mapped, of_texts);
        (mapped, tally)
    }

    #[test]
    fn a_ticket_becomes_its_attributes_and_the_rest_is_counted() {
        let record = json!({"ticketId": "T-1", "priority": "high", "sourceChannel": "web", "owner": "x", "note": null});
        let (mapped, tally) = map(&Mapping::tickets(), record, false);
        assert_eq!(mapped, Ok(json!({"id": "T-1", "crm_ticket_id": "T-1", "crm_ticket_priority": "high"})));
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
        let id = |record: Value| map(&Mapping::tickets(), record, false).0.map(|sent| sent["id"].clone());
        assert_eq!(id(json!({"ticketId": "", "id": 7})), Ok(json!("7")));
        assert_eq!(id(json!({"ticketId": null, "id": "x"})), Ok(json!("x")));
        assert_eq!(id(json!({"priority": "high"})), Err(vec!["id field.missing".into()]));
        assert_eq!(id(json!({"id": "x".repeat(256)})), Err(vec!["id field.value".into()]));
    }

    #[test]
    fn pointers_reach_into_a_record_and_texts_are_read_as_their_type() {
        let text = "{id: [/ticket/key], fields: [{from: /ticket/score, to: score}, {from: p, to: crm_ticket_priority, transforms: [lower]}]}";
        let mapping = Mapping::read(text, &|_| None).unwrap();
        let (mapped, tally) = map(&mapping, json!({"ticket": {"key": "a", "score": "4.5"}, "p": "HIGH"}), true);
        assert_eq!(mapped, Ok(json!({"id": "a", "score": 4.5, "crm_ticket_priority": "high"})));
        assert_eq!(tally, Tally::default());
        let (refused, _) = map(&mapping, json!({"ticket": {"key": "a", "score": "four"}, "p": "urgent"}), true);
        assert_eq!(refused, Err(vec!["crm_ticket_priority attribute.value.regex".into(), "score attribute.value.type".into()]));
    }
}
