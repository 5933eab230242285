//! Of all paths only `/sw.js` is a service worker's: whatever else the gateway answers, a browser that asks for it to make it a worker
//! (`Service-Worker: script`) does not get it. `Service-Worker-Allowed`, which would widen a worker's scope, is never sent.

use axum::extract::Request;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;

use crate::proxy::reply::refused_form;
use crate::refusal::Refusal;

const HEADER: HeaderName = HeaderName::from_static("service-worker");
const WORKER: &str = "/sw.js";

const SCRIPT: Refusal = Refusal::new(StatusCode::FORBIDDEN, "worker.path", "Only /sw.js may be registered as a service worker");

/// Refuses a request for a worker's script where no worker is.
pub(super) fn check(request: &Request) -> Result<(), Box<Response>> {
    let path = request.uri().path();
    if request.headers().contains_key(HEADER) && path != WORKER {
        return Err(Box::new(refused_form(path)(SCRIPT)));
    }
    Ok(())
}
