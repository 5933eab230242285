//! All routes. Path and method of each stand above its handler, where its OpenAPI description is.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::guard::this_machine;
use crate::layer;
use crate::openapi::{self, Document};
use crate::proxy::reply::refused_form;
use crate::refusal::Refusal;
use crate::route::{
    attributes_get, attributes_set, console, field_key, healthz, hooks_crm, init, jwks, metrics, openapi as document,
    profile_get, profile_patch, profile_sync, readyz, sandbox_control, sandbox_opened, session_end, token, worker_script,
};

const METHOD: Refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method.not.allowed", "This method is not taken here");

/// The gateway's routes; `sandbox` is the sandbox's control API, where one runs in this process.
pub(crate) fn router(app: Arc<App>, sandbox: Option<Router>) -> Router {
    // One flat table: a router within a router costs a request as much as a small handler.
    let (routes, api) = OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(init::handle))
        .routes(routes!(token::handle))
        .routes(routes!(session_end::handle))
        .routes(routes!(field_key::handle))
        .routes(routes!(profile_sync::handle))
        .routes(routes!(jwks::handle))
        .routes(routes!(hooks_crm::handle))
        .routes(routes!(healthz::handle))
        .routes(routes!(metrics::handle))
        .routes(routes!(readyz::handle))
        .routes(routes!(document::handle))
        .routes(routes!(worker_script::handle))
        // A1, A2, P1, P2.
        .routes(routes!(attributes_set::handle, attributes_get::handle))
        .routes(routes!(profile_get::handle, profile_patch::handle))
        .split_for_parts();
    app.document.get_or_init(|| Document::of(&api));
    let mut routes =
        routes.fallback(console::handle).method_not_allowed_fallback(async |uri: Uri| refused_form(uri.path())(METHOD));
    if let Some(control) = sandbox {
        routes = routes.merge(view(&app, control));
    }
    layer::wrap(routes.with_state(Arc::clone(&app)), &app)
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
