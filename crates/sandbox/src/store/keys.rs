//! Answers kept under their `Idempotency-Key`.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use time::OffsetDateTime;

use crate::error::ApiError;

/// A key belongs to the client that chose it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyId {
    pub(crate) client: String,
    pub(crate) key: String,
}

/// SHA-256 of what the key stands for.
pub(crate) type Fingerprint = [u8; 32];

/// An answer that a repeat gets again.
#[derive(Clone)]
pub(crate) struct KeptAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) error: Option<Arc<ApiError>>,
}

/// What a request under a key meets.
pub(crate) enum Begun {
    /// Nothing: it runs, and [`Keys::finish`] or [`Keys::forget`] follows.
    Run,
    /// The same request, answered before.
    Kept(KeptAnswer),
    /// The same request, still running.
    Running,
    /// Another request.
    Mismatch,
}

/// The known keys.
#[derive(Default)]
pub(crate) struct Keys {
    entries: HashMap<KeyId, Entry>,
    /// The finished entries in the order in which they end.
    ends: VecDeque<(OffsetDateTime, KeyId)>,
}

struct Entry {
    fingerprint: Fingerprint,
    /// `None` while the request runs.
    answer: Option<KeptAnswer>,
}

impl Keys {
    pub(crate) fn begin(&mut self, id: KeyId, fingerprint: Fingerprint, now: OffsetDateTime) -> Begun {
        self.expire(now);
        match self.entries.get(&id) {
            Some(entry) if entry.fingerprint != fingerprint => Begun::Mismatch,
            Some(Entry { answer: Some(answer), .. }) => Begun::Kept(answer.clone()),
            Some(_) => Begun::Running,
            None => {
                self.entries.insert(id, Entry { fingerprint, answer: None });
                Begun::Run
            }
        }
    }

    /// Keeps the answer of a request that ran, until `until`.
    pub(crate) fn finish(&mut self, id: KeyId, fingerprint: Fingerprint, answer: KeptAnswer, until: OffsetDateTime) {
        self.entries.insert(id.clone(), Entry { fingerprint, answer: Some(answer) });
        self.ends.push_back((until, id));
    }

    /// Forgets a request that ran to no answer worth keeping.
    pub(crate) fn forget(&mut self, id: &KeyId) {
        if self.entries.get(id).is_some_and(|entry| entry.answer.is_none()) {
            self.entries.remove(id);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.ends.clear();
    }

    fn expire(&mut self, now: OffsetDateTime) {
        while self.ends.front().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, id)) = self.ends.pop_front() {
                self.entries.remove(&id);
            }
        }
    }
}
