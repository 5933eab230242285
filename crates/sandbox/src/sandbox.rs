//! A sandbox: its shared state, its routers and its server.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::connection::{Connection, ResettableListener};
use crate::fault::Engine;
use crate::options::{Client, Options};
use crate::router;
use crate::sample::Conversations;
use crate::store::{Keys, Requests, Store, Tokens, Windows};

/// A running stand-in. Clones share one state.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

impl Sandbox {
    /// A sandbox with nothing in its store but the sample.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let faults = Engine::new(options.faults.clone(), options.seed, options.clock.now());
        let shared = Shared {
            store: Mutex::new(Store::new(options.sample)),
            conversations: Conversations::new(options.sample, options.clock.now()),
            tokens: Mutex::default(),
            windows: Mutex::default(),
            keys: Mutex::default(),
            requests: Mutex::default(),
            faults: Mutex::new(faults),
            stopping: watch::Sender::new(false),
            options,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The upstream calls and the control API.
    ///
    /// Served by [`serve`](Self::serve), a fault that resets a connection does so with a TCP RST; under another
    /// server the connection is closed without an answer.
    pub fn router(&self) -> Router {
        router::upstream(self.shared.clone()).merge(self.control_router())
    }

    /// The control API alone: `/_sandbox/guests`, `requests`, `effects`, `faults` and `reset`.
    pub fn control_router(&self) -> Router {
        router::control(self.shared.clone())
    }

    /// Serves [`router`](Self::router) until `shutdown` resolves and the open requests have ended; requests that a
    /// fault holds up are let go then.
    ///
    /// # Errors
    /// What the listener's I/O gives.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let shared = self.shared.clone();
        let stop = async move {
            shutdown.await;
            shared.stopping.send_replace(true);
        };
        let service = self.router().into_make_service_with_connect_info::<Connection>();
        axum::serve(ResettableListener(listener), service).with_graceful_shutdown(stop).await
    }
}

/// What every handler and layer sees.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) store: Mutex<Store>,
    pub(crate) conversations: Conversations,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) windows: Mutex<Windows>,
    pub(crate) keys: Mutex<Keys>,
    pub(crate) requests: Mutex<Requests>,
    pub(crate) faults: Mutex<Engine>,
    stopping: watch::Sender<bool>,
}

impl Shared {
    /// The client of this id.
    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.options.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.options.clock.now()
    }

    /// Resolves when the server is asked to stop.
    pub(crate) async fn stopping(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    /// Back to the store of the start, an empty log and no faults. Tokens stay valid: clients keep them for hours.
    pub(crate) fn reset(&self) {
        lock(&self.store).reset(self.options.sample);
        lock(&self.windows).clear();
        lock(&self.keys).clear();
        lock(&self.requests).clear();
        lock(&self.faults).install(crate::FaultPlan::default(), self.now());
    }
}

/// Locks a mutex; what another thread left behind when it panicked is taken as it is.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
