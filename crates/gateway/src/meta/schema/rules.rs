//! The definitions that a record may use, and what a record breaks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Definition, Scalar};

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
pub struct Rules {
    by_name: BTreeMap<String, Definition>,
    /// The names of those that a record must have and that have no default.
    required: Vec<String>,
}

impl Rules {
    /// The rules of these definitions; of two with one name the first counts.
    pub fn new(definitions: impl IntoIterator<Item = Definition>) -> Self {
        let mut by_name = BTreeMap::new();
        for definition in definitions {
            by_name.entry(definition.name.clone()).or_insert(definition);
        }
        let required = by_name.values().filter(|definition| definition.required && definition.default.is_null());
        let required = required.map(|definition| definition.name.clone()).collect();
        Self { by_name, required }
    }

    /// An attribute's definition.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Definition> {
        self.by_name.get(name)
    }

    /// All definitions.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.by_name.values()
    }

    /// The names of all attributes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Everything that a record breaks. A required attribute that is missing counts only where nothing stored can have it.
    #[must_use]
    pub fn problems(&self, id: &str, attributes: &Map<String, Value>, update: Update) -> Vec<Problem> {
        let found = attributes.iter().filter(|(_, value)| !value.is_null());
        self.broken(id, found.map(|(name, value)| (name.as_str(), self.find(name), value.into())), update)
    }

    /// The same of attributes whose definitions were found before; none of them is null.
    pub(crate) fn broken<'v>(
        &self,
        id: &str,
        attributes: impl Iterator<Item = (&'v str, Option<&'v Definition>, Scalar<'v>)> + Clone,
        update: Update,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(1..=LONGEST_ID).contains(&id.len()) {
            problems.push(Problem::with("field.value", "id"));
        }
        problems.extend(attributes.clone().filter_map(|(name, definition, value)| {
            let code = definition.map_or(Some("attribute.unknown"), |definition| definition.problem(value))?;
            Some(Problem::with(code, name))
        }));
        if update == Update::Replace {
            let missing = self.required.iter().filter(|required| attributes.clone().all(|(name, ..)| name != *required));
            problems.extend(missing.map(|missing| Problem::with("attribute.required", missing)));
        }
        problems
    }
}
