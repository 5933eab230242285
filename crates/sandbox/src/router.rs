//! Every route and, around all of them, every layer.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower::ServiceBuilder;

use crate::calls::*;
use crate::layer::{auth, body, call, correlation, faults, idempotency, log, rate};
use crate::shared::Shared;
use crate::{control, endpoint};

/// The upstream calls. The layers are listed from the outermost to the innermost.
pub(crate) fn upstream(shared: Arc<Shared>) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn(body::read))
        .layer(from_fn_with_state(shared.clone(), log::record))
        .layer(from_fn(correlation::identify))
        .layer(from_fn(call::resolve))
        .layer(from_fn_with_state(shared.clone(), auth::identify))
        .layer(from_fn_with_state(shared.clone(), rate::headers))
        .layer(from_fn_with_state(shared.clone(), faults::inject))
        .layer(from_fn(call::require))
        .layer(from_fn(auth::require_token))
        .layer(from_fn_with_state(shared.clone(), rate::limit))
        .layer(from_fn_with_state(shared.clone(), idempotency::keep))
        .layer(from_fn(body::limit))
        .layer(from_fn_with_state(shared.clone(), auth::require_scope))
        .layer(from_fn_with_state(shared.clone(), faults::slow));

    Router::new()
        .route(TOKEN, post(endpoint::o1::handle))
        .route(LOGIN_TOKEN, post(endpoint::o1::handle))
        .route(ATTRIBUTES, post(endpoint::a1::handle).get(endpoint::a2::handle))
        .route(GUESTS, post(endpoint::g1::handle))
        .route(GUEST_TOKENS, post(endpoint::g2::handle))
        .route(GUEST, get(endpoint::g3::handle))
        .route(PROFILE, get(endpoint::p2::handle).patch(endpoint::p1::handle))
        .route(CUSTOM_ATTRIBUTES, post(endpoint::s1::handle).get(endpoint::s2::handle))
        .route(CUSTOM_ATTRIBUTES_BATCH, post(endpoint::s3::handle))
        .route(PERMISSIONS, get(endpoint::s4::handle))
        .route(GROUP, get(endpoint::s5::handle))
        .route(CONVERSATIONS, post(endpoint::r1::handle))
        .route(CHANNELS, get(endpoint::c1::handle).post(endpoint::c2::handle))
        .fallback(call::unknown)
        .layer(layers)
        .with_state(shared)
}

/// What tests and the console ask the sandbox itself: never limited, logged or made to fail.
pub(crate) fn control(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_sandbox/guests", get(control::guests::handle))
        .route("/_sandbox/channels", get(control::channels::handle))
        .route("/_sandbox/records", get(control::records::handle))
        .route("/_sandbox/conversations", get(control::conversations::handle))
        .route("/_sandbox/requests", get(control::requests::handle))
        .route("/_sandbox/effects", get(control::effects::handle))
        .route("/_sandbox/faults", get(control::faults::read).put(control::faults::replace))
        .route("/_sandbox/reset", post(control::reset::handle))
        .layer(from_fn(correlation::identify))
        .with_state(shared)
}
