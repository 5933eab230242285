//! A path under `/genesys` means what it says: no escapes, no dots, no doubled slashes.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::reply::Refused;
use crate::refusal::Refusal;

const PATH: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "path.invalid", "The path has characters that no call has");

/// Refuses a path under `/genesys` that is not plain.
pub(crate) fn check(request: &Request) -> Result<(), Box<Response>> {
    let path = request.uri().path().strip_prefix("/genesys").filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match path {
        Some(path) if path.is_empty() || !is_plain(path) => Err(Box::new(Refused(PATH).into_response())),
        _ => Ok(()),
    }
}

fn is_plain(path: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    path.split('/').skip(1).all(|part| part.bytes().all(unreserved) && part.bytes().any(|b| b != b'.'))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_path_that_could_mean_another_one_is_not_plain() {
        assert!(is_plain("/api/v2/guests/8f3a2b1c-4d5e") && is_plain("/a/guest_1~2.3"));
        for path in [
            "/api/v2/guests/../oauth",
            "/api/v2/guests/%2e%2e",
            "/api//v2",
            "/a/%2F",
            "/a;x",
            "/a\\b",
            "/a/./b",
            "/a/.../b",
            "/a/",
            "/a%00",
            "/ä",
            "/a b",
            "/a@b",
            "/a:b",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
