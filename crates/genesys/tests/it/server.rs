//! A server that records what it is asked and answers by a function.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use guestsync_core::Sensitive;
use guestsync_genesys::oauth::TokenStore;
use guestsync_genesys::{Client, Settings};
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) base: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers by `answer`, which gets how many requests came before to the same path, and the request.
    pub(crate) async fn start(answer: impl Fn(usize, &Seen) -> Response + Clone + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let log = Arc::clone(&seen);
        let handler = move |request: Request| {
            let (log, answer) = (Arc::clone(&log), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
                let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
                let seen = Seen { at: Instant::now(), path, query, headers: parts.headers, body };
                let mut log = log.lock().unwrap();
                let before = log.iter().filter(|earlier| earlier.path == seen.path).count();
                let answer = answer(before, &seen);
                log.push(seen);
                answer
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { base, seen }
    }

    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.path == path).cloned().collect()
    }

    pub(crate) fn settings(&self) -> Settings {
        let secret = Sensitive::new("canary secret&=%".to_owned());
        Settings::new(self.base.clone(), self.base.join(TOKEN).unwrap(), "client id".into(), secret)
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.settings(), None).unwrap()
    }

    pub(crate) fn client_with(&self, store: Arc<dyn TokenStore>) -> Client {
        Client::new(self.settings(), Some(store)).unwrap()
    }
}

pub(crate) const TOKEN: &str = "/oauth/token";
pub(crate) const GUESTS: &str = "/api/v2/webchat/v1/guests";

/// The n-th token, good for ten minutes.
pub(crate) fn token(n: usize) -> Response {
    axum::Json(json!({"access_token": format!("token-{n}"), "token_type": "Bearer", "expires_in": 600})).into_response()
}
