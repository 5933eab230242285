//! The files that `npm run build` leaves in `dist/site`: inside the binary in release builds, read from disk in debug builds.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use rust_embed::{Embed, EmbeddedFile};

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(Embed)]
#[folder = "../../dist/site"]
#[allow_missing = true]
struct Site;

/// A file's text; `None` where it was not built.
pub(crate) fn text(path: &str) -> Option<String> {
    String::from_utf8(Site::get(path)?.data.into_owned()).ok()
}

/// A file as an answer, revalidated by its hash; `None` where there is none.
pub(crate) fn answer(path: &str, request: &HeaderMap) -> Option<Response> {
    let EmbeddedFile { data, metadata, .. } = Site::get(path)?;
    let tag = format!("\"{}\"", Base64UrlUnpadded::encode_string(&metadata.sha256_hash()));
    let cache = if is_hashed(path) { IMMUTABLE } else { REVALIDATED };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::try_from(media(path, metadata.mimetype())).ok()?),
        (header::ETAG, HeaderValue::try_from(&tag).ok()?),
        (header::CACHE_CONTROL, cache),
    ];
    let known = request.get_all(header::IF_NONE_MATCH).iter().any(|value| value.as_bytes() == tag.as_bytes());
    let status = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let body = if known { Cow::Borrowed(&b""[..]) } else { data };
    Some((status, headers, body).into_response())
}

fn media(path: &str, guessed: &str) -> String {
    let text = guessed.starts_with("text/") || guessed == "application/json" || path.ends_with(".js");
    if text { format!("{guessed}; charset=utf-8") } else { guessed.to_owned() }
}

/// Whether the name changes with the content: `page.3f9a0c21.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let parts: Vec<&str> = name.split('.').collect();
    let hash = |part: &str| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    parts.len() >= 3 && parts[1..parts.len() - 1].iter().any(|part| hash(part))
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("guestsync/page.3f9a0c21.wasm"));
        for path in ["sw.js", "guestsync/guestsync.js", "guestsync/a.min.js", "index.html", "deadbeef.js"] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
