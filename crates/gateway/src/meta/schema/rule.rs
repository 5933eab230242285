//! One validation rule. Patterns are searched in linear time, so there is no look-around and no back-reference.
//!
//! `string` bounds the length in characters, `number` and `range` the value, both ends included; `regex` is searched anywhere.

use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};

use super::kind::{Kind, Scalar};

const LONGEST_PATTERN: usize = 1_000;
const LARGEST_REGEX: usize = 1 << 20;

/// A rule that suits its attribute's type.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    Length { is: Option<String>, bounds: Bounds },
    Number { is: Option<f64>, bounds: Bounds, shown: Value },
    Range { bounds: Bounds },
    Regex(Regex),
}

/// Both included; the numbers are kept as they were stated.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds {
    min: Option<(f64, Value)>,
    max: Option<(f64, Value)>,
}

impl Bounds {
    fn read(rule: &Value) -> Result<Self, &'static str> {
        let bound = |name: &str| match &rule[name] {
            Value::Null => Ok(None),
            Value::Number(number) => Ok(number.as_f64().map(|float| (float, rule[name].clone()))),
            _ => Err("rule.bounds"),
        };
        let bounds = Self { min: bound("min")?, max: bound("max")? };
        match (&bounds.min, &bounds.max) {
            (Some((min, _)), Some((max, _))) if min > max => Err("rule.bounds"),
            _ => Ok(bounds),
        }
    }

    const fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    fn hold(&self, value: f64) -> bool {
        self.min.as_ref().is_none_or(|(min, _)| value >= *min) && self.max.as_ref().is_none_or(|(max, _)| value <= *max)
    }
}

impl Rule {
    /// Reads a rule; the error is a code.
    pub(super) fn read(rule: &Value, kind: Kind) -> Result<Self, &'static str> {
        let name = rule["type"].as_str().ok_or("rule.type")?;
        let members = rule.as_object().ok_or("rule.type")?;
        let bounds = Bounds::read(rule)?;
        if members.keys().any(|member| !["type", "value", "min", "max"].contains(&member.as_str())) {
            return Err("rule.member.unknown");
        }
        let value = &rule["value"];
        match (name, kind) {
            ("string", Kind::String) => match value {
                Value::Null => Ok(Self::Length { is: None, bounds }),
                Value::String(is) => Ok(Self::Length { is: Some(is.clone()), bounds }),
                _ => Err("rule.value"),
            },
            ("number", Kind::Number) => match value {
                Value::Null | Value::Number(_) => Ok(Self::Number { is: value.as_f64(), bounds, shown: value.clone() }),
                _ => Err("rule.value"),
            },
            ("range", Kind::Number) if value.is_null() && !bounds.is_empty() => Ok(Self::Range { bounds }),
            ("range", Kind::Number) => Err("rule.bounds"),
            ("regex", Kind::String) => match value {
                Value::String(pattern) if bounds.is_empty() => compile(pattern),
                _ => Err("rule.regex"),
            },
            ("string" | "number" | "range" | "regex", _) => Err("rule.kind"),
            _ => Err("rule.type"),
        }
    }

    /// What a value of the right type breaks, as an error code.
    pub(super) fn problem(&self, value: Scalar<'_>) -> Option<&'static str> {
        let (kept, code) = match (self, value) {
            (Self::Length { is, bounds }, Scalar::Text(text)) => {
                let equal = is.as_ref().is_none_or(|is| is == text);
                (equal && (bounds.is_empty() || bounds.hold(text.chars().count() as f64)), "attribute.value.string")
            }
            (Self::Number { is, bounds, .. }, Scalar::Other(Value::Number(number))) => {
                let number = number.as_f64();
                let equal = is.is_none_or(|is| number == Some(is));
                (equal && number.is_some_and(|number| bounds.hold(number)), "attribute.value.number")
            }
            (Self::Range { bounds }, Scalar::Other(Value::Number(number))) => {
                (number.as_f64().is_some_and(|number| bounds.hold(number)), "attribute.value.range")
            }
            (Self::Regex(regex), Scalar::Text(text)) => (regex.is_match(text), "attribute.value.regex"),
            _ => (false, "attribute.value.type"),
        };
        (!kept).then_some(code)
    }

    /// The rule as it was stated.
    pub(super) fn shown(&self) -> Value {
        let none = Bounds::default();
        let (name, value, bounds) = match self {
            Self::Length { is, bounds } => ("string", is.as_ref().map_or(Value::Null, |is| json!(is)), bounds),
            Self::Number { bounds, shown, .. } => ("number", shown.clone(), bounds),
            Self::Range { bounds } => ("range", Value::Null, bounds),
            Self::Regex(regex) => ("regex", json!(regex.as_str()), &none),
        };
        let mut shown = json!({ "type": name });
        let bound = |bound: &Option<(f64, Value)>| bound.as_ref().map_or(Value::Null, |(_, shown)| shown.clone());
        for (member, value) in [("value", value), ("min", bound(&bounds.min)), ("max", bound(&bounds.max))] {
            if !value.is_null() {
                shown[member] = value;
            }
        }
        shown
    }
}

fn compile(pattern: &str) -> Result<Rule, &'static str> {
    if pattern.len() > LONGEST_PATTERN {
        return Err("rule.regex");
    }
    RegexBuilder::new(pattern).size_limit(LARGEST_REGEX).build().map(Rule::Regex).map_err(|_| "rule.regex")
}
