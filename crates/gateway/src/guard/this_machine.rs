//! What may see the sandbox: this machine, under a name of this machine, from our own pages. Everyone else sees nothing there.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::host;
use super::same_origin::{Sender, sender};
use crate::app::App;
use crate::refusal::Refusal;

/// Lets a request through, or answers 404.
pub(crate) async fn require(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let here = peer.ip().to_canonical().is_loopback() && host::is_loopback(headers);
    // An address typed by hand.
    let typed = *request.method() == Method::GET && headers.get("sec-fetch-site").is_some_and(|site| site == "none");
    if here && (typed || matches!(sender(&app, headers), Sender::Same | Sender::Unstated)) {
        return next.run(request).await;
    }
    Refusal::not_found().into_response()
}
