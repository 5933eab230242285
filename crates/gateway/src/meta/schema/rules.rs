//! The definitions that a record may use, and what a record breaks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Definition;

/// The longest id of a record, in bytes.
pub const LONGEST_ID: usize = 255;

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Update {
    /// Its attributes are merged into what is stored.
    #[default]
    Merge,
    /// Its attributes replace what is stored.
    Replace,
}

/// One broken rule. Never the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable name of the rule.
    pub code: String,
    /// The attribute or the field; none where it is the record as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    /// A problem with one attribute or field.
    pub(crate) fn with(code: &str, field: &str) -> Self {
        Self { code: code.to_owned(), field: Some(field.to_owned()) }
    }
}

/// Definitions by their names.
#[derive(Debug, Clone, Default)]
pub struct Rules(BTreeMap<String, Definition>);

impl Rules {
    /// The rules of these definitions; of two with one name the first counts.
    pub fn new(definitions: impl IntoIterator<Item = Definition>) -> Self {
        let mut rules = BTreeMap::new();
        for definition in definitions {
            rules.entry(definition.name.clone()).or_insert(definition);
        }
        Self(rules)
    }

    /// An attribute's definition.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Definition> {
        self.0.get(name)
    }

    /// All definitions.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.0.values()
    }

    /// The names of all attributes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Everything that a record breaks. A required attribute that is missing counts only where nothing stored can have it.
    #[must_use]
    pub fn problems(&self, id: &str, attributes: &Map<String, Value>, update: Update) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(1..=LONGEST_ID).contains(&id.len()) {
            problems.push(Problem::with("field.value", "id"));
        }
        for (name, value) in attributes.iter().filter(|(_, value)| !value.is_null()) {
            let problem = self.find(name).map_or(Some("attribute.unknown"), |definition| definition.problem(value));
            problems.extend(problem.map(|code| Problem::with(code, name)));
        }
        if update == Update::Replace {
            let missing = |definition: &&Definition| {
                definition.required && definition.default.is_null() && attributes.get(&definition.name).is_none_or(Value::is_null)
            };
            problems.extend(self.0.values().filter(missing).map(|missing| Problem::with("attribute.required", &missing.name)));
        }
        problems
    }
}
