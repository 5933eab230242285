//! Until when the holder of the flush lock may hold it, written beside the lock for those who wait.

use gloo_storage::{LocalStorage, Storage};
use guestsync_core::json;
use guestsync_core::text::decimal;

/// What all our keys in localStorage begin with.
const PREFIX: &str = "guestsync/";

/// The name of an owner's lock.
pub(crate) fn name(owner: &str) -> String {
    let mut name = String::from(PREFIX);
    name.push_str(owner);
    name
}

fn key(owner: &str) -> String {
    let mut key = name(owner);
    key.push_str("/lock");
    key
}

/// Writes until when (wall clock). Only a hint: without it a waiter waits a whole span.
pub(crate) fn write(owner: &str, until: u64) {
    let mut text = String::new();
    json::integer(&mut text, until);
    let _ = LocalStorage::raw().set_item(&key(owner), &text);
}

/// Reads it.
pub(crate) fn read(owner: &str) -> Option<u64> {
    decimal(&LocalStorage::raw().get_item(&key(owner)).ok()??)
}
