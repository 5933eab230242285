//! What the command line does with a deployment's state, beside a running gateway or without one.

use std::path::Path;

use guestsync_core::Sensitive;

use crate::app::StartError;
use crate::audit::chain::Head;
use crate::clock;
use crate::db::forms::Form;
use crate::db::{self, Db, OpenError};
use crate::jobs::{self, View};
use crate::keys::StateKey;
use crate::open::SANDBOX_DIRECTORY;
use crate::webhook::Waiting;

/// A deployment's state, opened for its operator.
pub struct Operator {
    db: Db,
}

impl Operator {
    /// Opens the database of a state directory, which must be there, or the shared one of this address.
    ///
    /// # Errors
    /// It is not there, or cannot be opened.
    pub async fn open(directory: &Path, database_url: Option<&str>) -> Result<Self, OpenError> {
        let path = directory.join(db::FILE);
        if database_url.is_none() && !path.exists() {
            let is_sandbox = directory.join(SANDBOX_DIRECTORY).join(db::FILE).exists();
            let hint = if is_sandbox { "; --sandbox reads that of `serve --sandbox`, which is there" } else { "" };
            return Err(OpenError::Missing { path: path.display().to_string(), hint });
        }
        let address = database_url.map(|address| Sensitive::new(address.to_owned()));
        Ok(Self { db: Db::of(address.as_ref(), directory).await? })
    }

    /// Where the audit chain of each gateway ends, by the gateway's id; the one that wrote last first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn audit_heads(&self) -> Result<Vec<(String, Head)>, OpenError> {
        Ok(self.db.audit_heads().await?)
    }

    /// Jobs of all kinds, or only those that are open, the newest first; `state_key` as the environment has it, else the directory's.
    ///
    /// # Errors
    /// The database does not answer, or there is no key to read them with.
    pub async fn jobs(
        &self,
        directory: &Path,
        state_key: Option<&str>,
        only_open: bool,
        most: i64,
    ) -> Result<Vec<View>, StartError> {
        let stored = self.db.list_all_jobs(only_open, most).await.map_err(OpenError::from)?;
        let key = StateKey::find(directory, state_key)?;
        let Some(key) = key else { return if stored.is_empty() { Ok(Vec::new()) } else { Err(StartError::NoStateKey) } };
        Ok(stored.iter().map(|stored| jobs::view(stored, &key)).collect())
    }

    /// One job.
    ///
    /// # Errors
    /// As [`Self::jobs`].
    pub async fn job(&self, directory: &Path, state_key: Option<&str>, id: &str) -> Result<Option<View>, StartError> {
        let stored = self.db.job(id).await.map_err(OpenError::from)?;
        let Some(stored) = stored else { return Ok(None) };
        let key = StateKey::find(directory, state_key)?.ok_or(StartError::NoStateKey)?;
        Ok(Some(jobs::view(&stored, &key)))
    }

    /// The sealed forms that wait for Genesys or were refused, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forms(&self) -> Result<Vec<Form>, OpenError> {
        Ok(self.db.list_forms().await?)
    }

    /// The events in the webhook's outbox, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn webhooks(&self) -> Result<Vec<Waiting>, OpenError> {
        Ok(self.db.list_webhooks().await?)
    }

    /// Gives a dead event, or all of them, the whole schedule again; how many it were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn replay_webhooks(&self, id: Option<&str>) -> Result<u64, OpenError> {
        Ok(self.db.replay_webhooks(id, clock::now()).await?)
    }

    /// Lets receivers that answered 410 be asked again; how many it were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn enable_webhooks(&self) -> Result<u64, OpenError> {
        Ok(self.db.enable_webhooks().await?)
    }
}
