//! Messaging channels. A name exists once, by its exact text.

use std::collections::HashMap;

use serde_json::Value;

/// The channels in the order in which they were made.
#[derive(Default)]
pub(crate) struct Channels {
    entries: Vec<Value>,
    by_name: HashMap<String, usize>,
}

impl Channels {
    /// Adds a channel; `false` where the name exists.
    pub(crate) fn add(&mut self, name: &str, channel: Value) -> bool {
        if self.by_name.contains_key(name) {
            return false;
        }
        self.by_name.insert(name.to_owned(), self.entries.len());
        self.entries.push(channel);
        true
    }

    pub(crate) fn all(&self) -> &[Value] {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
