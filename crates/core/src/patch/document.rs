//! One update of a profile as a JSON Patch document.

use alloc::string::String;

use super::{Pointer, date};
use crate::{Millis, json};

/// The media type of a JSON Patch document (RFC 6902 §6).
pub const MEDIA_TYPE: &str = "application/json-patch+json";

/// The operations in use: both set a member to a value whatever it was before, so that a repeat has no further effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operation {
    /// The member has to be there already (RFC 6902 §4.3).
    #[default]
    Replace,
    /// The member may be missing (RFC 6902 §4.1).
    Add,
}

impl Operation {
    /// The `op` of the document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Add => "add",
        }
    }
}

/// A JSON Patch document in the making.
#[derive(Debug, Default)]
pub struct Document {
    text: String,
}

impl Document {
    /// A document without operations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the member to a text.
    pub fn set(&mut self, operation: Operation, at: &Pointer, value: &str) {
        self.text.push(if self.text.is_empty() { '[' } else { ',' });
        self.text.push_str("{\"op\":\"");
        self.text.push_str(operation.as_str());
        self.text.push_str("\",\"path\":");
        json::string(&mut self.text, at.as_str());
        self.text.push_str(",\"value\":");
        json::string(&mut self.text, value);
        self.text.push('}');
    }

    /// Ends with `lastUpdated` set to a moment (milliseconds since 1970, UTC) and gives the text of the document.
    #[must_use]
    pub fn finish(mut self, last_updated: Millis) -> String {
        self.text.push(if self.text.is_empty() { '[' } else { ',' });
        self.text.push_str("{\"op\":\"replace\",\"path\":\"/lastUpdated\",\"value\":\"");
        self.text.push_str(&date::rfc3339(last_updated));
        self.text.push_str("\"}]");
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn the_document_of_the_contract_comes_out() {
        let mut document = Document::new();
        document.set(Operation::Replace, &Pointer::parse("/email").expect("a pointer"), "a");
        document.set(Operation::Add, &Pointer::parse("/phone").expect("a pointer"), "b");
        assert_eq!(
            document.finish(1_795_182_907_042),
            r#"[{"op":"replace","path":"/email","value":"a"},{"op":"add","path":"/phone","value":"b"},{"op":"replace","path":"/lastUpdated","value":"2026-11-20T13:55:07.042Z"}]"#
        );
    }

    proptest! {
        #[test]
        fn any_name_and_value_arrive_as_they_were(name in "[^\\p{Cc}]{1,40}", value in any::<String>()) {
            let Ok(pointer) = Pointer::to_member(&name) else { return Ok(()) };
            let mut document = Document::new();
            document.set(Operation::Replace, &pointer, &value);
            let mut read: Value = serde_json::from_str(&document.finish(0)).expect("JSON");
            prop_assert_eq!(&read[0], &json!({"op": "replace", "path": pointer.as_str(), "value": value}));
            // serde_json resolves the pointer by itself.
            let mut profile = json!({ name: null });
            *profile.pointer_mut(pointer.as_str()).expect("the member") = read[0]["value"].take();
            prop_assert_eq!(profile.as_object().expect("an object").values().next(), Some(&Value::String(value)));
        }
    }
}
