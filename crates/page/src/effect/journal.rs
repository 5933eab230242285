//! The journal: localStorage here, memory nowhere, anything else by the face.

use std::rc::Rc;

use gloo_storage::{LocalStorage, Storage};
use guestsync_core::journal::{Row, Table, Write};
use guestsync_core::outbox::{Durability, Input};
use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::answer;
use crate::options::Keeping;
use crate::shell::Shell;

/// What all our keys in localStorage begin with.
pub(crate) const PREFIX: &str = "guestsync/";

fn storage() -> Option<web_sys::Storage> {
    // `LocalStorage::raw` panics where a page may not use it (a sandboxed frame, blocked cookies).
    web_sys::window()?.local_storage().ok().flatten()?;
    Some(LocalStorage::raw())
}

/// Rows that can be read without waiting.
pub(crate) fn mirrored(keeping: Keeping) -> Vec<Row> {
    if keeping == Keeping::Memory {
        return Vec::new();
    }
    storage().map_or_else(Vec::new, |storage| local_rows(&storage))
}

/// All rows in localStorage. One listing of the keys: asking for them one by one is slow among many foreign ones.
fn local_rows(storage: &web_sys::Storage) -> Vec<Row> {
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

pub(crate) fn load(shell: &Rc<Shell>, load: u32, owner: &str) {
    if shell.options.keeping != Keeping::Host {
        let rows = mirrored(shell.options.keeping);
        let shell = shell.clone();
        return spawn_local(async move { shell.tell(Input::Loaded { load, rows }) });
    }
    let promise = shell.host.load(owner);
    let shell = shell.clone();
    spawn_local(async move {
        let rows = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        shell.tell(match rows.ok().and_then(|rows| rows.dyn_into::<Array>().ok()) {
            Some(rows) => Input::Loaded { load, rows: host_rows(&rows) },
            None => Input::LoadFailed { load },
        });
    });
}

fn host_rows(flat: &Array) -> Vec<Row> {
    let row = |at: u32| {
        let table = Table::of(flat.get(at).as_string()?.chars().next()?)?;
        Some(Row { table, key: flat.get(at + 1).as_string()?, value: flat.get(at + 2).as_string()? })
    };
    (0..flat.length() / 3).filter_map(|at| row(at * 3)).collect()
}

pub(crate) fn store(shell: &Rc<Shell>, store: u32, writes: &[Write]) {
    match shell.options.keeping {
        Keeping::Memory => told(shell, Input::Stored { store, durability: Durability::Memory }),
        Keeping::Local => {
            let result = match storage() {
                Some(storage) => write_local(&storage, writes),
                None => Err("blocked"),
            };
            told(
                shell,
                match result {
                    Ok(()) => Input::Stored { store, durability: Durability::Tab },
                    Err(reason) => Input::StoreFailed { store, reason },
                },
            );
        }
        Keeping::Host => by_host(shell, store, writes),
    }
}

fn told(shell: &Rc<Shell>, input: Input) {
    let shell = shell.clone();
    spawn_local(async move { shell.tell(input) });
}

fn name(write: &Write) -> String {
    let mut name = String::from(PREFIX);
    name.push(write.table.letter());
    name.push('/');
    name.push_str(&write.key);
    name
}

/// All or nothing: what was put before the one that failed is taken back. Removals, which cannot fail, come last.
fn write_local(storage: &web_sys::Storage, writes: &[Write]) -> Result<(), &'static str> {
    let mut before: Vec<(String, Option<String>)> = Vec::new();
    for write in writes {
        if let Some(value) = &write.value {
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
                return Err(reason(&error));
            }
            before.push((name, was));
        }
    }
    for write in writes.iter().filter(|write| write.value.is_none()) {
        let _ = storage.remove_item(&name(write));
    }
    Ok(())
}

fn by_host(shell: &Rc<Shell>, store: u32, writes: &[Write]) {
    let flat = Array::new();
    for write in writes {
        flat.push(&write.table.letter().to_string().into());
        flat.push(&write.key.as_str().into());
        flat.push(&write.value.as_deref().map_or(JsValue::NULL, JsValue::from_str));
    }
    let promise = shell.host.store(&flat);
    let shell = shell.clone();
    spawn_local(async move {
        let result = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        shell.tell(match result {
            Ok(kept) => {
                let durability = match kept.as_string().as_deref() {
                    Some("disk") => Durability::Disk,
                    Some("tab") => Durability::Tab,
                    _ => Durability::Memory,
                };
                Input::Stored { store, durability }
            }
            Err(error) => Input::StoreFailed { store, reason: reason(&error) },
        });
    });
}

fn reason(error: &JsValue) -> &'static str {
    match answer::text(error, "name").as_deref() {
        Some("QuotaExceededError") => "quota",
        Some("SecurityError" | "InvalidStateError") => "blocked",
        _ => "failed",
    }
}
