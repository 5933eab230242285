//! `If-Match` and `If-None-Match` (RFC 9110, section 13.1) on versions that count from 1.

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::ApiError;

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).expect("invariant: a number in quotes is visible ASCII")
}

/// Checks a write against the current version, 0 standing for never written.
///
/// # Errors
/// 409 `request.conflict` where a precondition does not hold (the contract has 409 where RFC 9110 has 412), 400 where
/// it cannot be read.
pub(crate) fn check_write(headers: &HeaderMap, version: u64) -> Result<(), ApiError> {
    let holds = read(headers, IF_MATCH)?.is_none_or(|tags| tags.name_strongly(version))
        && read(headers, IF_NONE_MATCH)?.is_none_or(|tags| !tags.name_weakly(version));
    if holds { Ok(()) } else { Err(ApiError::conflict()) }
}

/// Whether a reader already has this version (304).
pub(crate) fn unchanged(headers: &HeaderMap, version: u64) -> Result<bool, ApiError> {
    Ok(read(headers, IF_NONE_MATCH)?.is_some_and(|tags| tags.name_weakly(version)))
}

enum Tags {
    Any,
    These(Vec<Tag>),
}

struct Tag {
    weak: bool,
    text: String,
}

impl Tags {
    fn name_strongly(&self, version: u64) -> bool {
        self.name(version, |tag| !tag.weak)
    }

    fn name_weakly(&self, version: u64) -> bool {
        self.name(version, |_| true)
    }

    fn name(&self, version: u64, comparable: impl Fn(&Tag) -> bool) -> bool {
        version > 0
            && match self {
                Self::Any => true,
                Self::These(tags) => tags.iter().any(|tag| comparable(tag) && tag.text == version.to_string()),
            }
    }
}

fn read(headers: &HeaderMap, name: HeaderName) -> Result<Option<Tags>, ApiError> {
    let mut lines = Vec::new();
    for value in headers.get_all(&name) {
        lines.push(value.to_str().map_err(|_| unreadable(&name))?);
    }
    match lines.join(",").trim_matches([' ', '\t']) {
        "" if lines.is_empty() => Ok(None),
        "*" => Ok(Some(Tags::Any)),
        list => tags(list).map(|tags| Some(Tags::These(tags))).ok_or_else(|| unreadable(&name)),
    }
}

/// A comma-separated list of at least one entity tag; a tag may itself hold commas.
fn tags(list: &str) -> Option<Vec<Tag>> {
    let mut tags = Vec::new();
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (!tags.is_empty()).then_some(tags);
        }
        let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (text, after) = quoted.strip_prefix('"')?.split_once('"')?;
        rest = after.trim_start_matches([' ', '\t']);
        let valid = text.bytes().all(|byte| byte != b' ' && byte != b'\t') && (rest.is_empty() || rest.starts_with(','));
        if !valid {
            return None;
        }
        tags.push(Tag { weak, text: text.to_owned() });
    }
}

fn unreadable(name: &HeaderName) -> ApiError {
    ApiError::bad_request(format!("The {name} header is no list of entity tags."))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::*;

    fn write(name: HeaderName, value: &'static str, version: u64) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        check_write(&headers, version).map_or_else(|error| error.into_response().status(), |()| StatusCode::OK).as_u16()
    }

    #[test]
    fn if_match_holds_for_the_current_version_alone() {
        for (value, version, expected) in [
            ("\"3\"", 3, 200),
            ("\"2\", \"3\"", 3, 200),
            ("\"a,b\",\t\"3\" ,", 3, 200),
            ("*", 3, 200),
            ("\"2\"", 3, 409),
            ("W/\"3\"", 3, 409),
            ("*", 0, 409),
            ("\"0\"", 0, 409),
            ("3", 3, 400),
            ("\"3", 3, 400),
            ("\"3\" \"4\"", 3, 400),
            ("", 3, 400),
        ] {
            assert_eq!(write(IF_MATCH, value, version), expected, "{value} on {version}");
        }
    }

    #[test]
    fn if_none_match_holds_for_every_other_version() {
        for (value, version, expected) in
            [("*", 0, 200), ("*", 1, 409), ("\"1\"", 1, 409), ("W/\"1\"", 1, 409), ("\"1\"", 2, 200), ("x", 2, 400)]
        {
            assert_eq!(write(IF_NONE_MATCH, value, version), expected, "{value} on {version}");
        }
    }
}
