//! The whole middleware stack. What every request passes is one function, or two around CORS: each layer of its own costs a request as
//! much as a small handler.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt;
use tower::ServiceBuilder;
use tracing::Instrument;

use super::{cors, headers, limits, rate, script, trace};
use crate::app::App;
use crate::guard::host;
use crate::proxy::path;
use crate::proxy::reply::refused_form;

/// Wraps all routes.
pub(crate) fn wrap(router: Router, app: &Arc<App>) -> Router {
    match cors::layer(&app.config.cors_origins) {
        None => router.layer(from_fn_with_state(Arc::clone(app), told_and_bounded)),
        Some(cors) => {
            let layers = ServiceBuilder::new()
                .layer(from_fn_with_state(Arc::clone(app), told))
                .layer(cors)
                .layer(from_fn_with_state(Arc::clone(app), bounded));
            router.layer(layers)
        }
    }
}

async fn told_and_bounded(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (seen, panicked) = (trace::Seen::of(&request), refused_form(request.uri().path()));
    tell(&app, seen, panicked, within_bounds(&app, request, next)).await
}

async fn told(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (seen, panicked) = (trace::Seen::of(&request), refused_form(request.uri().path()));
    tell(&app, seen, panicked, next.run(request)).await
}

async fn bounded(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    within_bounds(&app, request, next).await
}

/// Every answer is logged, counted and complete; what panicked is answered too.
async fn tell(
    app: &App,
    seen: trace::Seen,
    refused: fn(crate::refusal::Refusal) -> Response,
    answer: impl Future<Output = Response>,
) -> Response {
    let caught = AssertUnwindSafe(answer).catch_unwind().instrument(seen.span.clone()).await;
    let response = headers::completed(caught.unwrap_or_else(|_| refused(limits::fault())));
    app.metrics.answered(seen.method, &seen.route, response.status().as_u16(), seen.started.elapsed());
    seen.answered(response)
}

/// No address sends too much, every request says whom it means, no path means another one or becomes a worker, and none takes too long.
async fn within_bounds(app: &App, mut request: Request, next: Next) -> Response {
    match passes(app, &mut request) {
        Ok(()) => limits::time(request, next).await,
        Err(refused) => *refused,
    }
}

fn passes(app: &App, request: &mut Request) -> Result<(), Box<Response>> {
    rate::check(app, request)?;
    host::settle(request)?;
    path::check(request)?;
    script::check(request)
}
