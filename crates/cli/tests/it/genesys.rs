//! A sandbox in this process, and the commands that ask it as processes of their own.

use std::net::Ipv4Addr;
use std::process::{Child, Command};

use guestsync_sandbox::{Client, Options, RateLimit, Sandbox};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::run::{Folder, Ran, finish, guestsync};

/// The group that inherits all attributes of the tickets.
pub(crate) const ORG: &str = "acme-emea-dach-support-tier1";

pub(crate) struct Genesys {
    pub(crate) base: String,
    pub(crate) folder: Folder,
}

impl Genesys {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// Without a rate limit; where the options have no client, it may do everything.
    pub(crate) async fn with(options: Options) -> Self {
        Self::limited(options, RateLimit::NONE).await
    }

    pub(crate) async fn limited(options: Options, rate: RateLimit) -> Self {
        _ = rustls::crypto::ring::default_provider().install_default();
        let mut options = Options { rate, ..options };
        if options.clients.is_empty() {
            options.clients.push(Client::with_all_scopes("sandbox", "secret"));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Sandbox::new(options).router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, folder: Folder::new() }
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// With a secret, and one folder for all runs.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let state = self.folder.join("state");
        let mut command = guestsync(&[arguments, &["--state-dir", &state]].concat());
        command.current_dir(self.folder.path()).envs([
            ("GENESYS_BASE_URL", self.base.as_str()),
            ("GENESYS_CLIENT_ID", "sandbox"),
            ("GENESYS_CLIENT_SECRET", "secret"),
        ]);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        ended(self.command(arguments).spawn().unwrap(), "").await
    }

    pub(crate) async fn fed(&self, arguments: &[&str], input: &str) -> Ran {
        ended(self.command(arguments).spawn().unwrap(), input).await
    }

    pub(crate) async fn look(&self, what: &str) -> Value {
        reqwest::get(format!("{}/_sandbox/{what}", self.base)).await.unwrap().json().await.unwrap()
    }

    /// How many records there are.
    pub(crate) async fn count(&self) -> u64 {
        self.look("records?limit=0").await["count"].as_u64().unwrap()
    }

    /// The calls of the API that were made, as method and path.
    pub(crate) async fn calls(&self) -> Vec<String> {
        let mut log = self.look("requests").await;
        let requests: Vec<Value> = serde_json::from_value(log["requests"].take()).unwrap();
        let text = |request: &Value| format!("{} {}", request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        requests.iter().map(text).filter(|call| call.contains("/api/")).collect()
    }

    pub(crate) async fn faults(&self, plan: &str) {
        let plan = guestsync_sandbox::FaultPlan::from_toml(plan).unwrap();
        let body = serde_json::to_string(&plan).unwrap();
        let sent = reqwest::Client::new().put(format!("{}/_sandbox/faults", self.base)).body(body).send().await.unwrap();
        assert!(sent.status().is_success());
    }
}

/// Waits for a process without holding up the sandbox.
pub(crate) async fn ended(child: Child, input: &str) -> Ran {
    let input = input.to_owned();
    tokio::task::spawn_blocking(move || finish(child, &input)).await.unwrap()
}
