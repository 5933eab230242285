//! Where a wanted definition and a present one differ.

use serde_json::Value;

use super::Definition;

impl Definition {
    /// The members that differ; numbers are compared by their value.
    #[must_use]
    pub fn differences(&self, present: &Self) -> Vec<&'static str> {
        let (wanted, present) = (self.shown(), present.shown());
        let members = ["type", "description", "required", "defaultValue", "validationRules"];
        members.into_iter().filter(|member| !same(&wanted[member], &present[member])).collect()
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}
