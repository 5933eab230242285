//! GET `/genesys/api/v2/guests/{id}`: P2, passed on.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::App;
use crate::capability::Right;
use crate::guard::bearer::Bearer;
use crate::openapi::guest_api::Profile;
use crate::openapi::responses::Read;
use crate::proxy::reply::{self, Refused};
use crate::refusal::Refusal;

/// Same answer as upstream.
#[utoipa::path(
    get,
    path = "/genesys/api/v2/guests/{id}",
    tag = "guest API",
    security(("capability" = [])),
    params(("id" = String, Path, description = "The capability's guest"),),
    responses(Read, (status = 200, description = "As Genesys answers", body = Profile)),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    bearer: Result<Bearer, Refusal>,
) -> Result<Response, Refused> {
    let guest = bearer?.allow_for(Right::Profile, &id)?;
    reply::pass(app.genesys.profile(&guest).await)
}
