//! What a profile patch (RFC 6902) may do: set or remove configured members. What goes upstream is written anew from what was read,
//! so that two parsers cannot read it differently.

use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::refusal::Refusal;
use guestsync_core::patch::Pointer;

/// More operations than a form has fields.
const MAX_OPERATIONS: usize = 64;

const INVALID: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "patch.invalid", "The body is not a JSON Patch");
const TOO_LONG: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "patch.too.long", "A patch has at most 64 operations");
const OPERATION: Refusal = Refusal::new(StatusCode::FORBIDDEN, "patch.operation", "Only add, replace and remove are allowed");
const POINTER: Refusal = Refusal::new(StatusCode::FORBIDDEN, "patch.pointer", "The patch touches a member that it may not");

/// A checked patch.
#[derive(Debug)]
pub(crate) struct Patch(Vec<Operation>);

#[derive(Debug, Deserialize, Serialize)]
struct Operation {
    op: String,
    path: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
}

/// A value that is null is a value all the same.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl Patch {
    /// Reads a patch that touches the `allowed` members only.
    pub(crate) fn read(bytes: &[u8], allowed: &[Pointer]) -> Result<Self, Refusal> {
        let operations: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|_| INVALID)?;
        if operations.len() > MAX_OPERATIONS {
            return Err(TOO_LONG);
        }
        // A struct would be read from an array too.
        let operation = |text: &str| text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten();
        let patch: Option<Vec<Operation>> = operations.into_iter().map(|raw| operation(raw.get())).collect();
        let patch = Self(patch.ok_or(INVALID)?);
        for operation in &patch.0 {
            match (operation.op.as_str(), &operation.value) {
                ("add" | "replace", Some(_)) | ("remove", _) => {}
                ("add" | "replace", None) => return Err(INVALID),
                _ => return Err(OPERATION),
            }
            if !allowed.iter().any(|pointer| pointer.as_str() == operation.path) {
                return Err(POINTER);
            }
        }
        Ok(patch)
    }

    /// The members that it touches.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|operation| operation.path.as_str())
    }

    /// What it does to them.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|operation| operation.op.as_str())
    }

    /// Keeps the operations on members that `passes` lets through.
    pub(crate) fn retain(&mut self, passes: impl Fn(&str) -> bool) {
        self.0.retain(|operation| passes(&operation.path));
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The patch as it goes upstream.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).expect("text and JSON that was parsed serialise")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Patch, &'static str> {
        Patch::read(text.as_bytes(), &["/email", "/name"].map(|text| Pointer::parse(text).unwrap()))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn setting_and_removing_configured_members_is_allowed() {
        let text = r#"[{"op":"replace","path":"/email","value":null},{"op":"remove","path":"/name"}]"#;
        assert_eq!(read(text).unwrap().to_bytes(), text.as_bytes());
    }

    #[test]
    fn a_value_goes_upstream_byte_by_byte() {
        let text = r#"[{"op":"add","path":"/email","value":{"a": 1.00000000000000000001, "b":[ ]}}]"#;
        assert_eq!(read(text).unwrap().to_bytes(), text.as_bytes());
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, code) in [
            ("", "patch.invalid"),
            ("{}", "patch.invalid"),
            (r#"[{"op":"replace","path":"/email"}]"#, "patch.invalid"),
            (r#"[{"op":"replace","path":"/email","path":"/id","value":1}]"#, "patch.invalid"),
            (r#"[["replace","/email",1]]"#, "patch.invalid"),
            (r#"[{"op":"test","path":"/email","value":1}]"#, "patch.operation"),
            (r#"[{"op":"move","path":"/email","from":"/name"}]"#, "patch.operation"),
            (r#"[{"op":"copy","path":"/email","from":"/name"}]"#, "patch.operation"),
            (r#"[{"op":"replace","path":"","value":{}}]"#, "patch.pointer"),
            (r#"[{"op":"replace","path":"/id","value":1}]"#, "patch.pointer"),
            (r#"[{"op":"replace","path":"/email/x","value":1}]"#, "patch.pointer"),
            (r#"[{"op":"replace","path":"/e~0mail","value":1}]"#, "patch.pointer"),
            (r#"[{"op":"add","path":"/__proto__/x","value":1}]"#, "patch.pointer"),
        ] {
            assert_eq!(read(text).unwrap_err(), code, "{text}");
        }
        let long = format!("[{}]", vec![r#"{"op":"remove","path":"/name"}"#; 65].join(","));
        assert_eq!(read(&long).unwrap_err(), "patch.too.long");
    }
}
