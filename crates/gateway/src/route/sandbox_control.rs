//! `/_sandbox/…`: the sandbox's own control API, passed on inside this process.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower::ServiceExt;

use crate::app::App;
use crate::refusal::Refusal;

/// The control API.
#[derive(Clone)]
pub(crate) struct Control(pub(crate) Router);

/// What the control API answers.
pub(crate) async fn handle(Extension(Control(control)): Extension<Control>, request: Request) -> Response {
    control.oneshot(request).await.into_response()
}

/// POST `/_sandbox/reset`: the sandbox forgets all guests, so the gateway forgets their sessions.
pub(crate) async fn reset(
    State(app): State<Arc<App>>,
    Extension(Control(control)): Extension<Control>,
    request: Request,
) -> Result<Response, Refusal> {
    let response = control.oneshot(request).await.into_response();
    if response.status().is_success() {
        app.db.purge(u64::MAX).await?;
        app.db.purge_answers(u64::MAX).await?;
    }
    Ok(response)
}
