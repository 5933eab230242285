//! Cross-origin calls (Fetch standard): listed origins, exactly, with credentials.

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Origin;

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PATCH, Method::DELETE];
/// The guest's logical clock, which a worker sends with a patch and hears of where something newer was there.
const SEQUENCE: HeaderName = HeaderName::from_static("guestsync-seq");
const HEADERS: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    SEQUENCE,
];
const EXPOSED: [HeaderName; 4] = [header::ETAG, header::RETRY_AFTER, header::DATE, SEQUENCE];

/// Lets these origins in; with none there is nothing to say.
pub(crate) fn layer(origins: &[Origin]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let values = origins.iter().map(|origin| HeaderValue::try_from(origin.as_str()).expect("an origin is ASCII"));
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(values))
        .allow_credentials(true)
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers(EXPOSED)
        .vary([header::ORIGIN]);
    Some(layer)
}
