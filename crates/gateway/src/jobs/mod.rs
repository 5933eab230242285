//! Jobs: work that outlives the request that asked for it, and the process. Each is worked on by one gateway at a time; whoever is
//! killed leaves it to the others, or to itself after a restart, when the lease has ended.
//!
//! ```text
//!  let id = app.jobs.add("channel.provision", None, "queued", &input).await?;       // durable when it returns
//!
//!  while let Some(job) = app.jobs.claim("channel.provision").await? {               // in a task of its own
//!      let input: Plan = job.input()?;
//!      app.jobs.save(&job, "submitting", Some(&progress)).await?;                   // false: somebody else has it now
//!      app.jobs.finish(&job, "success", Some(&result)).await?;                      // or: release(&job, again_in)
//!  }
//!  app.jobs.wait(Duration::from_secs(5)).await;                                     // until there may be another one
//! ```
//! What state a job is in is its owner's to name; the table only knows whether something is left to do. Input and output are encrypted
//! at rest. A lease lasts [`LEASE`]: save or [`Jobs::renew`] more often than that.
//!
//! - [`view`]: a job as others see it.
#![allow(dead_code, reason = "what some kinds of work need and others do not")]

#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Millis;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::clock;
use crate::db::Db;
use crate::db::jobs::Stored;
use crate::keys::state_key::random;
use crate::keys::{KeyError, Keys};
use crate::text;
pub use view::View;
pub(crate) use view::view;
use view::{output, output_place};

/// How long a job is its worker's without a word.
pub(crate) const LEASE: Millis = 30_000;

/// All jobs of a deployment.
pub(crate) struct Jobs {
    db: Db,
    keys: Arc<Keys>,
    owner: String,
    changed: Notify,
}

/// A job that was claimed.
pub(crate) struct Job {
    /// Its id.
    pub(crate) id: String,
    /// Where it was left.
    pub(crate) state: String,
    /// How often it was claimed, this time included.
    pub(crate) attempts: i64,
    /// When it was added, milliseconds since 1970.
    pub(crate) created_at: i64,
    input: Zeroizing<Vec<u8>>,
    /// What was saved last.
    pub(crate) output: Option<Value>,
}

/// Why a job cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database does not answer.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// No random numbers.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It was written by another version, or under another state key.
    #[error("a job cannot be read")]
    Unreadable,
}

impl Job {
    /// What is to be done.
    ///
    /// # Errors
    /// Another version wrote it.
    pub(crate) fn input<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_slice(&self.input).map_err(|_| JobError::Unreadable)
    }
}

impl Jobs {
    pub(crate) fn new(db: Db, keys: Arc<Keys>, owner: String) -> Self {
        Self { db, keys, owner, changed: Notify::new() }
    }

    /// Adds a job, under this id or a random one. One of the same id that is there already stays as it is.
    ///
    /// # Errors
    /// It was not written down.
    pub(crate) async fn add(
        &self,
        kind: &str,
        id: Option<String>,
        state: &str,
        input: &impl Serialize,
    ) -> Result<String, JobError> {
        let id = match id {
            Some(id) => id,
            None => format!("job_{}", text::hex(random::<16>()?.as_ref())),
        };
        let input = Zeroizing::new(serde_json::to_vec(input).map_err(|_| JobError::Unreadable)?);
        let sealed = self.keys.state.encrypt(&input_place(&id), &input)?;
        self.db.put_job(&id, kind, state, &sealed, clock::now()).await?;
        self.changed.notify_waiters();
        Ok(id)
    }

    /// Claims the oldest job of a kind that nobody works on.
    ///
    /// # Errors
    /// The database does not answer. A job that cannot be read ends as `unreadable`.
    pub(crate) async fn claim(&self, kind: &str) -> Result<Option<Job>, JobError> {
        loop {
            let now = clock::now();
            let Some(stored) = self.db.claim_job(kind, &self.owner, now, now + LEASE).await? else { return Ok(None) };
            if let Some(input) = self.keys.state.decrypt(&input_place(&stored.id), &stored.input) {
                let output = self.output(&stored);
                let Stored { id, state, attempts, created_at, .. } = stored;
                return Ok(Some(Job { id, state, attempts, created_at, input, output }));
            }
            tracing::error!("a job was written under another state key: it is given up");
            self.db.finish_job(&stored.id, &self.owner, "unreadable", None, now).await?;
        }
    }

    /// Saves how far a job is and renews its lease; `false` where it is somebody else's now, and has to be left alone.
    ///
    /// # Errors
    /// It was not saved.
    pub(crate) async fn save(&self, job: &Job, state: &str, output: Option<&Value>) -> Result<bool, JobError> {
        let now = clock::now();
        let output = self.sealed(&job.id, output)?;
        Ok(self.db.save_job(&job.id, &self.owner, state, output.as_deref(), now, now + LEASE).await?)
    }

    /// Renews a job's lease; `false` where it is somebody else's now.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn renew(&self, job: &Job) -> Result<bool, JobError> {
        Ok(self.db.renew_job(&job.id, &self.owner, clock::now() + LEASE).await?)
    }

    /// Gives a job back as it was saved last, to be claimed again after a while.
    ///
    /// # Errors
    /// The database does not answer: it comes back when the lease ends.
    pub(crate) async fn release(&self, job: &Job, again_in: Duration) -> Result<(), JobError> {
        let due = clock::now() + Millis::try_from(again_in.as_millis()).unwrap_or(Millis::MAX / 4);
        Ok(self.db.release_job(&job.id, &self.owner, due).await?)
    }

    /// As [`Self::release`] for a job that only another gateway can do: that it was claimed does not count.
    ///
    /// # Errors
    /// The database does not answer: it comes back when the lease ends.
    pub(crate) async fn pass(&self, job: &Job, again_in: Duration) -> Result<(), JobError> {
        let due = clock::now() + Millis::try_from(again_in.as_millis()).unwrap_or(Millis::MAX / 4);
        Ok(self.db.pass_job(&job.id, &self.owner, due).await?)
    }

    /// Ends a job; `false` where it is somebody else's now.
    ///
    /// # Errors
    /// It was not saved.
    pub(crate) async fn finish(&self, job: &Job, state: &str, output: Option<&Value>) -> Result<bool, JobError> {
        let output = self.sealed(&job.id, output)?;
        Ok(self.db.finish_job(&job.id, &self.owner, state, output.as_deref(), clock::now()).await?)
    }

    /// A job as others see it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<View>, JobError> {
        Ok(self.db.job(id).await?.map(|stored| self.view(&stored)))
    }

    /// The newest jobs of a kind.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn list(&self, kind: &str, most: i64) -> Result<Vec<View>, JobError> {
        Ok(self.db.list_jobs(kind, most).await?.iter().map(|stored| self.view(stored)).collect())
    }

    /// Waits until a job may be there: added here, or by somebody else in the meantime.
    pub(crate) async fn wait(&self, at_most: Duration) {
        _ = tokio::time::timeout(at_most, self.changed.notified()).await;
    }

    fn view(&self, stored: &Stored) -> View {
        view(stored, &self.keys.state)
    }

    fn sealed(&self, id: &str, output: Option<&Value>) -> Result<Option<String>, KeyError> {
        output.map(|output| self.keys.state.encrypt(&output_place(id), output.to_string().as_bytes())).transpose()
    }

    fn output(&self, stored: &Stored) -> Option<Value> {
        output(stored, &self.keys.state)
    }
}

fn input_place(id: &str) -> String {
    format!("job/{id}")
}
