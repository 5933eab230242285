//! The whole middleware stack, outermost first.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use tower::ServiceBuilder;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;

use super::{cors, headers, limits, trace};
use crate::app::App;

/// Wraps all routes.
pub(crate) fn wrap(router: Router, app: &Arc<App>) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn(trace::span))
        .layer(from_fn(headers::complete))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(option_layer(cors::layer(&app.config.cors_origins)))
        .layer(from_fn(limits::time));
    router.layer(layers)
}
