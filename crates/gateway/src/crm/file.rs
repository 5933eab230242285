//! A file of JSON objects, one a line (NDJSON), read again when it has changed. Replace it whole, by renaming another over it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde_json::Value;

use super::{Connector, Failure, Known, Map};

/// The file.
pub(super) struct Lines {
    inner: std::sync::Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: String,
    map: Map,
    /// Reading happens under the lock: whoever comes meanwhile waits for it.
    read: Mutex<Option<Read>>,
}

struct Read {
    version: (SystemTime, u64),
    known: HashMap<String, Known>,
}

impl Lines {
    /// `key` points at the member that holds the hash.
    pub(super) fn new(path: &Path, key: &str, map: &Map) -> Self {
        let inner = Inner { path: path.to_owned(), key: key.to_owned(), map: Map::clone(map), read: Mutex::default() };
        Self { inner: inner.into() }
    }
}

impl Connector for Lines {
    fn prepare(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let inner = std::sync::Arc::clone(&self.inner);
        Box::pin(async move { _ = tokio::task::spawn_blocking(move || inner.refresh()).await })
    }

    fn find<'a>(&'a self, hash: &'a str) -> Pin<Box<dyn Future<Output = Result<Option<Known>, Failure>> + Send + 'a>> {
        let (inner, hash) = (std::sync::Arc::clone(&self.inner), hash.to_owned());
        Box::pin(async move {
            let task = tokio::task::spawn_blocking(move || inner.find(&hash));
            task.await.unwrap_or(Err(Failure::Unreachable))
        })
    }
}

impl Inner {
    /// Reads the file where it has changed.
    fn refresh(&self) {
        let Ok(version) = self.version() else { return };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.as_ref().is_none_or(|current| current.version != version) {
            *read = self.parse().ok().map(|known| Read { version, known }).or(read.take());
        }
    }

    fn find(&self, hash: &str) -> Result<Option<Known>, Failure> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.version()?;
        let current = match &mut *read {
            Some(current) if current.version == version => current,
            other => other.insert(Read { version, known: self.parse()? }),
        };
        Ok(current.known.get(hash).cloned())
    }

    fn version(&self) -> Result<(SystemTime, u64), Failure> {
        let metadata = std::fs::metadata(&self.path).map_err(|_| Failure::Unreachable)?;
        Ok((metadata.modified().map_err(|_| Failure::Unreachable)?, metadata.len()))
    }

    /// All lines by their keys; the last line of a key counts.
    fn parse(&self) -> Result<HashMap<String, Known>, Failure> {
        let text = std::fs::read_to_string(&self.path).map_err(|_| Failure::Unreachable)?;
        let mut known = HashMap::new();
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let record = serde_json::from_str::<Value>(line).ok();
            let entry = record.and_then(|record| {
                let hash = record.pointer(&self.key)?.as_str()?.to_owned();
                Some((hash, Known::mapped(&record, &self.map)))
            });
            let Some((hash, found)) = entry else {
                tracing::warn!(line = n + 1, "the CRM file has a line that is no record with a key");
                return Err(Failure::Malformed);
            };
            known.insert(hash, found);
        }
        Ok(known)
    }
}
