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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_that_cannot_be_read_here_is_a_difference() {
        let plain = json!({"name": "a", "type": "string", "validationRules": [{"type": "string", "max": 4}]});
        let wanted = Definition::read(&plain).unwrap();
        let mut present = plain.clone();
        assert!(wanted.differences(&Definition::of_server(&present).unwrap()).is_empty());
        for unknown in [json!({"type": "luhn"}), json!({"type": "regex", "value": "(?=a)"}), json!("odd")] {
            present["validationRules"] = json!([{"type": "string", "max": 4}, unknown]);
            let present = Definition::of_server(&present).unwrap();
            assert_eq!(wanted.differences(&present), ["validationRules"], "{unknown}");
            // It lasts where a run writes it down.
            assert_eq!(wanted.differences(&Definition::of_server(&present.shown()).unwrap()), ["validationRules"]);
            assert_eq!(present.problem(&json!("abcde")), Some("attribute.value.string"));
        }
    }
}
