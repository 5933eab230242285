//! The whole middleware stack, outermost first. What every request passes is two functions: each layer of its own costs a request as
//! much as a small handler.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower::ServiceBuilder;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use super::{cors, headers, limits, rate, trace};
use crate::app::App;

/// Wraps all routes.
pub(crate) fn wrap(router: Router, app: &Arc<App>) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(Arc::clone(app), told))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(option_layer(cors::layer(&app.config.cors_origins)))
        .layer(from_fn_with_state(Arc::clone(app), bounded));
    router.layer(layers)
}

/// Every answer is logged, counted and complete.
async fn told(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let seen = trace::Seen::of(&request);
    let response = headers::completed(next.run(request).instrument(seen.span.clone()).await);
    app.metrics.answered(seen.method, &seen.route, response.status().as_u16(), seen.started.elapsed());
    seen.answered(response)
}

/// No address sends too much, and no request takes too long.
async fn bounded(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match rate::check(&app, &request) {
        Ok(()) => limits::time(request, next).await,
        Err(refused) => *refused,
    }
}
