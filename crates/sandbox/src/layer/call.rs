//! Finds out which call a request makes; the layers inside read it as `Extension<Option<&'static Call>>`.

use axum::Extension;
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::body::RequestBody;
use crate::calls::{self, Call};
use crate::endpoint::o2::JWT_BEARER;
use crate::error::ApiError;
use crate::form;

/// Looks the route and the method up.
pub(crate) async fn resolve(
    path: Option<MatchedPath>,
    Extension(body): Extension<RequestBody>,
    mut request: Request,
    next: Next,
) -> Response {
    let call = path.and_then(|path| calls::find(request.method(), path.as_str())).map(|call| match call.name {
        "O1" if form::parameters(&body.bytes)
            .is_some_and(|form| form.get("grant_type").is_some_and(|grant| grant == JWT_BEARER)) =>
        {
            calls::O2
        }
        _ => call,
    });
    request.extensions_mut().insert(call);
    next.run(request).await
}

/// Goes on with a call only: 404 for a path that has none, 405 for another method.
pub(crate) async fn require(
    path: Option<MatchedPath>,
    Extension(call): Extension<Option<&'static Call>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    match (call, path) {
        (Some(call), _) => {
            request.extensions_mut().insert(call);
            Ok(next.run(request).await)
        }
        (None, Some(_)) => {
            Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method.not.allowed", "The resource does not have this method."))
        }
        (None, None) => Err(ApiError::not_found()),
    }
}

/// The handler behind no route: [`require`] has answered before.
pub(crate) async fn unknown() -> ApiError {
    ApiError::not_found()
}
