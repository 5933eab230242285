//! The whole middleware stack, outermost first.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tower::ServiceBuilder;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;

use super::{cors, headers, limits, rate, trace};
use crate::app::App;

/// Wraps all routes.
pub(crate) fn wrap(router: Router, app: &Arc<App>) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn(trace::span))
        .layer(from_fn_with_state(Arc::clone(app), measured))
        .layer(from_fn(headers::complete))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(option_layer(cors::layer(&app.config.cors_origins)))
        .layer(from_fn_with_state(Arc::clone(app), rate::addresses))
        .layer(from_fn(limits::time));
    router.layer(layers)
}

/// Counts every answer.
async fn measured(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let (method, started) = (trace::method(&request), Instant::now());
    let response = next.run(request).await;
    app.metrics.answered(method, &route, response.status().as_u16(), started.elapsed());
    response
}
