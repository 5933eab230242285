//! Durable state: SQLite in one file. The statements keep to what PostgreSQL understands too.
//!
//! - [`answers`]: what a repeat is answered;
//! - [`sessions`]: which visitor is which guest;
//! - [`fences`]: the newest patch of each profile member;
//! - [`secrets`]: what is encrypted at rest.

pub(crate) mod answers;
pub(crate) mod fences;
pub(crate) mod secrets;
pub(crate) mod sessions;

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, Executor};

use crate::keys::files;

/// Where state is kept. SQLite takes one writer at a time: waiting for it in a pool is fair, waiting in SQLite is not.
#[derive(Clone)]
pub(crate) struct Db {
    pub(crate) read: AnyPool,
    pub(crate) write: AnyPool,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made, or others can read it.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// SQLite says no.
    #[error("the database cannot be opened: {0}")]
    Open(#[from] sqlx::Error),
    /// The file was written by another version.
    #[error("the database cannot be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl Db {
    /// Opens the SQLite file, making it (mode 0600) and its tables where they are missing.
    pub(crate) async fn open(path: &Path) -> Result<Self, OpenError> {
        files::touch_private(path)?;
        install_default_drivers();
        let address = format!("sqlite://{}", percent_encoded(path));
        let write = pool(1).connect(&address).await?;
        sqlx::migrate!().run(&write).await?;
        let db = Self { read: pool(4).connect(&address).await?, write };
        db.forget_running().await?;
        Ok(db)
    }

    /// Whether it still answers.
    pub(crate) async fn ping(&self) -> bool {
        self.read.execute("SELECT 1").await.is_ok()
    }

    /// Waits for what is in hand and closes the file.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

fn pool(connections: u32) -> AnyPoolOptions {
    let options = AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(10));
    options.after_connect(|connection, _| {
        Box::pin(async move {
            // NORMAL loses nothing to a killed process; after a power failure the last moments may be missing.
            let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;";
            connection.execute(settings).await.map(drop)
        })
    })
}

fn percent_encoded(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"/-_.".contains(b);
    bytes.map(|b| if plain(b) { char::from(*b).to_string() } else { format!("%{b:02X}") }).collect()
}
