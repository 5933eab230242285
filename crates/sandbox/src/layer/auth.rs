//! Bearer tokens (RFC 6750): who calls, and whether that client may make this call.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use crate::calls::Call;
use crate::error::ApiError;
use crate::shared::{Shared, lock};
use crate::store::Grant;

/// Who makes a request. The token is kept for faults that revoke it; it has no `Debug` on purpose.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) grant: Arc<Grant>,
}

/// Looks the token up, for the layers inside; refuses nothing.
pub(crate) async fn identify(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let caller = bearer(request.headers()).and_then(|token| {
        let grant = lock(&shared.tokens).find(token, shared.now())?;
        Some(Caller { token: token.to_owned(), grant })
    });
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// 401 unless the token is a living one.
pub(crate) async fn require_token(
    Extension(call): Extension<&'static Call>,
    Extension(caller): Extension<Option<Caller>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if call.scope.is_some() {
        let presented = request.headers().contains_key(AUTHORIZATION);
        let caller = caller.ok_or_else(|| ApiError::bad_credentials(presented))?;
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

/// 403 unless the token has the call's scope, and its client the permission of the same name.
pub(crate) async fn require_scope(
    State(shared): State<Arc<Shared>>,
    Extension(call): Extension<&'static Call>,
    caller: Option<Extension<Caller>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if let Some(scope) = call.scope {
        let grant = caller.as_ref().map(|Extension(caller)| &caller.grant);
        if !grant.is_some_and(|grant| grant.scopes.iter().any(|granted| granted == scope)) {
            return Err(ApiError::missing_scope(scope));
        }
        if !grant.and_then(|grant| shared.client(&grant.client)).is_some_and(|client| client.may(scope)) {
            return Err(ApiError::missing_permission(scope));
        }
    }
    Ok(next.run(request).await)
}

/// The token of the one `Authorization: Bearer …` header; the scheme's case does not matter (RFC 9110, section 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}
