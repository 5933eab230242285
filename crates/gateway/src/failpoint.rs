//! Where a process may be killed so that it makes a difference: after each effect that lasts, which is a write to the database, a
//! line of the audit or of a run's journal, the records of an upload on disk, and an answer of Genesys or of a webhook's receiver.
//! Between two of them nothing that outlives the process changes.
//!
//! A build with debug assertions ends itself at the n-th of them where `GUESTSYNC_FAILPOINT` is n, with nothing flushed or said, so
//! that tests walk through all of them. In other builds there is nothing here.

#[cfg(debug_assertions)]
pub(crate) fn pass() {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static LAST: LazyLock<Option<u64>> = LazyLock::new(|| std::env::var("GUESTSYNC_FAILPOINT").ok()?.parse().ok());
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let Some(last) = *LAST else { return };
    if PASSED.fetch_add(1, Ordering::Relaxed) + 1 == last {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
pub(crate) const fn pass() {}
