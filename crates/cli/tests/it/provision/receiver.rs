//! Who is told by webhook. Signatures are checked by the library of the standard's authors.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver that takes what is signed, and nothing else.
pub(crate) struct Receiver {
    pub(crate) address: String,
    told: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let told: Arc<Mutex<BTreeMap<String, Value>>> = Arc::default();
        let events = Arc::clone(&told);
        let handle = async move |headers: HeaderMap, body: Bytes| {
            if standardwebhooks::Webhook::new(SECRET).unwrap().verify(&body, &headers).is_err() {
                return StatusCode::UNAUTHORIZED;
            }
            let id = headers["webhook-id"].to_str().unwrap().to_owned();
            let body = serde_json::from_slice(&body).unwrap();
            let before = events.lock().unwrap().insert(id, body);
            if before.is_some() { StatusCode::CONFLICT } else { StatusCode::NO_CONTENT }
        };
        let router = Router::new().route("/hook", post(handle));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, told }
    }

    /// Everything that it was told: each event once, by its id.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.told.lock().unwrap().values().cloned().collect()
    }
}
