//! POST `/genesys/api/v2/conversations/webmessaging/guests/{id}/attributes`: A1, passed on.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::app::App;
use crate::body;
use crate::capability::Right;
use crate::guard::bearer::Bearer;
use crate::openapi::guest_api::{AttributeUpdate, Attributes};
use crate::openapi::responses::Write;
use crate::proxy::attributes;
use crate::proxy::once::{self, Keyed};
use crate::proxy::preconditions::precondition;
use crate::proxy::reply::{self, Refused};
use crate::proxy::told;
use crate::refusal::Refusal;

const MEDIA: Refusal =
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported.media.type", "The content type must be application/json");

/// Same body and answer as upstream; `Idempotency-Key`, `If-Match` and `If-None-Match` go along.
#[utoipa::path(
    post,
    path = "/genesys/api/v2/conversations/webmessaging/guests/{id}/attributes",
    tag = "guest API",
    security(("capability" = [])),
    params(("id" = String, Path, description = "The capability's guest"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
        ("If-Match" = Option<String>, Header, description = "An `ETag`", pattern = "^\"[0-9]{1,9}\"$"),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag`, or `*`", pattern = "^(\"[0-9]{1,9}\"|[*])$"),),
    request_body(content = AttributeUpdate, content_type = "application/json"),
    responses(Write, (status = 200, description = "As Genesys answers", body = Attributes, headers(("ETag" = String)))),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    bearer: Result<Bearer, Refusal>,
    request: Request,
) -> Result<Response, Refused> {
    let guest = bearer?.allow_for(Right::Attributes, &id)?;
    if !body::is_media(request.headers(), "application/json") {
        return Err(MEDIA.into());
    }
    let (Parts { uri, headers, .. }, body) = request.into_parts();
    let body = body::read_of(&headers, body).await?;
    let attributes = attributes::read(&body, app.config.attributes.as_deref())?;
    let keyed = Keyed::read(&Method::POST, uri.path(), &guest, &headers, &body)?;
    let write = {
        let app = Arc::clone(&app);
        let precondition = precondition(&headers, keyed.as_ref().map(Keyed::upstream));
        async move {
            let key = precondition.idempotency_key.clone();
            let answer = app.genesys.set_attributes(&guest, body, precondition).await;
            let status = answer.as_ref().ok().map(|answer| answer.status);
            told::attributes_set(&app, &guest, key.as_ref(), &attributes, status).await?;
            reply::pass(answer)
        }
    };
    once::perform(app, keyed, write).await
}
