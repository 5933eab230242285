//! What is done to a value on its way, one step after the other. A step that cannot be done refuses the record with a code.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::format_description::{OwnedFormatItem, parse_strftime_owned};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use crate::text::hex;

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Transform {
    /// White space around a text goes; nothing left is no value.
    Trim,
    Lower,
    Upper,
    /// A number or a boolean as text.
    Text,
    /// A text as a number.
    Number {
        decimal: char,
    },
    /// A text (`true`, `yes`, `1`, …) or a number as true or false.
    Boolean,
    /// A text of a format (strftime) as `2026-11-20`, or as RFC 3339 in UTC where it has a time.
    Date(Option<OwnedFormatItem>),
    /// Other values for some.
    Values {
        values: BTreeMap<String, Value>,
        otherwise: Otherwise,
    },
    /// What stands where there is no value.
    Default(Value),
    /// SHA-256, or HMAC-SHA256 with a key, in hexadecimal.
    Hash(Option<Key>),
}

/// What happens to a value that `values` does not list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Otherwise {
    Keep,
    Drop,
    Reject,
}

/// A key that is not shown.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Transform {
    /// Reads a step by its name; the error completes "`trim` …".
    pub(super) fn read(name: &str, with: &Value, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, &'static str> {
        match (name, with) {
            ("trim", Value::Null) => Ok(Self::Trim),
            ("lower", Value::Null) => Ok(Self::Lower),
            ("upper", Value::Null) => Ok(Self::Upper),
            ("text", Value::Null) => Ok(Self::Text),
            ("boolean", Value::Null) => Ok(Self::Boolean),
            ("number", Value::Null) => Ok(Self::Number { decimal: '.' }),
            ("number", Value::Object(_)) => match with["decimal"].as_str() {
                Some(".") => Ok(Self::Number { decimal: '.' }),
                Some(",") => Ok(Self::Number { decimal: ',' }),
                _ => Err("needs decimal: \".\" or \",\""),
            },
            ("date", Value::Null) => Ok(Self::Date(None)),
            ("date", Value::String(format)) => parse_strftime_owned(format)
                .map(|format| Self::Date(Some(format)))
                .map_err(|_| "has a format that cannot be read"),
            ("values", Value::Object(values)) => {
                let otherwise = Otherwise::Keep;
                Ok(Self::Values { values: values.clone().into_iter().collect(), otherwise })
            }
            ("only", Value::Object(values)) => {
                Ok(Self::Values { values: values.clone().into_iter().collect(), otherwise: Otherwise::Reject })
            }
            ("known", Value::Object(values)) => {
                Ok(Self::Values { values: values.clone().into_iter().collect(), otherwise: Otherwise::Drop })
            }
            ("default", Value::String(_) | Value::Number(_) | Value::Bool(_)) => Ok(Self::Default(with.clone())),
            ("hash", Value::Null) => Ok(Self::Hash(None)),
            ("hash", Value::Object(_)) => {
                let variable = with["key_env"].as_str().ok_or("needs key_env, the variable that holds the key")?;
                let key = env(variable).filter(|key| !key.is_empty()).ok_or("names a variable that is not set")?;
                let key = Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
                Ok(Self::Hash(Some(Key(key))))
            }
            (
                "trim" | "lower" | "upper" | "text" | "boolean" | "number" | "date" | "values" | "only" | "known" | "default"
                | "hash",
                _,
            ) => Err("has something else than it takes"),
            _ => Err("is no transform"),
        }
    }

    /// The value after this step; null is no value. The error is a code.
    pub(super) fn apply(&self, value: Value) -> Result<Value, &'static str> {
        match (self, value) {
            (Self::Default(default), Value::Null) => Ok(default.clone()),
            (_, Value::Null) => Ok(Value::Null),
            (Self::Trim, Value::String(text)) => match text.trim() {
                "" => Ok(Value::Null),
                trimmed => Ok(Value::String(trimmed.to_owned())),
            },
            (Self::Lower, Value::String(text)) => Ok(Value::String(text.to_lowercase())),
            (Self::Upper, Value::String(text)) => Ok(Value::String(text.to_uppercase())),
            (Self::Text, Value::Number(number)) if is_exact(&number) => Ok(Value::String(number.to_string())),
            (Self::Text, Value::Number(_)) => Err("transform.text"),
            (Self::Text, Value::Bool(flag)) => Ok(Value::String(flag.to_string())),
            (Self::Number { decimal }, Value::String(text)) => {
                number(&text, *decimal).map(Value::Number).ok_or("transform.number")
            }
            (Self::Boolean, value) => boolean(&value).map(Value::Bool).ok_or("transform.boolean"),
            (Self::Date(format), Value::String(text)) => date(&text, format.as_ref()).map(Value::String).ok_or("transform.date"),
            (Self::Date(_), _) => Err("transform.date"),
            (Self::Values { values, otherwise }, value) => {
                let known = match &value {
                    Value::String(text) => values.get(text),
                    other => values.get(&other.to_string()),
                };
                match (known, otherwise) {
                    (Some(known), _) => Ok(known.clone()),
                    (None, Otherwise::Keep) => Ok(value),
                    (None, Otherwise::Drop) => Ok(Value::Null),
                    (None, Otherwise::Reject) => Err("transform.values"),
                }
            }
            (Self::Hash(key), value) => Ok(Value::String(hash(&value, key.as_ref()))),
            // A step for texts leaves other values as they are: their type decides later.
            (_, value) => Ok(value),
        }
    }
}

/// Whether a number still is what was written: beyond 2^53, digits of a whole number that is no integer of ours are gone.
fn is_exact(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|number| number.abs() < 9_007_199_254_740_992.0)
}

/// The other mark may stand in the whole part only, between groups of three digits: elsewhere it is somebody else's decimal mark.
fn number(text: &str, decimal: char) -> Option<Number> {
    let text = text.trim();
    let separator = if decimal == ',' { '.' } else { ',' };
    let end = text.find([decimal, 'e', 'E']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let mut groups = whole.trim_start_matches(['+', '-']).split(separator);
    let first = groups.next().unwrap_or_default().len();
    let mut is_grouped = false;
    let fits = groups.all(|group| {
        is_grouped = true;
        group.len() == 3
    });
    if !fits || is_grouped && !(1..=3).contains(&first) || rest.contains(separator) {
        return None;
    }
    let text = format!("{}{}", whole.replace(separator, ""), rest.replacen(decimal, ".", 1));
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Some(whole.into());
    }
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    text.parse().ok().filter(|_| plain).and_then(Number::from_f64)
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "on" => Some(true),
            "false" | "no" | "n" | "0" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Of a date alone `2026-11-20`; of a date with its time the moment in UTC, a missing offset being UTC.
fn date(text: &str, format: Option<&OwnedFormatItem>) -> Option<String> {
    let text = text.trim();
    let Some(format) = format else {
        let day = Date::parse(text, &Iso8601::DATE).ok().filter(|_| text.len() == 10);
        let moment = || OffsetDateTime::parse(text, &Rfc3339).ok()?.format(&Rfc3339).ok();
        return day.map(|day| day.to_string()).or_else(moment);
    };
    let moment = OffsetDateTime::parse(text, format).ok();
    let moment = moment.or_else(|| PrimitiveDateTime::parse(text, format).ok().map(PrimitiveDateTime::assume_utc));
    match moment {
        Some(moment) => moment.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok(),
        None => Date::parse(text, format).ok().map(|day| day.to_string()),
    }
}

fn hash(value: &Value, key: Option<&Key>) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match key {
        None => hex(&Sha256::digest(text)),
        Some(Key(mac)) => hex(&mac.clone().chain_update(text).finalize().into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(name: &str, with: Value, value: Value) -> Result<Value, &'static str> {
        Transform::read(name, &with, &|_| Some("key".into())).unwrap().apply(value)
    }

    #[test]
    fn each_step_does_what_it_says() {
        let none = || json!(null);
        for (name, with, value, expected) in [
            ("trim", none(), json!("  a "), Ok(json!("a"))),
            ("trim", none(), json!("  "), Ok(json!(null))),
            ("trim", none(), json!(1), Ok(json!(1))),
            ("lower", none(), json!("HIGH"), Ok(json!("high"))),
            ("upper", none(), json!("ß"), Ok(json!("SS"))),
            ("text", none(), json!(17), Ok(json!("17"))),
            ("number", none(), json!("1,234.5"), Ok(json!(1234.5))),
            ("number", none(), json!(" 12 "), Ok(json!(12))),
            ("number", none(), json!("-1,234,567"), Ok(json!(-1_234_567))),
            ("number", none(), json!("18446744073709551615"), Ok(json!(u64::MAX))),
            ("number", none(), json!("1.5e3"), Ok(json!(1500.0))),
            ("number", none(), json!("3,5"), Err("transform.number")),
            ("number", none(), json!("1234,567"), Err("transform.number")),
            ("number", none(), json!(",123"), Err("transform.number")),
            ("number", none(), json!("1.234,567"), Err("transform.number")),
            ("number", json!({"decimal": ","}), json!("3.5"), Err("transform.number")),
            ("number", json!({"decimal": ","}), json!("3,5"), Ok(json!(3.5))),
            ("number", json!({"decimal": ","}), json!("1,5,0"), Err("transform.number")),
            ("text", none(), json!(u64::MAX), Ok(json!("18446744073709551615"))),
            ("text", none(), json!(0.5), Ok(json!("0.5"))),
            ("text", none(), serde_json::from_str("18446744073709551616").unwrap(), Err("transform.text")),
            ("number", none(), json!("inf"), Err("transform.number")),
            ("number", json!({"decimal": ","}), json!("1.234,5"), Ok(json!(1234.5))),
            ("boolean", none(), json!("Yes"), Ok(json!(true))),
            ("boolean", none(), json!("maybe"), Err("transform.boolean")),
            ("date", json!("%d.%m.%Y"), json!("20.11.2026"), Ok(json!("2026-11-20"))),
            ("date", json!("%d.%m.%Y %H:%M:%S"), json!("20.11.2026 10:00:00"), Ok(json!("2026-11-20T10:00:00Z"))),
            ("date", none(), json!("2026-11-20T10:00:00+01:00"), Ok(json!("2026-11-20T10:00:00+01:00"))),
            ("date", none(), json!("20.11.2026"), Err("transform.date")),
            ("values", json!({"urgent": "critical"}), json!("urgent"), Ok(json!("critical"))),
            ("values", json!({"urgent": "critical"}), json!("low"), Ok(json!("low"))),
            ("values", json!({"1": "high"}), json!(1), Ok(json!("high"))),
            ("known", json!({"1": "high"}), json!("2"), Ok(json!(null))),
            ("only", json!({"1": "high"}), json!("2"), Err("transform.values")),
            ("default", json!("low"), json!(null), Ok(json!("low"))),
            ("default", json!("low"), json!("high"), Ok(json!("high"))),
            ("hash", none(), json!("abc"), Ok(json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))),
            ("lower", none(), json!(null), Ok(json!(null))),
        ] {
            assert_eq!(run(name, with.clone(), value.clone()), expected, "{name} {with} {value}");
        }
        // RFC 2104's HMAC of the empty text is of no use here: any keyed hash differs from the plain one.
        let keyed = run("hash", json!({"key_env": "SALT"}), json!("abc")).unwrap();
        assert_ne!(keyed, run("hash", none(), json!("abc")).unwrap());
    }
}
