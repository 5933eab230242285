//! A gateway from its configuration to its end.

use std::fs::{self, File};
use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use guestsync_core::{Millis, Sensitive};
use guestsync_genesys::Settings;
use guestsync_sandbox::{Client, Options, Sandbox};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use crate::admin;
use crate::app::{App, SESSION_LIFE, StartError};
use crate::config::{Config, Upstream};
use crate::db::OpenError;
use crate::db::answer::KEPT_FOR;
use crate::keys::state_key::random;
use crate::listen::{PER_PEER, Peers};
use crate::open::{Opener, SANDBOX_DIRECTORY};
use crate::sharing::Sharing;
use crate::{alone, clock, fallback, listen, meta, provision, router, text, webhook};

/// How long open requests may take to end after the word to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Channels' jobs at once.
const PROVISIONED_AT_ONCE: usize = 4;
/// How often what is too old is removed.
const PURGE_EVERY: Duration = Duration::from_secs(60 * 60);
/// A form that waits is given up after seven days; one that is still there cannot be read.
const UNREADABLE_LIFE: Millis = 8 * 24 * 60 * 60 * 1_000;

/// A gateway that is ready to serve.
pub struct Gateway {
    app: Arc<App>,
    router: Router,
    sandbox: Option<Running>,
    admin: Option<TcpListener>,
    /// Locked while this gateway lives, where nobody may share its database.
    _alone: Option<File>,
}

/// The sandbox inside.
struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

impl Gateway {
    /// Opens keys and state, and starts the sandbox if it is to run inside. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(config: Config) -> Result<Self, StartError> {
        match &config.upstream {
            Upstream::Genesys(settings) => {
                let (settings, directory) = ((**settings).clone(), config.state_dir.clone());
                let alone = match config.database_url {
                    None => Some(alone::lock(&directory).await?),
                    Some(_) => None,
                };
                let app = Arc::new(App::open(config, settings, &directory).await?);
                app.db.forget_running().await.map_err(OpenError::from)?;
                let router = router::router(Arc::clone(&app), None);
                Ok(Self { app, router, sandbox: None, admin: None, _alone: alone })
            }
            Upstream::Sandbox => Self::with_sandbox(config, Options::default()).await,
        }
    }

    /// As [`Self::open`] with a sandbox of these options inside, whatever the configuration says of upstream. Its client is added.
    ///
    /// The sandbox remembers nothing over a restart, so neither does the database of this gateway; its keys stay.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn with_sandbox(mut config: Config, mut options: Options) -> Result<Self, StartError> {
        let directory = config.state_dir.join(SANDBOX_DIRECTORY);
        let alone = alone::lock(&directory).await?;
        forget_database(&directory);
        // What is thrown away with the process has a key of its own.
        config.state_key = None;
        config.database_url = None;
        let secret = text::hex(random::<32>()?.as_ref());
        options.clients.push(Client::with_all_scopes("sandbox", secret.clone()));
        let sandbox = Sandbox::new(options);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(StartError::Sandbox)?;
        let address = listener.local_addr().map_err(StartError::Sandbox)?;
        let base = Url::parse(&format!("http://{address}/")).expect("an address makes a URL");
        let token_url = base.join("oauth/token").expect("a path makes a URL");
        let mut settings = Settings::new(base, token_url, "sandbox".into(), Sensitive::new(secret));
        // It is in this process.
        settings.by_proxy = false;
        let app = Arc::new(App::open(config, settings, &directory).await?);
        let opener = Arc::new(Opener::of_directory(&directory, None, None).await?);
        let control = sandbox.control_router();
        let router = router::router(Arc::clone(&app), Some(control)).layer(Extension(opener));
        let (stop, mut stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            let until = async move { _ = stopped.wait_for(|stop| *stop).await };
            sandbox.serve(listener, until).await
        });
        Ok(Self { app, router, sandbox: Some(Running { stop, task }), admin: None, _alone: Some(alone) })
    }

    /// Administration is served on this listener too, where the configuration has a token for it.
    #[must_use]
    pub fn with_admin(mut self, listener: TcpListener) -> Self {
        self.admin = Some(listener);
        self
    }

    /// `dropped` tells how many lines of the log were dropped so far, for `/metrics`.
    #[must_use]
    pub fn with_log(self, dropped: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.app.metrics.watch_log(Box::new(dropped));
        self
    }

    /// Serves until `shutdown` resolves; open requests then have ten seconds to end.
    ///
    /// # Errors
    /// What the listener's I/O gives.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (stop, stopped) = watch::channel(false);
        // Dropped with this future, as a killed process drops them.
        let mut background = JoinSet::new();
        background.spawn(purge(Arc::clone(&self.app)));
        let sharing = Sharing::of(&self.app);
        background.spawn(sharing.clone().share());
        let mut delivering = JoinSet::new();
        delivering.spawn(webhook::deliver::run(Arc::clone(&self.app.webhooks), stopped.clone()));
        let mut sending = JoinSet::new();
        sending.spawn(fallback::deliver::run(Arc::clone(&self.app), stopped.clone()));
        let mut provisioning = JoinSet::new();
        provisioning.spawn(provision::worker::run(Arc::clone(&self.app), PROVISIONED_AT_ONCE, stopped.clone()));
        let mut mapping = JoinSet::new();
        mapping.spawn(meta::job::work(Arc::clone(&self.app), stopped.clone()));
        let administration = self.admin.and_then(|listener| administer(&self.app, listener, stopped.clone()));
        let tls = self.app.config.tls.clone();
        // Behind a proxy all connections are the proxy's.
        let proxied = self.app.config.public_url.is_some() || self.app.config.limits.address_header.is_some();
        let peers = Peers::new((!proxied).then_some(PER_PEER));
        let serving = listen::serve(listener, tls, self.router, stopped, GRACE, peers);
        let stopping = async move {
            shutdown.await;
            stop.send_replace(true);
            // The receivers learn of it before the sender goes.
            std::future::pending::<()>().await;
        };
        let outcome = tokio::select! {
            outcome = serving => outcome,
            () = stopping => Ok(()),
        };
        background.shutdown().await;
        if let Some(task) = administration {
            _ = tokio::time::timeout(GRACE, task).await;
        }
        // What Genesys has taken is told of, and its answer kept.
        self.app.left.close();
        if tokio::time::timeout(GRACE, self.app.left.wait()).await.is_err() {
            tracing::warn!("writes were under way: what they came to is not told of");
        }
        // A job that does not come to a rest by then is resumed by whoever finds it.
        _ = tokio::time::timeout(GRACE, provisioning.join_next()).await;
        _ = tokio::time::timeout(GRACE, mapping.join_next()).await;
        // A form that is under way then is sent again, under the same key.
        _ = tokio::time::timeout(GRACE, sending.join_next()).await;
        if tokio::time::timeout(GRACE, delivering.join_next()).await.is_err() {
            tracing::warn!("webhooks were under way: they are delivered again");
        }
        if let Some(sandbox) = self.sandbox {
            sandbox.stop.send_replace(true);
            _ = tokio::time::timeout(GRACE, sandbox.task).await;
        }
        sharing.end().await;
        self.app.audit.close().await;
        self.app.db.close().await;
        outcome
    }
}

/// Serves the administration routes in a task of their own.
fn administer(app: &Arc<App>, listener: TcpListener, stopped: watch::Receiver<bool>) -> Option<JoinHandle<io::Result<()>>> {
    let router = admin::router(Arc::clone(app), app.config.admin.as_ref()?);
    Some(tokio::spawn(listen::serve(listener, None, router, stopped, GRACE, Peers::new(None))))
}

async fn purge(app: Arc<App>) {
    let mut times = tokio::time::interval(PURGE_EVERY);
    loop {
        times.tick().await;
        app.limits.sweep();
        if let Err(error) = app.db.purge_answers(clock::now().saturating_sub(KEPT_FOR)).await {
            tracing::warn!(%error, "answers of more than a day ago stay for now");
        }
        if let Err(error) = app.db.purge_delivered_webhooks(clock::now().saturating_sub(KEPT_FOR)).await {
            tracing::warn!(%error, "what was delivered more than a day ago is not forgotten yet");
        }
        if let Err(error) = app.db.purge_webhooks(clock::now().saturating_sub(SESSION_LIFE)).await {
            tracing::warn!(%error, "dead webhooks of more than 30 days ago stay for now");
        }
        let (dead, waiting) = (clock::now().saturating_sub(SESSION_LIFE), clock::now().saturating_sub(UNREADABLE_LIFE));
        if let Err(error) = app.db.purge_forms(dead, waiting).await {
            tracing::warn!(%error, "forms that were refused more than 30 days ago stay for now");
        }
        if let Err(error) = app.db.purge_jobs(clock::now().saturating_sub(SESSION_LIFE)).await {
            tracing::warn!(%error, "jobs that ended more than 30 days ago stay for now");
        }
        meta::sweep::sweep(&app).await;
        match app.db.purge(clock::now().saturating_sub(SESSION_LIFE)).await {
            Ok(gone) => tracing::debug!(gone, "removed sessions that nobody renewed"),
            Err(error) => tracing::warn!(%error, "sessions that nobody renewed stay for now"),
        }
    }
}

/// Removes the database's files; what cannot be removed shows when it is opened.
fn forget_database(directory: &Path) {
    for name in ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"] {
        _ = fs::remove_file(directory.join(name));
    }
}
