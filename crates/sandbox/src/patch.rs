//! Applies a JSON Patch (RFC 6902) to a profile: as a whole or not at all, and without growing beyond measure.

use json_patch::{PatchErrorKind, PatchOperation};
use serde_json::{Map, Value};

/// What copying and moving may handle in one patch, in bytes of text plus nodes: a patch can double a document in thirty
/// bytes.
const BUDGET: usize = 2_000_000;

/// How deep a document may get.
const DEPTH: usize = 128;

/// Why a patch was refused, and which of its operations did it, counted from 0.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PatchError {
    pub(crate) index: usize,
    pub(crate) code: &'static str,
}

/// A patched document and what was done to it.
#[derive(Debug, PartialEq)]
pub(crate) struct Patched {
    pub(crate) document: Value,
    /// The pointers that were written, in the order of the operations.
    pub(crate) pointers: Vec<String>,
    /// The values that were given for them.
    pub(crate) values: Map<String, Value>,
}

/// Applies the operations to `document`.
///
/// # Errors
/// The first operation that is not one, or that fails.
pub(crate) fn apply(document: &Value, operations: Vec<Value>) -> Result<Patched, PatchError> {
    let mut parsed = Vec::with_capacity(operations.len());
    for (index, operation) in operations.into_iter().enumerate() {
        let operation = serde_json::from_value::<PatchOperation>(operation);
        parsed.push(operation.map_err(|_| PatchError { index, code: "patch.operation.malformed" })?);
    }
    let mut patched = Patched { document: document.clone(), pointers: Vec::new(), values: Map::new() };
    let mut budget = BUDGET;
    for (index, operation) in parsed.iter().enumerate() {
        let refuse = |code| PatchError { index, code };
        affordable(&patched.document, operation, &mut budget).map_err(refuse)?;
        json_patch::patch(&mut patched.document, std::slice::from_ref(operation)).map_err(|error| refuse(code(&error.kind)))?;
        note(&mut patched, operation);
    }
    Ok(patched)
}

fn note(patched: &mut Patched, operation: &PatchOperation) {
    let path = operation.path().to_string();
    match operation {
        PatchOperation::Test(_) => return,
        PatchOperation::Move(operation) => patched.pointers.push(operation.from.to_string()),
        PatchOperation::Add(operation) => drop(patched.values.insert(path.clone(), operation.value.clone())),
        PatchOperation::Replace(operation) => drop(patched.values.insert(path.clone(), operation.value.clone())),
        PatchOperation::Remove(_) | PatchOperation::Copy(_) => {}
    }
    patched.pointers.push(path);
}

fn code(kind: &PatchErrorKind) -> &'static str {
    match kind {
        PatchErrorKind::TestFailed => "patch.test.failed",
        _ => "patch.path.invalid",
    }
}

/// Bounds what an operation handles and how deep its result can get.
fn affordable(document: &Value, operation: &PatchOperation, budget: &mut usize) -> Result<(), &'static str> {
    let room = DEPTH.checked_sub(operation.path().count()).ok_or("patch.too.deep")?;
    let value = match operation {
        PatchOperation::Add(operation) => return within(&operation.value, room, &mut BUDGET.clone()),
        PatchOperation::Replace(operation) => return within(&operation.value, room, &mut BUDGET.clone()),
        PatchOperation::Move(operation) => document.pointer(operation.from.as_str()),
        PatchOperation::Copy(operation) => document.pointer(operation.from.as_str()),
        PatchOperation::Remove(_) | PatchOperation::Test(_) => None,
    };
    value.map_or(Ok(()), |value| within(value, room, budget))
}

fn within(value: &Value, room: usize, budget: &mut usize) -> Result<(), &'static str> {
    let room = room.checked_sub(1).ok_or("patch.too.deep")?;
    let own = 1 + value.as_str().map_or(0, str::len);
    *budget = budget.checked_sub(own).ok_or("patch.too.large")?;
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| within(item, room, budget)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            *budget = budget.checked_sub(name.len()).ok_or("patch.too.large")?;
            within(member, room, budget)
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(document: Value, operations: Value) -> PatchError {
        let Value::Array(operations) = operations else { unreachable!("a patch is an array") };
        apply(&document, operations).expect_err("must be refused")
    }

    #[test]
    fn a_failing_operation_is_named_by_its_index() {
        let operations = json!([{"op": "add", "path": "/a", "value": 1}, {"op": "remove", "path": "/b"}]);
        assert_eq!(refusal(json!({}), operations), PatchError { index: 1, code: "patch.path.invalid" });
        let operations = json!([{"op": "add", "path": "/a", "value": 1}, {"op": "test", "path": "/a", "value": 2}]);
        assert_eq!(refusal(json!({}), operations), PatchError { index: 1, code: "patch.test.failed" });
        let operations = json!([{"op": "remove", "path": "/b"}, {"op": "spam"}]);
        assert_eq!(refusal(json!({}), operations), PatchError { index: 1, code: "patch.operation.malformed" });
    }

    #[test]
    fn a_patch_that_doubles_the_document_again_and_again_is_refused() {
        let doubling = (0..64).map(|n| json!({"op": "copy", "from": "", "path": format!("/{n}")})).collect();
        assert_eq!(refusal(json!({"a": "b"}), doubling).code, "patch.too.large");
    }

    #[test]
    fn a_patch_cannot_nest_a_document_without_end() {
        let path = format!("/a{}", "/a".repeat(DEPTH));
        let operations = json!([{"op": "add", "path": path, "value": 1}]);
        assert_eq!(refusal(json!({}), operations), PatchError { index: 0, code: "patch.too.deep" });
        let deeper = (0..DEPTH)
            .flat_map(|_| {
                [
                    json!({"op": "add", "path": "/b", "value": {}}),
                    json!({"op": "move", "from": "/a", "path": "/b/a"}),
                    json!({"op": "move", "from": "/b", "path": "/a"}),
                ]
            })
            .collect();
        assert_eq!(refusal(json!({"a": 1}), deeper).code, "patch.too.deep");
    }

    #[test]
    fn what_was_written_is_told_without_tests() {
        let operations = json!([
            {"op": "test", "path": "/a", "value": 1},
            {"op": "replace", "path": "/a", "value": 2},
            {"op": "move", "from": "/a", "path": "/b"},
            {"op": "copy", "from": "/b", "path": "/c"},
            {"op": "remove", "path": "/c"},
        ]);
        let Value::Array(operations) = operations else { unreachable!("a patch is an array") };
        let patched = apply(&json!({"a": 1}), operations).expect("a good patch");
        assert_eq!(patched.document, json!({"b": 2}));
        assert_eq!(patched.pointers, ["/a", "/a", "/b", "/c", "/c"]);
        assert_eq!(Value::Object(patched.values), json!({"/a": 2}));
    }
}
