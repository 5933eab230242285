//! The end of a request that gets no answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::Response;
use http_body::Frame;

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
    let mut response = Response::new(Body::new(Broken));
    response.extensions_mut().insert(NoAnswer);
    if applied {
        response.extensions_mut().insert(Applied);
    }
    response
}

struct Broken;

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}
