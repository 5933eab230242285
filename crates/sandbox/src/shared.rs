//! The state of a sandbox, shared by every handler and layer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::fault::{Engine, FaultPlan};
use crate::options::{Client, Options};
use crate::sample::Conversations;
use crate::store::{Keys, Requests, Store, Tokens, Windows};

/// What every handler and layer sees.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) store: Mutex<Store>,
    pub(crate) conversations: Conversations,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) windows: Mutex<Windows>,
    pub(crate) call_windows: Mutex<Windows>,
    pub(crate) keys: Mutex<Keys>,
    pub(crate) requests: Mutex<Requests>,
    pub(crate) faults: Mutex<Engine>,
    stopping: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn new(options: Options) -> Self {
        let faults = Engine::new(options.faults.clone(), options.seed, options.clock.now());
        Self {
            store: Mutex::new(Store::new(options.sample)),
            conversations: Conversations::new(options.sample, options.clock.now()),
            tokens: Mutex::default(),
            windows: Mutex::default(),
            call_windows: Mutex::default(),
            keys: Mutex::default(),
            requests: Mutex::default(),
            faults: Mutex::new(faults),
            stopping: watch::Sender::new(false),
            options,
        }
    }

    /// The client of this id.
    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.options.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.options.clock.now()
    }

    /// Lets go what waits for [`Self::stopping`].
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
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
        lock(&self.call_windows).clear();
        lock(&self.keys).clear();
        lock(&self.requests).clear();
        lock(&self.faults).install(FaultPlan::default(), self.now());
    }
}

/// Locks a mutex; what another thread left behind when it panicked is taken as it is.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
