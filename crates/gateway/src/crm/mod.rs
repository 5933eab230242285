//! What the organisation's CRM knows about a visitor.
//!
//! ```text
//!  init ──► cache ──► breaker ──► time limit ──► connector: an HTTP service, an SQL table, or a file
//! ```
//! Asked is by the hash of the session id only. What it knows stays in memory, except while a guest is being made.

mod breaker;
mod file;
mod http;
mod known;
mod sql;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use guestsync_core::Millis;
use moka::future::Cache;

pub(crate) use known::{Known, MEMBERS};

use crate::config::{Connection, CrmConfig, OnFailure};
use breaker::Breaker;

/// A way to ask a CRM.
pub(crate) trait Connector: Send + Sync {
    /// What has to be read once before many lookups; it does not count as a part of one. What goes wrong shows when it is looked up.
    fn prepare(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    /// What is known under this hash (hex) of a session id; `None` where nobody is.
    fn find<'a>(&'a self, hash: &'a str) -> Pin<Box<dyn Future<Output = Result<Option<Known>, Failure>> + Send + 'a>>;
}

/// Why a CRM gave no answer. Nothing in it repeats what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// It failed a moment ago and is left alone for a while.
    #[error("the CRM is left alone after its failures")]
    Resting(Duration),
    /// No answer within the time limit.
    #[error("the CRM did not answer in time")]
    Timeout,
    /// No connection, an unreadable file, or a failed query.
    #[error("the CRM cannot be reached")]
    Unreachable,
    /// A status that is neither 200 nor 404.
    #[error("the CRM answered with status {0}")]
    Status(u16),
    /// An answer that is no JSON object, or is too large.
    #[error("the CRM answered something unexpected")]
    Malformed,
}

impl Failure {
    /// A stable name of the rule.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Resting(_) => "crm.resting",
            Self::Timeout => "crm.timeout",
            Self::Unreachable => "crm.unreachable",
            Self::Status(_) => "crm.status",
            Self::Malformed => "crm.malformed",
        }
    }

    /// When another try makes sense.
    pub(crate) fn retry_after(self) -> Millis {
        match self {
            Self::Resting(left) => Millis::try_from(left.as_millis()).unwrap_or(Millis::MAX).max(1_000),
            _ => 1_000,
        }
    }
}

/// The configured CRM.
pub(crate) struct Crm {
    connector: Box<dyn Connector>,
    cache: Cache<String, Known>,
    breaker: Mutex<Breaker>,
    time_limit: Duration,
    on_failure: OnFailure,
}

/// Why there is no CRM although one is configured.
#[derive(Debug, thiserror::Error)]
#[error("the CRM connector cannot be set up")]
pub struct CrmError;

impl Crm {
    /// Sets the connector up; nothing is asked yet. The process's TLS provider must be installed.
    pub(crate) fn open(config: &CrmConfig) -> Result<Self, CrmError> {
        let connector: Box<dyn Connector> = match &config.connection {
            Connection::Http { url, headers, map } => Box::new(http::Service::new(url, headers, map, config.time_limit)?),
            Connection::Sql { address, table, key, columns } => Box::new(sql::Table::new(address, table, key, columns)?),
            Connection::File { path, key, map } => Box::new(file::Lines::new(path, key, map)),
        };
        Ok(Self {
            connector,
            cache: Cache::builder().max_capacity(config.cache_entries).time_to_live(config.cache_for).build(),
            breaker: Mutex::default(),
            time_limit: config.time_limit,
            on_failure: config.on_failure,
        })
    }

    /// What is known about a visitor; nothing where nobody knows it, or where the CRM fails and the configuration lets that pass.
    /// Of several who ask at once for one visitor, one asks the CRM.
    ///
    /// # Errors
    /// The CRM failed, and the configuration does not let that pass.
    pub(crate) async fn known(&self, hash: &str) -> Result<Known, Failure> {
        let found = self.cache.try_get_with_by_ref(hash, self.ask(hash)).await;
        match found {
            Ok(known) => Ok(known),
            Err(_) if self.on_failure == OnFailure::Default => Ok(Known::default()),
            Err(failure) => Err(*failure),
        }
    }

    async fn ask(&self, hash: &str) -> Result<Known, Failure> {
        self.breaker().admit(Instant::now()).map_err(Failure::Resting)?;
        self.connector.prepare().await;
        let answer = tokio::time::timeout(self.time_limit, self.connector.find(hash));
        let outcome = answer.await.unwrap_or(Err(Failure::Timeout));
        match &outcome {
            Ok(_) => self.breaker().succeeded(),
            Err(failure) => {
                tracing::warn!(code = failure.code(), error = %failure, "the CRM gave no answer");
                self.breaker().failed(Instant::now());
            }
        }
        outcome.map(Option::unwrap_or_default)
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connector's members, by pointer or column.
pub(crate) type Map = Arc<std::collections::BTreeMap<&'static str, String>>;
