//! A command's client of Genesys, beside gateways: where there is a database to share, of the state directory or of `DATABASE_URL`, it
//! has their token, and each of them has its part of the rate budget. Where there is none, nobody else is known of.

use std::path::Path;
use std::sync::Arc;

use guestsync_genesys::{Client, Settings};
use tokio::task::JoinSet;

use crate::app::StartError;
use crate::config::Config;
use crate::db::{self, Db, OpenError};
use crate::keys::{KeyError, StateKey, files};
use crate::owner::{self, Owner};
use crate::sharing::Sharing;
use crate::tokens::Tokens;

/// A client, and what it shares.
pub struct Beside {
    /// The client.
    pub client: Client,
    shared: Option<Shared>,
}

struct Shared {
    sharing: Sharing,
    /// Alive as long as this.
    _process: Owner,
    /// Ends with this.
    tasks: JoinSet<()>,
}

impl Beside {
    /// A client with these settings, which need not be the configuration's own.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(config: &Config, settings: Settings) -> Result<Self, StartError> {
        let directory = &config.state_dir;
        let has_database = config.database_url.is_some() || directory.join(db::FILE).exists();
        let key = StateKey::find(directory, config.state_key.as_ref().map(|key| key.expose().as_str()))?;
        let Some(key) = key.filter(|_| has_database) else {
            return Ok(Self { client: Client::new(settings, None)?, shared: None });
        };
        let db = Db::of(config.database_url.as_ref(), directory).await?;
        let process = take_name(&db, directory).await?;
        let store = Tokens::new(db.clone(), Arc::new(key), &settings, process.name.clone());
        let client = Client::new(settings, Some(Arc::new(store)))?;
        // Before the first call: nobody is to have more than their part.
        let sharing = Sharing { db, owner: process.name.clone(), directory: directory.clone(), client: client.clone() };
        sharing.once().await;
        let mut tasks = JoinSet::new();
        tasks.spawn(sharing.clone().share());
        Ok(Self { client, shared: Some(Shared { sharing, _process: process, tasks }) })
    }

    /// Leaves the others their part at once; one that is not closed does so in a few seconds.
    pub async fn close(self) {
        if let Some(mut shared) = self.shared {
            shared.tasks.shutdown().await;
            shared.sharing.end().await;
            shared.sharing.db.close().await;
        }
    }
}

/// As a gateway does when it starts.
async fn take_name(db: &Db, directory: &Path) -> Result<Owner, StartError> {
    files::private_directory(directory).map_err(KeyError::from)?;
    let _opening = files::lock(&directory.join("opening.lock")).map_err(KeyError::from)?;
    let process = Owner::take(directory)?;
    owner::release_gone(db, directory).await.map_err(OpenError::from)?;
    Ok(process)
}
