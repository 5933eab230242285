//! DELETE `/api/session`: this browser forgets its guests, and their cookies are void from now on.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{Record, Who};
use crate::cookie::Kinds;
use crate::guard::same_origin::NotForeign;
use crate::guard::session;
use crate::keys::state_key::random;
use crate::openapi::responses::Everywhere;
use crate::refusal::{self, Refusal};
use crate::{cookie, text};

/// More than a browser is left with: `init` takes the surplus away.
const MOST: usize = 32;

const GUEST: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "`guest` is one guest's id").field("guest");

/// The query.
#[derive(Deserialize)]
pub(crate) struct Asked {
    guest: Option<String>,
}

/// 204, with or without a session. A repeat names its guest: who came afterwards keeps the session.
#[utoipa::path(
    delete,
    path = "/api/session",
    tag = "sessions",
    description = "Ends the sessions whose cookies come along.",
    params(("guest" = Option<String>, Query, description = "That guest's alone")),
    responses(
        Everywhere,
        (status = 204, description = "They are over, and their cookies taken away"),
        (status = 400, description = "`field.invalid`: `guest` more than once", body = refusal::Error),
        (status = 403, description = "`origin.foreign`", body = refusal::Error),
    ),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: NotForeign,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Query(Asked { guest }) = asked.map_err(|_| GUEST)?;
    let mut cleared = Vec::new();
    let is_meant = |guest_id: &str| guest.as_deref().is_none_or(|guest| guest == guest_id);
    for presented in cookie::presented(&app, &headers, Kinds::Any).filter(|cookie| is_meant(cookie.guest.as_str())).take(MOST) {
        if session::require(&app, &headers, Kinds::Any, Some(&presented.guest)).await.is_ok() {
            app.db.close_session(&presented.guest, &text::hex(random::<16>()?.as_ref())).await?;
            app.capabilities.ended(&presented.guest);
            app.audit.record(Record::of("session.end", Who::Guest(&presented.guest))).await;
        }
        let cookies = cookie::clear(&app, &headers, &presented.guest);
        cleared.extend(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cleared)).into_response())
}
