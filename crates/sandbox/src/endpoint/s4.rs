//! S4: `GET /api/v2/accesscontrol/roles/effectivepermissions`, what the caller may do.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Value, json};

use crate::calls;
use crate::layer::auth::Caller;
use crate::sandbox::Shared;

/// → `[{permissionId, value}]`, one for every scope there is; true where the client has scope and permission.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Extension(caller): Extension<Caller>) -> Json<Value> {
    let client = shared.client(&caller.grant.client);
    let may = |scope: &str| client.is_some_and(|client| client.may(scope) && client.scopes.iter().any(|own| own == scope));
    let permissions = calls::scopes().into_iter().map(|scope| json!({ "permissionId": scope, "value": may(scope) }));
    Json(permissions.collect())
}
