//! Answers kept on disk until they expire: small, private, and of no harm if they are lost.

use std::fs;
use std::path::PathBuf;

use guestsync_core::Millis;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;
use crate::keys::files;

/// A folder with a file for each answer.
#[derive(Debug, Clone)]
pub(super) struct Cache(PathBuf);

#[derive(Serialize, Deserialize)]
struct Entry {
    expires_at: Millis,
    value: Value,
}

impl Cache {
    pub(super) const fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// What was kept under a name (a file's name), unless it has expired.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let text = fs::read(self.file(name)).ok()?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        (clock::now() < entry.expires_at).then_some(entry.value)
    }

    /// Keeps a value for a time. Where that fails it is asked for again.
    pub(super) fn put(&self, name: &str, value: Value, life: Millis) {
        let entry = Entry { expires_at: clock::now().saturating_add(life), value };
        let text = serde_json::to_vec(&entry).expect("a JSON value is written as JSON");
        let kept = files::private_directory(&self.0).and_then(|()| files::replace_private(&self.file(name), &text));
        if let Err(error) = kept {
            tracing::warn!(%error, "an answer was not kept");
        }
    }

    /// Forgets what was kept under names that begin so. What cannot be removed expires.
    pub(super) fn forget(&self, begin: &str) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(begin)) {
                _ = fs::remove_file(entry.path());
            }
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.json"))
    }
}
