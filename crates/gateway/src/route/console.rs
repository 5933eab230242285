//! Everything that is no route: the console at `/`, its parts, `/guestsync/…`, and forms where the worker's path is another one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;

use crate::app::App;
use crate::assets;
use crate::proxy::reply::refused_form;
use crate::refusal::Refusal;
use crate::route::profile_sync;

/// Nothing inline, nothing from elsewhere, no string that becomes markup.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; require-trusted-types-for 'script'; \
     base-uri 'none'; frame-ancestors 'none'; worker-src 'self'",
);

/// The file, or 404.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    if *request.method() == Method::POST && request.uri().path() == app.config.worker.path {
        return profile_sync::handle.call(request, app).await;
    }
    let refused = refused_form(request.uri().path());
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return refused(Refusal::not_found());
    }
    let path = match request.uri().path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let Some(mut response) = assets::answer(path, request.headers()) else {
        return refused(Refusal::not_found());
    };
    if path.ends_with(".html") {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    }
    response
}
