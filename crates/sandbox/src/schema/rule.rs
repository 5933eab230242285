//! One validation rule of an attribute.

use regex::{Regex, RegexBuilder};
use serde_json::{Number, Value, json};

use super::kind::Kind;
use crate::scalar::Scalar;

const LONGEST_PATTERN: usize = 1_000;
const LARGEST_REGEX: usize = 1 << 20;

/// A rule that suits its attribute's type.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    String { value: Option<String>, min: Option<Number>, max: Option<Number> },
    Number { value: Option<Number>, min: Option<Number>, max: Option<Number> },
    Range { min: Option<Number>, max: Option<Number> },
    Regex(Regex),
}

impl Rule {
    /// Reads a rule; the error is a code.
    pub(super) fn read(rule: Value, kind: Kind) -> Result<Self, &'static str> {
        let Value::Object(mut members) = rule else { return Err("rule.type") };
        let Some(Value::String(name)) = members.remove("type") else { return Err("rule.type") };
        let value = members.remove("value").filter(|value| !value.is_null());
        let (min, max) = (bound(members.remove("min"))?, bound(members.remove("max"))?);
        if !members.is_empty() {
            return Err("rule.member.unknown");
        }
        if let (Some(min), Some(max)) = (&min, &max)
            && min.as_f64() > max.as_f64()
        {
            return Err("rule.bounds");
        }
        match (name.as_str(), kind, value) {
            ("string", Kind::String, None) => Ok(Self::String { value: None, min, max }),
            ("string", Kind::String, Some(Value::String(value))) => Ok(Self::String { value: Some(value), min, max }),
            ("number", Kind::Number, None) => Ok(Self::Number { value: None, min, max }),
            ("number", Kind::Number, Some(Value::Number(value))) => Ok(Self::Number { value: Some(value), min, max }),
            ("range", Kind::Number, None) if min.is_some() || max.is_some() => Ok(Self::Range { min, max }),
            ("range", Kind::Number, _) => Err("rule.bounds"),
            ("regex", Kind::String, Some(Value::String(pattern))) if min.is_none() && max.is_none() => compile(&pattern),
            ("regex", Kind::String, _) => Err("rule.regex"),
            ("string" | "number", Kind::String | Kind::Number, Some(_)) => Err("rule.value"),
            ("string" | "number" | "range" | "regex", ..) => Err("rule.kind"),
            _ => Err("rule.type"),
        }
    }

    /// What a value of the right type breaks, as an error code.
    pub(super) fn problem(&self, value: &Scalar<'_>) -> Option<&'static str> {
        match (self, value) {
            (Self::String { value: expected, min, max }, Scalar::Text(text)) => {
                let equal = expected.as_ref().is_none_or(|expected| expected == text);
                let is_bounded = min.is_some() || max.is_some();
                let fits = !is_bounded || within(text.chars().count() as f64, min.as_ref(), max.as_ref());
                (!equal || !fits).then_some("attribute.value.string")
            }
            (Self::Number { value: expected, min, max }, Scalar::Number(number)) => {
                let equal = expected.as_ref().is_none_or(|expected| expected.as_f64() == number.as_f64());
                let bounded = number.as_f64().is_some_and(|number| within(number, min.as_ref(), max.as_ref()));
                (!equal || !bounded).then_some("attribute.value.number")
            }
            (Self::Range { min, max }, Scalar::Number(number)) => {
                let bounded = number.as_f64().is_some_and(|number| within(number, min.as_ref(), max.as_ref()));
                (!bounded).then_some("attribute.value.range")
            }
            (Self::Regex(regex), Scalar::Text(text)) => (!regex.is_match(text)).then_some("attribute.value.regex"),
            _ => Some("attribute.value.type"),
        }
    }

    /// The rule as it was given.
    pub(super) fn shown(&self) -> Value {
        let (name, value, min, max) = match self {
            Self::String { value, min, max } => ("string", value.as_ref().map(|value| json!(value)), min.as_ref(), max.as_ref()),
            Self::Number { value, min, max } => ("number", value.as_ref().map(|value| json!(value)), min.as_ref(), max.as_ref()),
            Self::Range { min, max } => ("range", None, min.as_ref(), max.as_ref()),
            Self::Regex(regex) => ("regex", Some(json!(regex.as_str())), None, None),
        };
        let mut shown = json!({ "type": name });
        for (member, value) in [("value", value), ("min", min.map(|min| json!(min))), ("max", max.map(|max| json!(max)))] {
            if let Some(value) = value {
                shown[member] = value;
            }
        }
        shown
    }
}

fn bound(value: Option<Value>) -> Result<Option<Number>, &'static str> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number)),
        Some(_) => Err("rule.bounds"),
    }
}

fn compile(pattern: &str) -> Result<Rule, &'static str> {
    if pattern.len() > LONGEST_PATTERN {
        return Err("rule.regex");
    }
    RegexBuilder::new(pattern).size_limit(LARGEST_REGEX).build().map(Rule::Regex).map_err(|_| "rule.regex")
}

fn within(value: f64, min: Option<&Number>, max: Option<&Number>) -> bool {
    min.and_then(Number::as_f64).is_none_or(|min| value >= min) && max.and_then(Number::as_f64).is_none_or(|max| value <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: Kind, rule: Value, value: Value) -> Option<&'static str> {
        Rule::read(rule, kind).expect("a good rule").problem(&(&value).into())
    }

    #[test]
    fn each_rule_keeps_its_promise() {
        let (string, number) = (Kind::String, Kind::Number);
        for (kind, rule, good, bad, code) in [
            (string, json!({"type": "string", "max": 2}), json!("éé"), json!("abc"), "attribute.value.string"),
            (string, json!({"type": "string", "min": 1}), json!("a"), json!(""), "attribute.value.string"),
            (string, json!({"type": "string", "value": "a"}), json!("a"), json!("b"), "attribute.value.string"),
            (number, json!({"type": "number", "min": 0}), json!(0), json!(-0.5), "attribute.value.number"),
            (number, json!({"type": "number", "value": 1}), json!(1.0), json!(2), "attribute.value.number"),
            (number, json!({"type": "range", "min": 1, "max": 2}), json!(2), json!(2.1), "attribute.value.range"),
            (string, json!({"type": "regex", "value": "b+"}), json!("abc"), json!("ac"), "attribute.value.regex"),
        ] {
            assert_eq!(problem(kind, rule.clone(), good), None, "{rule}");
            assert_eq!(problem(kind, rule.clone(), bad), Some(code), "{rule}");
        }
    }

    #[test]
    fn a_rule_must_suit_the_type_and_be_complete() {
        let (string, number) = (Kind::String, Kind::Number);
        for (kind, rule, code) in [
            (string, json!("regex"), "rule.type"),
            (string, json!({"type": "length"}), "rule.type"),
            (string, json!({"type": "range", "min": 1}), "rule.kind"),
            (Kind::Date, json!({"type": "string"}), "rule.kind"),
            (Kind::Boolean, json!({"type": "number"}), "rule.kind"),
            (number, json!({"type": "regex", "value": "a"}), "rule.kind"),
            (number, json!({"type": "range"}), "rule.bounds"),
            (number, json!({"type": "range", "min": 2, "max": 1}), "rule.bounds"),
            (number, json!({"type": "number", "min": "1"}), "rule.bounds"),
            (number, json!({"type": "number", "value": "1"}), "rule.value"),
            (string, json!({"type": "string", "value": 1}), "rule.value"),
            (string, json!({"type": "regex"}), "rule.regex"),
            (string, json!({"type": "regex", "value": "("}), "rule.regex"),
            (string, json!({"type": "regex", "value": "(?=a)"}), "rule.regex"),
            (string, json!({"type": "regex", "value": "a{1000}{1000}{1000}"}), "rule.regex"),
            (string, json!({"type": "regex", "value": "a", "max": 3}), "rule.regex"),
            (string, json!({"type": "string", "maximum": 3}), "rule.member.unknown"),
        ] {
            assert_eq!(Rule::read(rule.clone(), kind).err(), Some(code), "{rule}");
        }
    }
}
