//! A sandbox that a test can hold up, the command as a process of its own, and what either saw.

use std::net::Ipv4Addr;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use guestsync_sandbox::{Client, FaultPlan, Options, RateLimit, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::receiver::{Receiver, SECRET};
use crate::run::{Folder, Ran, Server, finish, guestsync, run};

/// The administration token of its gateways.
pub(crate) const ADMIN: &str = "an-administration-token";

/// A channel as the design document has it, under another name.
pub(crate) fn channel(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Primary web messaging channel for customer support",
        "webMessagingWidgetConfiguration": {
            "widgetId": "widget-prod-001",
            "theme": "default",
            "customAttributes": {"department": "support", "priority": "high", "region": "na"},
        },
        "securityPolicy": {
            "enabled": true,
            "allowedOrigins": ["https://support.example.com", "https://portal.example.com"],
            "requireConsent": true,
        },
        "routingConfiguration": {"queueId": "12345-67890-abcde-fghij"},
    })
}

/// Where the first submission stops for good.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Hold {
    Never,
    /// It has arrived and has no effect.
    BeforeEffect,
    /// It has had its effect; the answer never comes.
    BeforeAnswer,
}

/// A sandbox, a state directory, a file, and who is told.
pub(crate) struct World {
    base: String,
    pub(crate) folder: Folder,
    pub(crate) held: Arc<Notify>,
    pub(crate) receiver: Receiver,
}

impl World {
    pub(crate) async fn start(faults: &str, hold: Hold) -> Self {
        Self::limited(faults, hold, RateLimit::NONE).await
    }

    pub(crate) async fn limited(faults: &str, hold: Hold, rate: RateLimit) -> Self {
        let options = Options {
            clients: vec![Client::with_all_scopes("sandbox", "secret")],
            rate,
            faults: FaultPlan::from_toml(faults).unwrap(),
            ..Options::default()
        };
        let held = Arc::new(Notify::new());
        let (notify, first) = (Arc::clone(&held), Arc::new(AtomicBool::new(hold != Hold::Never)));
        let layer = from_fn(move |request: Request, next: Next| {
            let (notify, first) = (Arc::clone(&notify), Arc::clone(&first));
            async move {
                let is_submission = request.method() == "POST" && request.uri().path().ends_with("/channels");
                if !is_submission || !first.swap(false, Ordering::SeqCst) {
                    return next.run(request).await;
                }
                if hold == Hold::BeforeAnswer {
                    next.run(request).await;
                }
                notify.notify_one();
                std::future::pending().await
            }
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Sandbox::new(options).router().layer(layer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, folder: Folder::new(), held, receiver: Receiver::start().await }
    }

    pub(crate) fn write(&self, content: &Value) -> String {
        let path = self.folder.join("channels.json");
        std::fs::write(&path, content.to_string()).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_in(&self.folder.join("state"), arguments)
    }

    /// With a state of its own.
    pub(crate) fn command_in(&self, state: &str, arguments: &[&str]) -> Command {
        self.set_up(guestsync(&[&["provision", "--state-dir", state], arguments].concat()))
    }

    /// A gateway over the same state, with its administration address.
    pub(crate) fn gateway(&self) -> Server {
        let command = guestsync(&["serve", "--port", "0", "--state-dir", &self.folder.join("state")]);
        let mut command = self.set_up(command);
        command.envs([("GUESTSYNC_ADMIN_TOKEN", ADMIN), ("GUESTSYNC_ADMIN_ADDRESS", "127.0.0.1:0")]);
        tokio::task::block_in_place(|| Server::of(&mut command))
    }

    fn set_up(&self, mut command: Command) -> Command {
        command.envs([
            ("GENESYS_BASE_URL", self.base.as_str()),
            ("GENESYS_CLIENT_ID", "sandbox"),
            ("GENESYS_CLIENT_SECRET", "secret"),
            ("WEBHOOK_URL", &self.receiver.address),
            ("GUESTSYNC_WEBHOOK_SECRET", SECRET),
            ("GUESTSYNC_WEBHOOK_ALLOW_PRIVATE", "true"),
        ]);
        command
    }

    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    pub(crate) async fn provision(&self, arguments: &[&str]) -> Ran {
        ended(self.spawn(arguments)).await
    }

    pub(crate) async fn report(&self, arguments: &[&str]) -> Value {
        parsed(&self.provision(&[arguments, &["--json"]].concat()).await)
    }

    pub(crate) async fn read(&self, what: &str) -> Vec<Value> {
        _ = rustls::crypto::ring::default_provider().install_default();
        let mut body: Value = reqwest::get(format!("{}/_sandbox/{what}", self.base)).await.unwrap().json().await.unwrap();
        serde_json::from_value(body[what].take()).unwrap()
    }

    /// What `guestsync jobs` says.
    pub(crate) fn jobs(&self, arguments: &[&str]) -> Ran {
        run(&[&["jobs", "--state-dir", &self.folder.join("state")], arguments].concat(), "")
    }

    /// Methods and statuses of what was asked of channels.
    pub(crate) async fn calls(&self) -> Vec<(String, u64)> {
        let requests = self.read("requests").await.into_iter();
        let of_channels = requests.filter(|request| request["path"].as_str().unwrap().contains("/channels"));
        of_channels.map(|r| (r["method"].as_str().unwrap().to_owned(), r["status"].as_u64().unwrap_or_default())).collect()
    }

    /// The audit, verified.
    pub(crate) fn audit(&self) -> Vec<Value> {
        Self::audit_in(&self.folder.join("state"))
    }

    /// The audit of a state, after `guestsync audit verify` has passed over it.
    pub(crate) fn audit_in(state: &str) -> Vec<Value> {
        let heads = run(&["audit", "head", "--state-dir", state], "").stdout;
        let head = heads.trim().split_once("  ").unwrap().1;
        let file = format!("{state}/audit.jsonl");
        let verified = run(&["audit", "verify", &file, "--head", head], "");
        assert_eq!(verified.code, 0, "{verified:?}");
        let text = std::fs::read_to_string(file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Waits for a process without holding up the sandbox.
pub(crate) async fn ended(child: Child) -> Ran {
    tokio::task::spawn_blocking(move || finish(child, "")).await.unwrap()
}

/// The document that `--json` prints.
pub(crate) fn parsed(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}
