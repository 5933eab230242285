//! GET `/genesys/api/v2/conversations/webmessaging/guests/{id}/attributes`: A2, passed on.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::App;
use crate::capability::Right;
use crate::guard::bearer::Bearer;
use crate::openapi::guest_api::Attributes;
use crate::openapi::responses::Read;
use crate::proxy::reply::{self, Refused};
use crate::refusal::Refusal;

/// Same answer as upstream.
#[utoipa::path(
    get,
    path = "/genesys/api/v2/conversations/webmessaging/guests/{id}/attributes",
    tag = "guest API",
    security(("capability" = [])),
    params(("id" = String, Path, description = "The capability's guest"),),
    responses(Read, (status = 200, description = "As Genesys answers", body = Attributes, headers(("ETag" = String)))),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    bearer: Result<Bearer, Refusal>,
) -> Result<Response, Refused> {
    let guest = bearer?.allow_for(Right::Attributes, &id)?;
    reply::pass(app.genesys.attributes(&guest).await)
}
