//! All routes.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, delete, get, post};

use crate::app::App;
use crate::guard::this_machine;
use crate::layer;
use crate::proxy::path;
use crate::proxy::reply::Refused;
use crate::refusal::Refusal;
use crate::route::{
    attributes_get, attributes_set, console, field_key, healthz, hooks_crm, init, jwks, metrics, profile_get, profile_patch,
    profile_sync, readyz, sandbox_control, sandbox_opened, session_end, token, worker_script,
};

const METHOD: Refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method.not.allowed", "This method is not taken here");

/// The gateway's routes; `sandbox` is the sandbox's control API, where one runs in this process.
pub(crate) fn router(app: Arc<App>, sandbox: Option<Router>) -> Router {
    let mut routes = Router::new()
        .route("/api/webchat/init", post(init::handle))
        .route("/api/token", post(token::handle))
        .route("/api/session", delete(session_end::handle))
        .route("/api/field-key", post(field_key::handle))
        .route("/api/profile-sync", post(profile_sync::handle))
        .route("/.well-known/jwks.json", get(jwks::handle))
        .route("/hooks/crm", post(hooks_crm::handle))
        .route("/healthz", get(healthz::handle))
        .route("/metrics", get(metrics::handle))
        .route("/readyz", get(readyz::handle))
        .route("/sw.js", get(worker_script::handle))
        .fallback(console::handle)
        .method_not_allowed_fallback(async || METHOD)
        .nest("/genesys", upstream());
    if let Some(control) = sandbox {
        routes = routes.merge(view(&app, control));
    }
    layer::wrap(routes.with_state(Arc::clone(&app)), &app)
}

/// A1, A2, P1, P2.
fn upstream() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/api/v2/conversations/webmessaging/guests/{id}/attributes",
            post(attributes_set::handle).get(attributes_get::handle),
        )
        .route("/api/v2/guests/{id}", get(profile_get::handle).patch(profile_patch::handle))
        .fallback(async || Refused(Refusal::not_found()))
        .method_not_allowed_fallback(async || Refused(METHOD))
        .layer(from_fn(path::require_plain))
}

/// What the console shows of the sandbox.
fn view(app: &Arc<App>, control: Router) -> Router<Arc<App>> {
    let reset = sandbox_control::reset.with_state(Arc::clone(app));
    Router::new()
        .route("/_sandbox/opened", get(sandbox_opened::handle))
        .route_service("/_sandbox/reset", reset)
        .route("/_sandbox/{*call}", any(sandbox_control::handle))
        .layer(axum::Extension(sandbox_control::Control(control)))
        .layer(from_fn_with_state(Arc::clone(app), this_machine::require))
}
