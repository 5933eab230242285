//! A gateway and what it stands in front of, on ports of their own, with a state directory that goes away at the end.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use guestsync_gateway::Gateway;
use guestsync_gateway::config::{self, Flags};
use guestsync_gateway::open::Opener;
use guestsync_sandbox::{Client, FaultPlan, Options, RateLimit, Sandbox};
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The secret of the sandbox's OAuth client.
pub(crate) const SECRET: &str = "canary-client-secret";
/// The administration token.
pub(crate) const ADMIN: &str = "canary-admin-token";

/// Genesys, as far as the gateway can tell.
pub(crate) struct Upstream {
    pub(crate) base: String,
    token_requests: Arc<AtomicUsize>,
    arrived: Arc<AtomicUsize>,
}

impl Upstream {
    /// A sandbox without a rate limit.
    pub(crate) async fn start() -> Self {
        Self::with(Options { rate: RateLimit::NONE, ..Options::default() }).await
    }

    pub(crate) async fn with(mut options: Options) -> Self {
        options.clients.push(Client::with_all_scopes("gateway", SECRET));
        let token_requests = Arc::new(AtomicUsize::new(0));
        let arrived = Arc::new(AtomicUsize::new(0));
        let (counter, all) = (Arc::clone(&token_requests), Arc::clone(&arrived));
        let count = from_fn(move |request: Request, next: Next| {
            all.fetch_add(1, Ordering::Relaxed);
            if request.uri().path() == "/oauth/token" {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            next.run(request)
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Sandbox::new(options).router().layer(count);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, token_requests, arrived }
    }

    /// How often a token was asked for.
    pub(crate) fn token_requests(&self) -> usize {
        self.token_requests.load(Ordering::Relaxed)
    }

    /// How many requests have come, answered or not, these to the sandbox itself included.
    pub(crate) fn arrived(&self) -> usize {
        self.arrived.load(Ordering::Relaxed)
    }

    pub(crate) async fn guests(&self) -> Vec<Value> {
        self.read("/_sandbox/guests", "guests").await
    }

    /// What was sent, oldest first.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        self.read("/_sandbox/requests", "requests").await
    }

    /// How many were answered that the rate limit is used up.
    pub(crate) async fn refused(&self) -> usize {
        self.requests().await.iter().filter(|request| request["status"] == 429).count()
    }

    pub(crate) async fn faults(&self, toml: &str) {
        let plan = FaultPlan::from_toml(toml).unwrap();
        let sent = reqwest::Client::new().put(format!("{}/_sandbox/faults", self.base)).json(&plan).send().await.unwrap();
        assert!(sent.status().is_success());
    }

    async fn read(&self, path: &str, member: &str) -> Vec<Value> {
        let mut body: Value = reqwest::get(format!("{}{path}", self.base)).await.unwrap().json().await.unwrap();
        serde_json::from_value(body[member].take()).unwrap()
    }
}

/// A running gateway.
pub(crate) struct World {
    pub(crate) base: String,
    /// The administration address.
    pub(crate) admin: String,
    pub(crate) http: reqwest::Client,
    pub(crate) directory: Directory,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

/// A folder that is removed at the end.
pub(crate) struct Directory(Arc<Removed>);

struct Removed {
    path: PathBuf,
    database: Option<String>,
}

impl Directory {
    pub(crate) fn new() -> Self {
        Self::with_database(database(&format!("test_{}", uuid::Uuid::new_v4().simple())))
    }

    fn with_database(database: Option<String>) -> Self {
        let path = std::env::temp_dir().join(format!("guestsync-gateway-{}", uuid::Uuid::new_v4()));
        Self(Arc::new(Removed { path, database }))
    }

    /// Another gateway's directory, on the same database; `None` where that is a file.
    pub(crate) fn beside(&self) -> Option<Self> {
        self.0.database.clone().map(|database| Self::with_database(Some(database)))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    pub(crate) fn again(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Removed {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.path);
    }
}

impl World {
    /// A gateway in front of `upstream`.
    pub(crate) async fn start(upstream: &Upstream) -> Self {
        Self::with(upstream, "", Directory::new()).await
    }

    /// As [`Self::start`] with its database in the state directory, whatever the other tests use.
    pub(crate) async fn in_files(upstream: &Upstream) -> Self {
        Self::with(upstream, "", Directory::with_database(None)).await
    }

    /// As [`Self::start`] with a configuration file and a state directory.
    pub(crate) async fn with(upstream: &Upstream, file: &str, directory: Directory) -> Self {
        Self::of(configuration(Some(upstream), file, &directory), directory).await
    }

    /// A gateway of this configuration.
    pub(crate) async fn of(config: config::Config, directory: Directory) -> Self {
        Self::serve(Gateway::open(config).await.unwrap(), directory).await
    }

    /// A gateway with the sandbox inside.
    pub(crate) async fn sandboxed() -> Self {
        let directory = Directory::new();
        let options = Options { rate: RateLimit::NONE, ..Options::default() };
        let gateway = Gateway::with_sandbox(configuration(None, "", &directory), options).await.unwrap();
        Self::serve(gateway, directory).await
    }

    async fn serve(gateway: Gateway, directory: Directory) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let administration = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let admin = format!("http://{}", administration.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(gateway.with_admin(administration).serve(listener, async { _ = stopped.await }));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base, admin, http, directory, stop: Some(stop), task }
    }

    /// Ends in good order.
    pub(crate) async fn stop(mut self) -> Directory {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.task).await.unwrap().unwrap();
        self.directory.again()
    }

    /// Ends as a killed process does: nothing is finished, nothing is closed.
    pub(crate) async fn kill(self) -> Directory {
        self.task.abort();
        self.directory.again()
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request to the administration address with its token.
    pub(crate) fn administer(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.admin)).bearer_auth(ADMIN)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.call(Method::GET, path).send().await.unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.call(Method::POST, path).json(body)
    }

    /// Starts a session.
    pub(crate) async fn session(&self, session_id: &str) -> Session {
        let answer = self.post("/api/webchat/init", &wanted(session_id)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let cookie = cookie(&answer);
        let guest = text(&json_of(answer).await["guestId"]);
        Session { guest, cookie }
    }

    /// Starts so many sessions, one after another.
    pub(crate) async fn sessions(&self, number: usize) -> Vec<Session> {
        let mut sessions = Vec::new();
        for n in 0..number {
            sessions.push(self.session(&format!("one of many {n}")).await);
        }
        sessions
    }

    /// A capability for a session's guest.
    pub(crate) async fn capability(&self, session: &Session) -> String {
        let answer = self.post("/api/token", &json!({})).header(COOKIE, &session.cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        text(&json_of(answer).await["token"])
    }

    /// A request to the Guest API with a capability.
    pub(crate) fn genesys(&self, method: Method, path: &str, capability: &str) -> RequestBuilder {
        self.call(method, &format!("/genesys{path}")).bearer_auth(capability)
    }

    /// A patch with its sequence number.
    pub(crate) async fn patch(&self, guest: &str, capability: &str, seq: u64, patch: &Value) -> Response {
        self.genesys(Method::PATCH, &format!("/api/v2/guests/{guest}"), capability)
            .header(CONTENT_TYPE, "application/json-patch+json")
            .header("guestsync-seq", seq)
            .body(patch.to_string())
            .send()
            .await
            .unwrap()
    }
}

/// A browser's session.
pub(crate) struct Session {
    pub(crate) guest: String,
    /// `name=value`
    pub(crate) cookie: String,
}

/// What a browser sends that holds these sessions: those made first come first.
pub(crate) fn cookies(sessions: &[Session]) -> String {
    sessions.iter().map(|session| session.cookie.as_str()).collect::<Vec<_>>().join("; ")
}

/// What `init` is asked.
pub(crate) fn wanted(session_id: &str) -> Value {
    json!({"sessionId": session_id, "consentGiven": true, "consentType": "explicit"})
}

/// A configuration as `guestsync serve` reads it; without an upstream, for the sandbox inside.
pub(crate) fn configuration(upstream: Option<&Upstream>, file: &str, directory: &Directory) -> config::Config {
    let flags = Flags { state_dir: Some(directory.path().to_owned()), sandbox: upstream.is_none(), ..Flags::default() };
    let env = |name: &str| match name {
        "DATABASE_URL" => upstream.and_then(|_| database_of(directory)),
        "GUESTSYNC_STATE_KEY" => upstream.and_then(|_| database_of(directory)).map(|_| STATE_KEY.to_owned()),
        "GENESYS_BASE_URL" => upstream.map(|upstream| upstream.base.clone()),
        "GENESYS_CLIENT_ID" => Some("gateway".to_owned()),
        "GENESYS_CLIENT_SECRET" => Some(SECRET.to_owned()),
        "GUESTSYNC_ADMIN_TOKEN" => Some(ADMIN.to_owned()),
        _ => None,
    };
    config::load(&flags, &env, Some(file)).unwrap()
}

/// The address of the database that a directory's gateway uses; none: the file in the directory.
pub(crate) fn database_of(directory: &Directory) -> Option<String> {
    directory.0.database.clone()
}

/// What opens the values of a directory's gateway.
pub(crate) async fn opener(directory: &Directory) -> Opener {
    let database = database_of(directory);
    let key = database.as_ref().map(|_| STATE_KEY);
    Opener::of_directory(directory.path(), key, database.as_deref()).await.unwrap()
}

/// 32 bytes in base64url.
const STATE_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// A new database on the server that `GUESTSYNC_TEST_POSTGRES` names; without it tests use SQLite.
fn database(name: &str) -> Option<String> {
    let server = std::env::var("GUESTSYNC_TEST_POSTGRES").ok()?;
    let (base, _) = server.rsplit_once('/')?;
    let address = format!("{base}/{name}");
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    let work = async move {
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&server).await.unwrap();
        sqlx::query(create).execute(&pool).await.unwrap();
        pool.close().await;
    };
    // Tests have a runtime already, and this is not asynchronous.
    let thread = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    });
    thread.join().unwrap();
    Some(address)
}

/// `name=value` of the one cookie that an answer sets.
pub(crate) fn cookie(answer: &Response) -> String {
    let line = answer.headers()[SET_COOKIE].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(crate) async fn json_of(answer: Response) -> Value {
    answer.json().await.unwrap()
}

/// The status and the error code of a refusal, in either form.
pub(crate) async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body = json_of(answer).await;
    let code = if body["error"].is_object() { &body["error"]["code"] } else { &body["code"] };
    (status, text(code))
}
