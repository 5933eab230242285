//! Durable state: SQLite in one file, or PostgreSQL where several gateways share it. One dialect serves both: `TEXT`, `BIGINT`, `$1`,
//! `ON CONFLICT`, `RETURNING`; the one difference is how a queue is read ([`Db::skip_locked`]).
//!
//! - [`channel_claims`]: which job makes the channel of a name;
//! - [`sessions`]: which visitor is which guest; [`session_writes`], [`session_reads`]: how that is written, and
//!   looked for; [`session`]: one of them;
//! - [`answers`]: what a repeat is answered; [`answer_writes`]: how that is written; [`answer`]: one of them;
//! - [`fences`]: the newest patch of each profile member;
//! - [`secrets`]: what is encrypted at rest;
//! - [`forms`]: sealed forms that wait for Genesys;
//! - [`webhooks`], [`jobs`]: work that outlives its request, each item claimed by one gateway at a time;
//! - [`gateways`]: which gateways run;
//! - [`leases`]: what only one gateway does at a time;
//! - [`audit`]: the heads of the audit chains;
//! - [`together`]: what several requests write at once; [`writer`]: the connections that write.

pub(crate) mod answer;
mod answer_writes;
pub(crate) mod answers;
mod audit;
pub(crate) mod channel_claims;
pub(crate) mod fences;
pub(crate) mod forms;
#[cfg(test)]
pub(crate) mod fresh;
mod gateways;
pub(crate) mod jobs;
pub(crate) mod leases;
mod millis;
pub(crate) mod secrets;
pub(crate) mod session;
mod session_reads;
mod session_writes;
pub(crate) mod sessions;
mod together;
pub(crate) mod webhooks;
mod writer;

use std::path::Path;
use std::time::Duration;

use guestsync_core::Sensitive;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};

use crate::keys::files;
use together::Together;
use writer::Writer;

/// The database file's name in the state directory.
pub(crate) const FILE: &str = "state.sqlite";
/// Connections of one gateway to PostgreSQL.
const CONNECTIONS: u32 = 16;

/// Where state is kept. SQLite takes one writer at a time: waiting for it in a pool is fair, waiting in SQLite is not. With
/// PostgreSQL both pools are the same.
#[derive(Clone)]
pub(crate) struct Db {
    pub(crate) read: AnyPool,
    pub(crate) write: Writer,
    kind: Kind,
    session_reads: Together<session_reads::SessionReads>,
    session_writes: Together<session_writes::SessionWrites>,
    begins: Together<answer_writes::Begins>,
    keeps: Together<answer_writes::Keeps>,
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made, or others can read it.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// There is none yet.
    #[error("there is no database at {path}: name the state directory of a gateway that has run with --state-dir{hint}")]
    Missing {
        /// Where it would be.
        path: String,
        /// Where there is one instead.
        hint: &'static str,
    },
    /// The file is there and cannot be read.
    #[error("{0} cannot be opened as a database: {1}")]
    Damaged(String, sqlx::Error),
    /// The database says no.
    #[error("the database cannot be opened: {0}")]
    Open(#[from] sqlx::Error),
    /// The tables were made by another version.
    #[error("the database cannot be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl Db {
    /// The database of a deployment: PostgreSQL where there is an address, else the file in the state directory.
    pub(crate) async fn of(address: Option<&Sensitive<String>>, directory: &Path) -> Result<Self, OpenError> {
        match address {
            Some(address) => Self::connect(address.expose()).await,
            None => Self::open(&directory.join(FILE)).await,
        }
    }

    /// Opens the SQLite file, making it (mode 0600) and its tables where they are missing.
    pub(crate) async fn open(path: &Path) -> Result<Self, OpenError> {
        files::touch_private(path)?;
        install_default_drivers();
        let address = format!("sqlite://{}", percent_encoded(path));
        // A pool tries again whatever fails, until its patience ends.
        look_into(&address).await.map_err(|error| OpenError::Damaged(path.display().to_string(), error))?;
        let write = file_pool(1).connect(&address).await?;
        sqlx::migrate!().run(&write).await?;
        Ok(Self::on(file_pool(4).connect(&address).await?, write, Kind::Sqlite))
    }

    /// Connects to PostgreSQL and makes the tables that are missing; of several gateways that start at once, one does.
    pub(crate) async fn connect(address: &str) -> Result<Self, OpenError> {
        install_default_drivers();
        let pool = pool(CONNECTIONS).connect(address).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Self::on(pool.clone(), pool, Kind::Postgres))
    }

    fn on(read: AnyPool, write: AnyPool, kind: Kind) -> Self {
        let write = Writer::new(write);
        let session_reads = Together::new(session_reads::SessionReads::new(write.clone()));
        let session_writes = Together::new(session_writes::SessionWrites::new(write.clone()));
        let begins = Together::new(answer_writes::Begins::new(write.clone()));
        let keeps = Together::new(answer_writes::Keeps::new(write.clone()));
        Self { read, write, kind, session_reads, session_writes, begins, keeps }
    }

    /// Whether other gateways may use it at the same time.
    pub(crate) fn is_shared(&self) -> bool {
        self.kind == Kind::Postgres
    }

    /// What a statement that claims rows of a queue has at the end of its inner `SELECT`: rows that another gateway is claiming are
    /// not waited for. SQLite has one writer anyway.
    pub(crate) fn skip_locked(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Whether it still answers, and takes writes: a full disk, or a server that others only read from, does not.
    pub(crate) async fn ping(&self) -> bool {
        self.read.execute("SELECT 1").await.is_ok() && self.write.works().await
    }

    /// Waits for what is in hand and closes the connections.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Whether a file is a database.
async fn look_into(address: &str) -> sqlx::Result<()> {
    let mut connection = AnyConnection::connect(address).await?;
    connection.execute("SELECT COUNT(*) FROM sqlite_schema").await?;
    connection.close().await
}

fn pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(10))
}

fn file_pool(connections: u32) -> AnyPoolOptions {
    // A file does not go away as a server does, and asking whether it is there costs as much as a statement.
    pool(connections).test_before_acquire(false).after_connect(|connection, _| {
        Box::pin(async move {
            // A page is written whole, and a session changes two where chance has it: new files have small ones.
            // NORMAL loses nothing to a killed process; after a power failure the last moments may be missing.
            let settings = "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 16000;";
            connection.execute(settings).await.map(drop)
        })
    })
}

fn percent_encoded(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"/-_.".contains(b);
    bytes.map(|b| if plain(b) { char::from(*b).to_string() } else { format!("%{b:02X}") }).collect()
}
