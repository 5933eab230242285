//! Strict reading of request bodies: the right media type, well-formed JSON, the listed members and no others.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use serde_json::{Map, Value};

use crate::error::{ApiError, Detail};

pub(crate) const JSON: &str = "application/json";

/// The body of a call as JSON of the given media type; 415 for another one, 400 where it is not well-formed.
pub(crate) fn json(headers: &HeaderMap, body: &[u8], media_type: &str) -> Result<Value, ApiError> {
    require_media_type(headers, media_type)?;
    serde_json::from_slice(body).map_err(|error| malformed(&error))
}

/// 415 unless the body is of this media type.
pub(crate) fn require_media_type(headers: &HeaderMap, media_type: &str) -> Result<(), ApiError> {
    let fits = !headers.contains_key(CONTENT_ENCODING) && is_media_type(headers, media_type);
    if fits { Ok(()) } else { Err(ApiError::unsupported_media_type(media_type)) }
}

/// 400 for what is not well-formed. serde's own text would repeat what was sent.
pub(crate) fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::bad_request(format!("The body is not well-formed JSON (line {}, column {}).", error.line(), error.column()))
}

/// Whether the one `Content-Type` is this media type; the only parameter it may have is `charset=utf-8`.
pub(crate) fn is_media_type(headers: &HeaderMap, expected: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(Ok(value)), None) = (values.next().map(|value| value.to_str()), values.next()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(expected))
        && parts.all(|parameter| {
            parameter.eq_ignore_ascii_case("charset=utf-8") || parameter.eq_ignore_ascii_case("charset=\"utf-8\"")
        })
}

/// The members of a JSON object, taken one by one. All problems are collected and reported at once.
pub(crate) struct Members {
    left: Map<String, Value>,
    problems: Vec<Detail>,
    /// What comes before a member's name in reports, such as `securityPolicy.`.
    prefix: String,
}

impl Members {
    /// A member that must be an object, read by `read`; its problems are reported under its name.
    pub(crate) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Members) -> T) -> Option<T> {
        let Value::Object(left) = self.require(name)? else {
            self.refuse("field.type", name);
            return None;
        };
        let mut inner = Self { left, problems: Vec::new(), prefix: format!("{}{name}.", self.prefix) };
        let value = read(&mut inner);
        self.problems.extend(inner.into_problems());
        Some(value)
    }

    /// 400 unless the body is an object.
    pub(crate) fn of(body: Value) -> Result<Self, ApiError> {
        match body {
            Value::Object(left) => Ok(Self { left, problems: Vec::new(), prefix: String::new() }),
            _ => Err(ApiError::bad_request("The body must be a JSON object.")),
        }
    }

    /// The member as it is.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    /// A member that must be there.
    pub(crate) fn require(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name);
        if value.is_none() {
            self.refuse("field.missing", name);
        }
        value
    }

    /// A string that must be there and must keep a rule.
    pub(crate) fn string(&mut self, name: &str, rule: impl FnOnce(&str) -> bool) -> Option<String> {
        match self.require(name)? {
            Value::String(text) if rule(&text) => Some(text),
            Value::String(_) => {
                self.refuse("field.value", name);
                None
            }
            _ => {
                self.refuse("field.type", name);
                None
            }
        }
    }

    /// A member with a default; one that breaks its rule is noted, and the default is given.
    pub(crate) fn optional(&mut self, name: &str, default: Value, rule: impl FnOnce(&Value) -> bool) -> Value {
        match self.take(name) {
            None => default,
            Some(value) if rule(&value) => value,
            Some(_) => {
                self.refuse("field.type", name);
                default
            }
        }
    }

    /// Notes a problem with a member.
    pub(crate) fn refuse(&mut self, code: &'static str, name: &str) {
        self.problems.push(Detail::new(code, &format!("{}{name}", self.prefix)));
    }

    /// Notes problems found elsewhere.
    pub(crate) fn refuse_all(&mut self, problems: Vec<Detail>) {
        self.problems.extend(problems);
    }

    /// 400 with every problem; a member nobody took is one.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.problems.is_empty() && self.left.is_empty() { Ok(()) } else { Err(self.refused()) }
    }

    /// The same where it is known that there are problems.
    pub(crate) fn refused(self) -> ApiError {
        ApiError::invalid(self.into_problems())
    }

    fn into_problems(mut self) -> Vec<Detail> {
        for name in std::mem::take(&mut self.left).keys() {
            self.refuse("field.unknown", name);
        }
        self.problems
    }
}

/// The one parameter of a path, decoded; 404 where it is no UTF-8, because nothing has such an id.
pub(crate) struct Id(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| ApiError::not_found())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_media_type_may_say_utf_8_and_nothing_else() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON ; Charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/json; profile=x", false),
            ("application/json-patch+json", false),
            ("text/json", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_media_type(&headers, JSON), expected, "{value}");
        }
        assert!(!is_media_type(&HeaderMap::new(), JSON));
    }
}
