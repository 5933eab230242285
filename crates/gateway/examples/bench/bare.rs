//! Handlers that do nothing but pass A1 on, and create a guest and its token: what axum and reqwest cost at the least. Nothing is kept.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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
        .route("/api/webchat/init", post(init))
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

async fn init(State(upstream): State<Arc<Upstream>>, Json(given): Json<Value>) -> Response {
    let hash = format!("{:x}", Bytes::copy_from_slice(&Sha256::digest(given["sessionId"].as_str().unwrap())));
    let guest = json!({
        "name": "Guest",
        "email": format!("visitor_{}@guest.invalid", &hash[..8]),
        "consentGiven": given["consentGiven"],
        "consentType": given["consentType"],
        "attributes": { "crmTier": "Unknown", "historicalTickets": 0, "integrationSource": "axum" },
    });
    let created = ask(&upstream, "/api/v2/webchat/v1/guests", &guest).await;
    let id = created["id"].as_str().unwrap();
    let issued = ask(&upstream, &format!("/api/v2/webchat/v1/guests/{id}/tokens"), &json!({})).await;
    let cookie = format!("session-{id}={hash}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
    let answer = json!({
        "guestId": id,
        "accessToken": issued["token"],
        "expiresAt": issued["expires_at"],
        "crmAttributes": { "firstName": "Guest", "tier": "Unknown" },
    });
    ([(header::SET_COOKIE, cookie)], Json(answer)).into_response()
}

async fn ask(upstream: &Upstream, path: &str, body: &Value) -> Value {
    let request = upstream.http.post(format!("{}{path}", upstream.base)).bearer_auth(&upstream.token).json(body);
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}
