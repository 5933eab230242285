//! Keys as they are now: those of this process's start, and those that another gateway on the database has made since.
//!
//! Capability keys are looked up when a capability names one that is not known. Whoever sends such names can have that done at will, so
//! all who ask meanwhile share one look, and the next one waits for its time. Sealing keys nobody names before they are published: they
//! are looked up when they are asked for, and nobody waits for it while a look is fresh or under way.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout};

use super::shared::{self, SharedKeys};
use super::{KeyError, StateKey};
use crate::db::Db;

/// How long after a look the next one may be, and how long whoever asks for the newest keys waits for one.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The keys, replaced by a look.
pub(crate) struct LearnedKeys<K> {
    keys: RwLock<Arc<K>>,
    /// When the last look began, and whether it failed.
    last: Mutex<Option<(Instant, bool)>>,
}

impl<K: SharedKeys> LearnedKeys<K> {
    pub(super) fn new(keys: K) -> Self {
        Self { keys: RwLock::new(Arc::new(keys)), last: Mutex::default() }
    }

    /// The keys that are known.
    pub(crate) fn now(&self) -> Arc<K> {
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
        looked();
        self.look(&mut last, db, state).await
    }

    /// The keys of the last second, where the database tells them in time; else those that are known.
    pub(crate) async fn fresh(&self, db: &Db, state: &StateKey) -> Arc<K> {
        if db.is_shared()
            && let Ok(mut last) = self.last.try_lock()
            && last.is_none_or(|(began, _)| began + LOOK_EVERY <= Instant::now())
            && !matches!(timeout(LOOK_EVERY, self.look(&mut last, db, state)).await, Ok(Ok(())))
        {
            tracing::warn!("keys that other gateways may have made could not be looked up");
        }
        self.now()
    }

    async fn look(&self, last: &mut Option<(Instant, bool)>, db: &Db, state: &StateKey) -> Result<(), KeyError> {
        // Whoever gives up meanwhile leaves a look that failed.
        let began = Instant::now();
        *last = Some((began, true));
        let found = shared::read::<K>(db, state).await?;
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

    use super::super::{CAPABILITY_FILE, CapabilityKeys, files, rotate};
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

    #[tokio::test]
    async fn whoever_wants_the_newest_gets_those_that_are_known_where_the_database_tells_none() {
        let fresh = Fresh::open().await;
        let state = StateKey::of(&fresh.directory, None).unwrap();
        shared::agree(&fresh.db, &state, &fresh.directory).await.unwrap();
        let learned = LearnedKeys::new(CapabilityKeys::open(&fresh.directory.join(CAPABILITY_FILE)).unwrap());
        let first = ids(&learned.now());
        fresh.db.close().await;
        for _ in 0..3 {
            let keys = learned.fresh(&fresh.db, &state).await;
            assert_eq!(ids(&keys), first);
        }
    }
}
