//! A sandbox on a port of its own, a client that has a token, and a clock moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use guestsync_sandbox::{Client, Clock, FaultPlan, Options, Sandbox};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// 2026-11-20T10:00:00Z.
pub(crate) const START: i64 = 1_795_168_800;

pub(crate) const ATTRIBUTES: &str = "/api/v2/conversations/webmessaging/guests";
pub(crate) const GUESTS: &str = "/api/v2/webchat/v1/guests";
pub(crate) const PROFILES: &str = "/api/v2/guests";

pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
    elapsed: Arc<AtomicU64>,
}

impl World {
    /// A sandbox by the contract's defaults.
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// A sandbox with other options; the client `sandbox` with the secret `secret` is added.
    pub(crate) async fn with(mut options: Options) -> Self {
        let elapsed = Arc::new(AtomicU64::new(0));
        let read = elapsed.clone();
        options.clock = Clock::new(move || {
            OffsetDateTime::from_unix_timestamp(START).unwrap() + Duration::from_millis(read.load(Ordering::SeqCst))
        });
        options.clients.push(Client::with_all_scopes("sandbox", "secret"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(options);
        tokio::spawn(async move { sandbox.serve(listener, std::future::pending()).await });
        let mut world = Self { url, http: client(), token: String::new(), elapsed };
        world.token = world.token_for("sandbox", "secret", None).await;
        world
    }

    pub(crate) async fn with_faults(toml: &str) -> Self {
        let faults = FaultPlan::from_toml(toml).unwrap();
        let world = Self::new().await;
        world.put_faults(&serde_json::to_value(faults).unwrap()).await;
        world
    }

    pub(crate) async fn put_faults(&self, plan: &Value) {
        let answer = self.http.put(self.at("/_sandbox/faults")).json(plan).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// Moves the sandbox's clock.
    pub(crate) fn advance(&self, by: Duration) {
        self.elapsed.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) async fn token_for(&self, id: &str, secret: &str, scope: Option<&str>) -> String {
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        form.extend(scope.map(|scope| ("scope", scope)));
        let answer = self.http.post(self.at("/oauth/token")).form(&form).send().await.unwrap();
        json_of(answer).await["access_token"].as_str().unwrap().to_owned()
    }

    /// A request with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.at(path)).bearer_auth(&self.token)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    pub(crate) fn patch(&self, guest: &str, operations: &Value) -> RequestBuilder {
        self.request(Method::PATCH, &format!("{PROFILES}/{guest}"))
            .header("content-type", "application/json-patch+json")
            .body(operations.to_string())
    }

    pub(crate) fn set(&self, guest: &str, attributes: &Value) -> RequestBuilder {
        self.post(&format!("{ATTRIBUTES}/{guest}/attributes"), &json!({ "attributes": attributes }))
    }

    /// Makes a guest and gives its id.
    pub(crate) async fn guest(&self) -> String {
        let answer = self.post(GUESTS, &jane()).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        json_of(answer).await["id"].as_str().unwrap().to_owned()
    }

    /// What the control API says.
    pub(crate) async fn control(&self, path: &str) -> Value {
        json_of(self.http.get(self.at(&format!("/_sandbox/{path}"))).send().await.unwrap()).await
    }

    /// The calls that had an effect on a guest, in their order.
    pub(crate) async fn effects(&self, guest: &str) -> Vec<String> {
        let effects = self.control(&format!("effects?guest={guest}")).await;
        effects["effects"].as_array().unwrap().iter().map(|effect| effect["call"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn jane() -> Value {
    json!({
        "name": "Jane",
        "email": "jane.doe@example.com",
        "consentGiven": true,
        "consentType": "explicit",
        "attributes": { "crmTier": "Enterprise", "historicalTickets": 12 },
    })
}

pub(crate) async fn json_of(answer: Response) -> Value {
    assert_eq!(answer.headers()["content-type"], "application/json");
    answer.json().await.unwrap()
}

/// Checks the common error body and gives its details as `code field` lines.
pub(crate) async fn refused(request: RequestBuilder, status: u16, code: &str) -> Vec<String> {
    let answer = request.send().await.unwrap();
    let got = answer.status();
    let correlation = answer.headers()["inin-correlation-id"].to_str().unwrap().to_owned();
    let body = json_of(answer).await;
    assert_eq!((got.as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
    assert_eq!(body["status"], status);
    assert_eq!(body["contextId"], correlation);
    assert_eq!(body["errors"], json!([]));
    assert!(body["message"].is_string());
    let details = body["details"].as_array().unwrap().iter();
    details.map(|detail| format!("{} {}", detail["errorCode"].as_str().unwrap(), detail["fieldName"].as_str().unwrap())).collect()
}

fn client() -> reqwest::Client {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
