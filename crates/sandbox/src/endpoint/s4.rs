//! S4: `GET /api/v2/accesscontrol/roles/effectivepermissions`, what the caller may do.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Value, json};

use crate::calls;
use crate::layer::auth::Caller;
use crate::shared::Shared;

/// → `[{permissionId, value}]`, one for every scope there is; true where the client's roles give the permission. Whether its token
/// has the scope is another matter.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Extension(caller): Extension<Caller>) -> Json<Value> {
    let client = shared.client(&caller.grant.client);
    let may = |permission: &str| client.is_some_and(|client| client.may(permission));
    let permissions = calls::scopes().into_iter().map(|scope| json!({ "permissionId": scope, "value": may(scope) }));
    Json(permissions.collect())
}
