//! The capability keys as they are now: those of this process's start, and those that another gateway on the database has made since.
//!
//! They are looked up when a capability names a key that is not known. Whoever sends such names can have that done at will, so all who ask
//! meanwhile share one look, and the next one waits for its time.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::{CapabilityKeys, KeyError, StateKey, shared};
use crate::db::Db;

/// How long after a look the next one may be.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The keys, replaced by a look.
pub(crate) struct LearnedKeys {
    keys: RwLock<Arc<CapabilityKeys>>,
    /// When the last look began, and whether it failed.
    last: Mutex<Option<(Instant, bool)>>,
}

impl LearnedKeys {
    pub(super) fn new(keys: CapabilityKeys) -> Self {
        Self { keys: RwLock::new(Arc::new(keys)), last: Mutex::default() }
    }

    /// The keys that are known.
    pub(crate) fn now(&self) -> Arc<CapabilityKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sees to it that the keys are those of a look that began after this was called; `looked` is told of one.
    ///
    /// # Errors
    /// That look failed.
    pub(crate) async fn refresh(&self, db: &Db, state: &StateKey, looked: impl FnOnce()) -> Result<(), KeyError> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some((_, failed)) = last.filter(|(began, _)| *began >= asked) {
            return if failed { Err(KeyError::Unseen) } else { Ok(()) };
        }
        if let Some((began, _)) = *last {
            sleep_until(began + LOOK_EVERY).await;
        }
        // Whoever gives up meanwhile leaves a look that failed.
        let began = Instant::now();
        *last = Some((began, true));
        looked();
        let found = shared::capability(db, state).await?;
        *last = Some((began, false));
        if let Some(found) = found {
            let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
            *keys = Arc::new(found.with_older(&keys));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::{CAPABILITY_FILE, files, rotate};
    use super::*;
    use crate::db::fresh::Fresh;

    fn ids(keys: &CapabilityKeys) -> Vec<String> {
        keys.iter().map(|key| key.id.clone()).collect()
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_a_look_and_learn_what_others_have_made() {
        let fresh = Fresh::open().await;
        let state = StateKey::of(&fresh.directory, None).unwrap();
        let other = fresh.directory.join("other");
        files::private_directory(&other).unwrap();
        shared::agree(&fresh.db, &state, &other).await.unwrap();
        let learned = LearnedKeys::new(CapabilityKeys::open(&other.join(CAPABILITY_FILE)).unwrap());
        let first = ids(&learned.now());
        rotate(&other).unwrap();
        shared::agree(&fresh.db, &state, &other).await.unwrap();
        assert_eq!(ids(&learned.now()), first);
        let looks = AtomicUsize::new(0);
        let ask = async || {
            let look = || _ = looks.fetch_add(1, Ordering::Relaxed);
            learned.refresh(&fresh.db, &state, look).await.unwrap();
            assert_eq!(ids(&learned.now()).len(), 2);
        };
        futures_util::future::join_all((0..500).map(|_| ask())).await;
        // The first begins one, and all who ask while it is under way share the next.
        assert!((1..=2).contains(&looks.load(Ordering::Relaxed)), "{looks:?}");
        assert_eq!(ids(&learned.now())[1..], first, "what was signed before is still good");
    }
}
