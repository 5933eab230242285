//! Applies a JSON Patch (RFC 6902) to a profile: as a whole or not at all, and without growing beyond measure.

use json_patch::PatchOperation;
use serde_json::{Map, Number, Value};

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
        if let PatchOperation::Test(test) = operation {
            let found = patched.document.pointer(test.path.as_str()).ok_or_else(|| refuse("patch.path.invalid"))?;
            if !equal(found, &test.value) {
                return Err(refuse("patch.test.failed"));
            }
            continue;
        }
        json_patch::patch(&mut patched.document, std::slice::from_ref(operation)).map_err(|_| refuse("patch.path.invalid"))?;
        note(&mut patched, operation);
    }
    Ok(patched)
}

fn note(patched: &mut Patched, operation: &PatchOperation) {
    let path = operation.path().to_string();
    match operation {
        PatchOperation::Move(operation) => patched.pointers.push(operation.from.to_string()),
        PatchOperation::Add(operation) => drop(patched.values.insert(path.clone(), operation.value.clone())),
        PatchOperation::Replace(operation) => drop(patched.values.insert(path.clone(), operation.value.clone())),
        PatchOperation::Remove(_) | PatchOperation::Copy(_) | PatchOperation::Test(_) => {}
    }
    patched.pointers.push(path);
}

/// Equality as RFC 6902, section 4.6 has it: numbers by their value, 1 and 1.0 alike.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64() && either_is_float(one, other)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(name, value)| other.get(name).is_some_and(|other| equal(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        (one, other) => one == other,
    }
}

/// Two integers are compared as such: as floats, large ones that differ would look the same.
fn either_is_float(one: &Number, other: &Number) -> bool {
    one.is_f64() || other.is_f64()
}

/// Bounds what an operation handles and how deep its result can get.
fn affordable(document: &Value, operation: &PatchOperation, budget: &mut usize) -> Result<(), &'static str> {
    let room = DEPTH.checked_sub(operation.path().count()).ok_or("patch.too.deep")?;
    let value = match operation {
        // What a patch brings along is bounded by its body; only the depth counts.
        PatchOperation::Add(operation) => return within(&operation.value, room, &mut { usize::MAX }),
        PatchOperation::Replace(operation) => return within(&operation.value, room, &mut { usize::MAX }),
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
    fn a_test_compares_numbers_by_value() {
        for (one, other, expected) in [
            (json!(1), json!(1.0), true),
            (json!({"a": [2.0]}), json!({"a": [2]}), true),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), false),
            (json!(1), json!("1"), false),
            (json!([1, 2]), json!([2, 1]), false),
            (json!({"a": null}), json!({}), false),
        ] {
            assert_eq!(equal(&one, &other), expected, "{one} {other}");
        }
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
