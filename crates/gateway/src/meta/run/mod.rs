//! Records written in batches, resumable: a run that was stopped or killed goes on where it was and applies nothing twice.
//!
//! ```text
//!  input ──► batch (mapped, checked) ──► journal: planned ──► S3, several at once ──► rejects ──► journal: done
//! ```
//! A batch is written down with its key before it is sent. After a restart the batches that were planned and not done are made
//! again from the same records, to the byte, and sent under the same `Idempotency-Key`; then the run goes on after the last one.
//! Two batches with a record of the same id are never under way together, so that the later one wins.
//!
//! - [`store`]: a run's folder: what it does, its journal, one owner at a time;
//! - [`batch`]: records made into batches;
//! - [`send`]: one batch, until each of its records is taken or refused;
//! - [`alike`]: whether the server refuses everything;
//! - [`pace`]: how many batches at once, and how large;
//! - [`work`]: the whole of it.

mod alike;
mod batch;
mod counts;
mod error;
mod hashes;
mod pace;
mod rejects;
mod send;
mod store;
mod work;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::Format;
use super::schema::{Definition, Rules, Update};

pub use batch::{LARGEST_BATCH, USUAL_BATCH};
pub use counts::{Counts, Progress};
pub use error::RunError;
pub use rejects::Reject;
pub use store::Run;
pub use work::{Options, Outcome};

/// What a run does; the same over all its restarts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Tells this run from another of the same records; drawn when it begins.
    #[serde(default)]
    pub id: String,
    /// Which Genesys, and who asks it.
    pub identity: String,
    /// The organisation or group.
    pub organisation: String,
    /// The file; none where the records come from a stream.
    pub input: Option<InputFile>,
    /// How the records are written.
    pub format: Format,
    /// The map's text; none is that of tickets.
    pub map: Option<String>,
    /// Whether records replace what is stored.
    pub replace: bool,
    /// Where refused records are listed.
    pub rejects: PathBuf,
    /// The attributes that the organisation had at the start.
    pub attributes: Vec<Value>,
}

/// The input as it was at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it changed last, in nanoseconds since 1970.
    pub modified: u128,
}

impl InputFile {
    /// A file as it is now.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn of(path: &std::path::Path) -> std::io::Result<Self> {
        let path = path.canonicalize()?;
        let metadata = path.metadata()?;
        let since = metadata.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(Self { path, bytes: metadata.len(), modified: since.as_nanos() })
    }
}

impl Task {
    fn rules(&self) -> Rules {
        Rules::new(self.attributes.iter().filter_map(Definition::of_server))
    }

    const fn update(&self) -> Update {
        if self.replace { Update::Replace } else { Update::Merge }
    }
}
