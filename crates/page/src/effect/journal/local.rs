//! localStorage: the whole journal of a page that wants it so; the bridge, the mirror and the fallback of IndexedDB.

use gloo_storage::{LocalStorage, Storage};
use guestsync_core::journal::{Row, Table, Write};
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
    let Some(storage) = storage() else { return Vec::new() };
    let keys = Object::keys(storage.unchecked_ref::<Object>());
    keys.iter()
        .filter_map(|name| {
            let name = name.as_string()?;
            let mut rest = name.strip_prefix(PREFIX)?.chars();
            let table = Table::of(rest.next()?)?;
            let key = rest.as_str().strip_prefix('/')?.to_owned();
            let value = storage.get_item(&name).ok().flatten()?;
            Some(Row { table, key, value })
        })
        .collect()
}

fn name(write: &Write) -> String {
    let mut name = String::from(PREFIX);
    name.push(write.table.letter());
    name.push('/');
    name.push_str(&write.key);
    name
}

/// Writes all or nothing: what was put before the one that failed is taken back. Removals, which cannot fail, come last.
///
/// # Errors
/// `quota`, `blocked` or `failed`.
pub(crate) fn write<'a>(writes: impl Iterator<Item = &'a Write> + Clone) -> Result<(), &'static str> {
    let Some(storage) = storage() else { return Err("blocked") };
    let mut before: Vec<(String, Option<String>)> = Vec::new();
    for write in writes.clone() {
        let Some(value) = &write.value else { continue };
        let name = name(write);
        let was = storage.get_item(&name).ok().flatten();
        if write.table == Table::Consent && was.as_ref().is_some_and(|was| was >= value) {
            continue;
        }
        if let Err(error) = storage.set_item(&name, value) {
            for (name, was) in before {
                let _ = match was {
                    Some(was) => storage.set_item(&name, &was),
                    None => storage.remove_item(&name),
                };
            }
            return Err(super::reason(&error));
        }
        before.push((name, was));
    }
    for write in writes.filter(|write| write.value.is_none()) {
        let _ = storage.remove_item(&name(write));
    }
    Ok(())
}
