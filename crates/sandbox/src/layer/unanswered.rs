//! The end of a request that gets no answer.

use axum::Extension;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http_body_util::Limited;

use crate::connection::Connection;
use crate::store::Applied;

/// Marks a response that must never be seen.
#[derive(Clone)]
pub(crate) struct NoAnswer;

/// Ends the connection without an answer: by an RST under our own server, else by a body that fails at once, for which
/// hyper closes the connection before anything was written. `applied` is whether the request had its effect.
pub(crate) fn unanswered(connection: Option<Extension<ConnectInfo<Connection>>>, applied: bool) -> Response {
    if let Some(Extension(ConnectInfo(connection))) = connection {
        connection.reset();
    }
    let broken = Limited::new(Body::from("a"), 0);
    let mut response = Response::new(Body::new(broken));
    response.extensions_mut().insert(NoAnswer);
    if applied {
        response.extensions_mut().insert(Applied);
    }
    response
}
