//! One custom attribute: name, type, rules.

use serde_json::{Value, json};

use super::kind::Kind;
use super::rule::Rule;
use crate::error::ApiError;
use crate::input::Members;
use crate::scalar::Scalar;

const LONGEST_NAME: usize = 100;

/// A definition as S1 takes it.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) description: String,
    pub(crate) required: bool,
    /// Null where there is none.
    pub(crate) default: Value,
    rules: Vec<Rule>,
}

impl Definition {
    /// Reads the body of S1. `name` and `type` must be there.
    ///
    /// # Errors
    /// 400 with every problem.
    pub(crate) fn read(body: Value) -> Result<Self, ApiError> {
        let mut members = Members::of(body)?;
        let name = members.string("name", |name| (1..=LONGEST_NAME).contains(&name.chars().count()) && name.trim() == name);
        let kind = members.string("type", |kind| Kind::read(kind).is_some()).and_then(|kind| Kind::read(&kind));
        let description = members.optional("description", Value::String(String::new()), Value::is_string);
        let required = members.optional("required", Value::Bool(false), Value::is_boolean);
        let default = members.take("defaultValue").unwrap_or_default();
        let rules = members.optional("validationRules", json!([]), Value::is_array);
        let rules = match (kind, rules) {
            (Some(kind), Value::Array(rules)) => read_rules(rules, kind, &mut members),
            _ => Vec::new(),
        };
        let (Some(name), Some(kind)) = (name, kind) else { return Err(members.refused()) };
        let description = description.as_str().unwrap_or_default().to_owned();
        let required = required.as_bool().unwrap_or_default();
        let mut definition = Self { name, kind, description, required, default: Value::Null, rules };
        if !default.is_null() && definition.problem(&Scalar::from(&default)).is_some() {
            members.refuse("field.value", "defaultValue");
        }
        definition.default = default;
        members.finish()?;
        Ok(definition)
    }

    /// What a value breaks, as an error code.
    pub(crate) fn problem(&self, value: &Scalar<'_>) -> Option<&'static str> {
        if !self.kind.admits(value) {
            return Some("attribute.value.type");
        }
        self.rules.iter().find_map(|rule| rule.problem(value))
    }

    /// The members that S1 and S2 show besides `id` and `selfUri`.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "name": self.name,
            "type": self.kind.name(),
            "description": self.description,
            "required": self.required,
            "defaultValue": self.default,
            "validationRules": self.rules.iter().map(Rule::shown).collect::<Vec<_>>(),
        })
    }
}

fn read_rules(rules: Vec<Value>, kind: Kind, members: &mut Members) -> Vec<Rule> {
    let mut read = Vec::with_capacity(rules.len());
    for (index, rule) in rules.into_iter().enumerate() {
        match Rule::read(rule, kind) {
            Ok(rule) => read.push(rule),
            Err(code) => members.refuse(code, &format!("validationRules[{index}]")),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn define(body: Value) -> Definition {
        Definition::read(body).expect("a good definition")
    }

    #[test]
    fn each_type_admits_its_own_values() {
        for (kind, good, bad) in [
            ("string", json!("a"), json!(1)),
            ("number", json!(1.5), json!("1.5")),
            ("boolean", json!(false), json!("false")),
            ("date", json!("2026-11-20"), json!("20.11.2026")),
            ("date", json!("2026-11-20T10:00:00+01:00"), json!("2026-11-20T25:00:00Z")),
            ("date", json!("2024-02-29"), json!("2026-02-29")),
            ("date", json!("2026-11-20T10:00:00Z"), json!(1_795_168_800)),
            ("string", json!(""), json!(null)),
        ] {
            let definition = define(json!({"name": "a", "type": kind}));
            assert_eq!(definition.problem(&(&good).into()), None, "{kind} {good}");
            assert_eq!(definition.problem(&(&bad).into()), Some("attribute.value.type"), "{kind} {bad}");
        }
    }

    #[test]
    fn a_definition_is_shown_as_it_was_given() {
        let body = json!({"name": "crm_ticket_priority", "type": "string", "description": "Priority", "required": true,
            "defaultValue": "low", "validationRules": [{"type": "regex", "value": "^(low|high)$"}, {"type": "string", "max": 4}]});
        assert_eq!(define(body.clone()).shown(), body);
    }
}
