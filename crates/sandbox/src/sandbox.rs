//! A sandbox: its routers and its server over one shared state.

use std::io;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;

use crate::connection::{Connection, ResettableListener};
use crate::options::Options;
use crate::router;
use crate::shared::Shared;

/// A running stand-in. Clones share one state.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

impl Sandbox {
    /// A sandbox with nothing in its store but the sample.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { shared: Arc::new(Shared::new(options)) }
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
            shared.stop();
        };
        let service = self.router().into_make_service_with_connect_info::<Connection>();
        axum::serve(ResettableListener(listener), service).with_graceful_shutdown(stop).await
    }
}
