//! The defined custom attributes. A name exists once in the whole organisation; each belongs to one group.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::calls;
use crate::schema::Definition;

/// The definitions in the order in which they were made.
#[derive(Clone, Default)]
pub(crate) struct Schemas {
    entries: Vec<Schema>,
    by_name: HashMap<String, usize>,
    /// Those that a record must have or that have a default.
    expected: Vec<usize>,
}

/// A definition with its place.
#[derive(Clone)]
pub(crate) struct Schema {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) definition: Definition,
}

impl Schema {
    /// The entity of S1 and S2.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = self.definition.shown();
        shown["id"] = json!(self.id);
        shown["selfUri"] = json!(format!("{}/{}", calls::CUSTOM_ATTRIBUTES, self.id));
        shown
    }
}

impl Schemas {
    /// Adds a definition to a group; `None` where the name exists.
    pub(crate) fn add(&mut self, group: &str, definition: Definition) -> Option<&Schema> {
        if self.by_name.contains_key(&definition.name) {
            return None;
        }
        self.by_name.insert(definition.name.clone(), self.entries.len());
        if definition.required || !definition.default.is_null() {
            self.expected.push(self.entries.len());
        }
        self.entries.push(Schema { id: Uuid::new_v4().to_string(), group: group.to_owned(), definition });
        self.entries.last()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Definition> {
        self.by_name.get(name).map(|index| &self.entries[*index].definition)
    }

    /// The definitions that say what a record is to have where it is left out.
    pub(crate) fn expected(&self) -> impl Iterator<Item = &Definition> {
        self.expected.iter().map(|index| &self.entries[*index].definition)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Schema> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
