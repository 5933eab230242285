//! What an update of attributes says. It goes upstream as it came, so nothing may be in it that another parser could read differently:
//! what is told of a write is what Genesys has taken.

use std::fmt;

use axum::http::StatusCode;
use guestsync_core::attribute::is_reserved;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

const FORBIDDEN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "attribute.forbidden", "The update has an attribute that pages may not write");
const INVALID: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "attributes.invalid", "The body is not {\"attributes\": {…}} with each name once");

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    attributes: Once,
}

/// An object that has each of its names once.
struct Once(Map<String, Value>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Once;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Once, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = entries.next_entry::<String, Value>()? {
            if is_reserved(&name) || members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name is reserved or comes twice"));
            }
        }
        Ok(Once(members))
    }
}

/// Reads the attributes of a body; of these `allowed` names, where there is a list.
///
/// # Errors
/// It is something else, another parser could read it as something else, or a name is not in the list.
pub(crate) fn read(body: &[u8], allowed: Option<&[String]>) -> Result<Map<String, Value>, Refusal> {
    // A struct may be read from an array too.
    let object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let update = object.then(|| serde_json::from_slice::<Update>(body).ok()).flatten();
    let attributes = update.map(|update| update.attributes.0).ok_or(INVALID)?;
    match allowed {
        Some(allowed) if !attributes.keys().all(|name| allowed.contains(name)) => Err(FORBIDDEN),
        _ => Ok(attributes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_read() {
        let read = read(br#" {"attributes": {"tier": 3, "vip": true, "note": "a"}}"#, None).unwrap();
        assert_eq!(Value::Object(read), serde_json::json!({"tier": 3, "vip": true, "note": "a"}));
    }

    #[test]
    fn what_another_parser_could_read_differently_is_refused() {
        let deep = format!(r#"{{"attributes":{{"a":{}{}}}}}"#, "[".repeat(200), "]".repeat(200));
        for body in [
            "",
            "null",
            "[]",
            r#"[{"tier":"gold"}]"#,
            "{}",
            r#"{"attributes":null}"#,
            r#"{"attributes":["tier"]}"#,
            r#"{"attributes":{"x":1},"attributes":{"tier":"gold"}}"#,
            r#"{"attributes":{"tier":"iron","tier":"gold"}}"#,
            r#"{"attributes":{"tier":"iron","\u0074ier":"gold"}}"#,
            r#"{"attributes":{"tier":"iron"},"Attributes":{"tier":"gold"}}"#,
            r#"{"attributes":{"tier":1e400}}"#,
            r#"{"attributes":{"tier":"\ud800"}}"#,
            "\u{feff}{\"attributes\":{\"tier\":1}}",
            r#"{"attributes":{"tier":1}} {"attributes":{"tier":2}}"#,
            r#"{"attributes":{"__proto__":"gold"}}"#,
            &deep,
        ] {
            assert_eq!(read(body.as_bytes(), None).map_err(|refusal| refusal.code), Err("attributes.invalid"), "{body}");
        }
        assert!(read(b"{\"attributes\":{\"a\":\"\xff\"}}", None).is_err());
    }

    #[test]
    fn where_names_are_listed_there_are_no_others() {
        let listed = ["tier".to_owned(), "vip".to_owned()];
        let code = |body: &str| read(body.as_bytes(), Some(&listed)).map(|_| ()).map_err(|refusal| refusal.code);
        assert_eq!(code(r#"{"attributes":{"vip":true}}"#), Ok(()));
        assert_eq!(code(r#"{"attributes":{"vip":true,"crmTier":"gold"}}"#), Err("attribute.forbidden"));
        assert_eq!(code(r#"{"attributes":{"Tier":"gold"}}"#), Err("attribute.forbidden"));
    }
}
