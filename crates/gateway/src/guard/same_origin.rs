//! Cross-site request forgery: whose page sends this request?
//!
//! Browsers say it in `Sec-Fetch-Site`, and older ones in `Origin`, which every browser sends with a POST. A request with neither
//! does not come from a browser, so no visitor's cookie is abused by it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use super::host;
use crate::app::App;
use crate::refusal::Refusal;

const FOREIGN: Refusal = Refusal::new(StatusCode::FORBIDDEN, "origin.foreign", "Requests from this origin are not taken");

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page or worker of our own origin.
    Same,
    /// An origin of the configured list.
    Listed,
    /// No browser, or one so old that it says nothing.
    Unstated,
    /// Any other page.
    Foreign,
}

/// Judges by the two headers; a contradiction between them is foreign.
pub(crate) fn sender(app: &App, headers: &HeaderMap) -> Sender {
    // What is said twice is not what a browser says.
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().map(|value| value.to_str().ok().filter(|_| values.next().is_none()).unwrap_or("?"))
    };
    let origin = text(header::ORIGIN.as_str());
    let listed = |origin: &str| app.config.cors_origins.iter().any(|listed| listed.as_str() == origin);
    match (text("sec-fetch-site"), origin) {
        // A referrer policy can make a form post's origin null.
        (Some("same-origin"), None | Some("null")) => Sender::Same,
        (Some("same-origin") | None, Some(origin)) if is_own(app, headers, origin) => Sender::Same,
        (Some("same-site" | "cross-site") | None, Some(origin)) if listed(origin) => Sender::Listed,
        (None, None) => Sender::Unstated,
        _ => Sender::Foreign,
    }
}

/// The configured address, or the one under which we were called.
fn is_own(app: &App, headers: &HeaderMap, origin: &str) -> bool {
    if let Some(own) = &app.config.public_url {
        return own.as_str() == origin;
    }
    let Some(authority) = host::authority(headers) else { return false };
    origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == Some(authority.as_str())
}

/// Lets a request through that no foreign page can have sent. For routes that read JSON: without a preflight, which a foreign origin
/// does not pass, a page cannot send that content type.
pub(crate) struct NotForeign;

impl FromRequestParts<Arc<App>> for NotForeign {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        match sender(app, &parts.headers) {
            Sender::Foreign => Err(FOREIGN),
            Sender::Same | Sender::Listed | Sender::Unstated => Ok(Self),
        }
    }
}

/// Lets a request through that says, and proves as far as a browser can, that it comes from our own origin. For routes that read
/// forms, which any page can send.
pub(crate) struct SameOrigin;

impl FromRequestParts<Arc<App>> for SameOrigin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        match sender(app, &parts.headers) {
            Sender::Same => Ok(Self),
            Sender::Foreign | Sender::Listed | Sender::Unstated => Err(FOREIGN),
        }
    }
}
