//! GET `/healthz`: the process answers.

use crate::openapi::responses::Everywhere;

/// 200 `ok`.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    responses(Everywhere, (status = 200, description = "`ok`", body = String, content_type = "text/plain")),
)]
pub(crate) async fn handle() -> &'static str {
    "ok"
}
