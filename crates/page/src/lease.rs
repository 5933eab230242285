//! Until when the holder of the flush lock may hold it, written beside the lock for those who wait.

use guestsync_core::json;

use crate::mirror::{PREFIX, storage};

/// The name of an owner's lock.
pub(crate) fn name(owner: &str) -> String {
    [PREFIX, owner].concat()
}

fn key(owner: &str) -> String {
    [PREFIX, owner, "/lock"].concat()
}

/// Writes until when (wall clock). Only a hint: without it a waiter waits a whole span.
pub(crate) fn write(owner: &str, until: u64) {
    if let Some(storage) = storage() {
        let mut text = String::new();
        json::integer(&mut text, until);
        let _ = storage.set_item(&key(owner), &text);
    }
}

/// Reads it.
pub(crate) fn read(owner: &str) -> Option<u64> {
    storage()?.get_item(&key(owner)).ok()??.parse().ok()
}
