//! A map in a file: YAML or JSON. Without one, the three fields of a CRM ticket.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::transform::Transform;
use super::{Field, Mapping, Place};

const TICKETS: &str = "\
id: [ticketId, id]
fields:
  - {from: ticketId, to: crm_ticket_id}
  - {from: priority, to: crm_ticket_priority}
  - {from: sourceChannel, to: crm_channel_source}
";

/// Why a map is refused. No value of the file is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// It has another shape.
    #[error("the map must have \"fields\", a list of {{from, to, transforms?}}, and may have \"id\", a list of fields{}", at(*.0))]
    Shape(Option<u64>),
    /// There is nothing to map.
    #[error("the map has no fields")]
    Empty,
    /// A field or an attribute has no name.
    #[error("fields[{0}] has an empty \"from\" or \"to\"")]
    Name(usize),
    /// Two fields become one attribute.
    #[error("fields[{0}] becomes an attribute that another field becomes already")]
    Twice(usize),
    /// A transform cannot be used.
    #[error("fields[{0}].transforms[{1}]: {2}")]
    Transform(usize, usize, &'static str),
}

fn at(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(" (line {line})"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    #[serde(default)]
    id: Option<Vec<String>>,
    fields: Vec<FieldForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldForm {
    from: String,
    to: String,
    #[serde(default)]
    transforms: Vec<Step>,
}

/// `trim`, or `{default: low}`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Plain(String),
    With(BTreeMap<String, Value>),
}

impl Mapping {
    /// The three fields of a CRM ticket: `ticketId`, `priority` and `sourceChannel`.
    #[must_use]
    pub fn tickets() -> Self {
        Self::read(TICKETS, &|_| None).expect("the built-in map is a map")
    }

    /// Reads a map; `env` answers for an environment variable that a `hash` takes its key from.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, MapError> {
        let form: FileForm =
            serde_saphyr::from_str(text).map_err(|error| MapError::Shape(error.location().map(|location| location.line())))?;
        if form.fields.is_empty() {
            return Err(MapError::Empty);
        }
        let mut fields: Vec<Field> = Vec::with_capacity(form.fields.len());
        for (index, field) in form.fields.into_iter().enumerate() {
            let from =
                Place::parse(&field.from).filter(|_| !field.to.is_empty() && field.to != "id").ok_or(MapError::Name(index))?;
            if fields.iter().any(|other| other.to == field.to) {
                return Err(MapError::Twice(index));
            }
            let transforms = field.transforms.iter().enumerate().map(|(step, form)| {
                let (name, with) = match form {
                    Step::Plain(name) => (name, &Value::Null),
                    Step::With(one) => one.iter().next().filter(|_| one.len() == 1).ok_or((step, "must have one member"))?,
                };
                Transform::read(name, with, env).map_err(|problem| (step, problem))
            });
            let transforms: Result<Vec<_>, _> = transforms.collect();
            let transforms = transforms.map_err(|(step, problem)| MapError::Transform(index, step, problem))?;
            fields.push(Field { from, to: field.to, transforms });
        }
        let id = form.id.unwrap_or_else(|| vec!["ticketId".into(), "id".into()]);
        let id: Option<Vec<Place>> = id.iter().map(|text| Place::parse(text)).collect();
        let id = id.filter(|id| !id.is_empty()).ok_or(MapError::Shape(None))?;
        Ok(Self { id, fields, source: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_map_is_told_with_its_place_and_without_its_values() {
        let field = |rest: &str| format!("fields: [{{from: a, to: b{rest}}}]");
        for (text, told) in [
            ("fields: []".to_owned(), MapError::Empty),
            ("field: []".to_owned(), MapError::Shape(Some(1))),
            ("fields: [{from: '', to: b}]".to_owned(), MapError::Name(0)),
            ("fields: [{from: a, to: b}, {from: c, to: b}]".to_owned(), MapError::Twice(1)),
            (field(", transforms: [secret]"), MapError::Transform(0, 0, "is no transform")),
            (field(", transforms: [trim, {date: '%Q'}]"), MapError::Transform(0, 1, "has a format that cannot be read")),
            (field(", transforms: [{hash: {key_env: NOT_SET}}]"), MapError::Transform(0, 0, "names a variable that is not set")),
        ] {
            assert_eq!(Mapping::read(&text, &|_| None).unwrap_err(), told, "{text}");
        }
        assert_eq!(
            Mapping::tickets().attributes().collect::<Vec<_>>(),
            ["crm_ticket_id", "crm_ticket_priority", "crm_channel_source"]
        );
    }
}
