//! What localStorage holds of the journal, read without waiting: all of it, or the bridge and mirror of a database.

use gloo_storage::{LocalStorage, Storage};
use guestsync_core::journal::{Row, Table};
use js_sys::Object;
use wasm_bindgen::JsCast;

/// What all our keys in localStorage begin with.
pub(crate) const PREFIX: &str = "guestsync/";

/// The storage, where there is a window that may use it.
pub(crate) fn storage() -> Option<web_sys::Storage> {
    // `LocalStorage::raw` panics where a page may not use it (a sandboxed frame, blocked cookies).
    web_sys::window()?.local_storage().ok().flatten()?;
    Some(LocalStorage::raw())
}

/// All rows. One listing of the keys: asking for them one by one is slow among many foreign ones.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let Some(storage) = storage() else { return rows };
    for name in Object::keys(storage.unchecked_ref::<Object>()).iter() {
        if let Some(name) = name.as_string()
            && let Some((table, key)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('/'))
            && let Some(table) = table.chars().next().and_then(Table::of)
            && let Ok(Some(value)) = storage.get_item(&name)
        {
            rows.push(Row { table, key: key.to_owned(), value });
        }
    }
    rows
}
