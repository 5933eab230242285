//! A handler that does nothing but pass A1 on: what a proxy of axum and reqwest costs at the least.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;

struct Upstream {
    http: reqwest::Client,
    base: String,
    token: String,
}

pub(crate) async fn serve(base: &str, id: &str, secret: &str) {
    let http = reqwest::Client::new();
    let form = [("grant_type", "client_credentials")];
    let asked = http.post(format!("{base}/oauth/token")).basic_auth(id, Some(secret)).form(&form);
    let token: Value = asked.send().await.unwrap().json().await.unwrap();
    let token = token["access_token"].as_str().unwrap().to_owned();
    let router = Router::new()
        .route("/api/v2/conversations/webmessaging/guests/{id}/attributes", post(pass))
        .with_state(Arc::new(Upstream { http, base: base.to_owned(), token }));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("listening on http://{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

async fn pass(State(upstream): State<Arc<Upstream>>, Path(id): Path<String>, body: Bytes) -> Response {
    let url = format!("{}/api/v2/conversations/webmessaging/guests/{id}/attributes", upstream.base);
    let request = upstream.http.post(url).bearer_auth(&upstream.token).header("content-type", "application/json").body(body);
    let answer = request.send().await.unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], answer.bytes().await.unwrap()).into_response()
}
