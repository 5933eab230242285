//! Takes credentials out of what is logged: tokens, client secrets, assertions.

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::calls;

const HIDDEN: &str = "…";

/// Request headers by their lower-case names; of `Authorization` only the scheme is shown.
pub(crate) fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut shown = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let mut text = values.collect::<Vec<_>>().join(", ");
        if name == AUTHORIZATION {
            let known = ["Bearer", "Basic"]
                .into_iter()
                .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
            text = known.map_or_else(|| HIDDEN.to_owned(), |scheme| format!("{scheme} {HIDDEN}"));
        }
        shown.insert(name.as_str().to_owned(), text.into());
    }
    shown
}

/// A request's body. Of a token request only what is no credential.
pub(crate) fn request(path: &str, body: Bytes) -> Bytes {
    let route = path.split('?').next().unwrap_or(path);
    if route != calls::TOKEN && route != calls::LOGIN_TOKEN {
        return body;
    }
    let shown = form_urlencoded::parse(&body).map(|(name, value)| match name.as_ref() {
        "grant_type" | "client_id" | "scope" => format!("{name}={value}"),
        _ => format!("{name}={HIDDEN}"),
    });
    shown.collect::<Vec<_>>().join("&").into()
}

/// An answer's body without the tokens that O1 and G2 give out.
pub(crate) fn response(body: Bytes) -> Bytes {
    // Most answers have none, and some are large.
    let may_have_one = memchr::memmem::find(&body, b"token\"").is_some();
    if let Some(Value::Object(mut members)) = may_have_one.then(|| serde_json::from_slice(&body).ok()).flatten() {
        let mut hidden = false;
        for name in ["access_token", "token"] {
            if let Some(value) = members.get_mut(name) {
                *value = HIDDEN.into();
                hidden = true;
            }
        }
        if hidden {
            return Value::Object(members).to_string().into();
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_request_shows_no_secret() {
        let shown =
            request("/oauth/token", Bytes::from_static(b"grant_type=client_credentials&client_id=a&client_secret=b&assertion=c"));
        assert_eq!(shown, "grant_type=client_credentials&client_id=a&client_secret=…&assertion=…");
    }

    #[test]
    fn an_answer_shows_no_token() {
        for (body, shown) in [
            (r#"{"access_token":"abc","expires_in":1}"#, r#"{"access_token":"…","expires_in":1}"#),
            (r#"{"token":"abc"}"#, r#"{"token":"…"}"#),
            (r#"{"attributes":{"token":"abc"}}"#, r#"{"attributes":{"token":"abc"}}"#),
        ] {
            assert_eq!(response(body.into()), shown);
        }
    }

    #[test]
    fn of_an_authorization_header_only_a_known_scheme_is_shown() {
        for (value, expected) in [("bearer abc", "Bearer …"), ("Basic abc", "Basic …"), ("secret", "…"), ("ééé", "…")]
        {
            let mut map = HeaderMap::new();
            map.insert(AUTHORIZATION, axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
            assert_eq!(headers(&map)["authorization"], expected);
        }
    }
}
