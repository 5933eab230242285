//! All administration routes. Each handler bounds its own body and time: some take long by nature.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::token::{self, Token};
use super::{channels, job, map, rejects, report};
use crate::app::App;
use crate::config::AdminConfig;
use crate::layer::{headers, limits, trace};
use crate::refusal::Refusal;

const METHOD: Refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method.not.allowed", "This method is not taken here");

/// The routes behind the token.
pub(crate) fn router(app: Arc<App>, config: &AdminConfig) -> Router {
    Router::new()
        .route("/channels", post(channels::handle))
        .route("/jobs/{id}", get(job::handle))
        .route("/jobs/{id}/rejects", get(rejects::handle))
        .route("/map", post(map::handle))
        .route("/report", get(report::handle))
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || METHOD)
        .with_state(app)
        .layer(from_fn_with_state(Token::new(&config.token), token::require))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn(headers::complete))
        .layer(from_fn(trace::span))
}
