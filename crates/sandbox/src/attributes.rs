//! The rules of guest attributes: a flat object of strings, booleans and numbers, within limits.

use serde_json::{Map, Value};

use crate::error::Detail;
use crate::options::AttributeLimits;

/// The attributes of one update, or every problem they have.
pub(crate) fn check(attributes: Value, limits: AttributeLimits) -> Result<Map<String, Value>, Vec<Detail>> {
    let Value::Object(attributes) = attributes else { return Err(vec![Detail::new("field.type", "attributes")]) };
    let mut problems = Vec::new();
    if attributes.len() > limits.keys_per_update {
        problems.push(Detail::new("attributes.keys.per.update", "attributes"));
    }
    for (key, value) in &attributes {
        if let Some(code) = problem(key, value, limits) {
            problems.push(Detail::new(code, &format!("attributes.{key}")));
        }
    }
    if problems.is_empty() { Ok(attributes) } else { Err(problems) }
}

/// Merges an update into a guest's attributes; a problem where there would be too many, and then nothing is merged.
pub(crate) fn merge(into: &mut Map<String, Value>, update: Map<String, Value>, limits: AttributeLimits) -> Result<(), Detail> {
    let new = update.keys().filter(|key| !into.contains_key(*key)).count();
    if into.len() + new > limits.keys_per_guest {
        return Err(Detail::new("attributes.keys.per.guest", "attributes"));
    }
    into.extend(update);
    Ok(())
}

fn problem(key: &str, value: &Value, limits: AttributeLimits) -> Option<&'static str> {
    if key.is_empty() {
        return Some("attribute.key.empty");
    }
    let bytes = match value {
        Value::String(text) => text.len(),
        Value::Bool(_) | Value::Number(_) => value.to_string().len(),
        Value::Null | Value::Array(_) | Value::Object(_) => return Some("attribute.value.type"),
    };
    (bytes > limits.value_bytes).then_some("attribute.value.bytes")
}
