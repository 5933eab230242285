//! A journal kept by the face: IndexedDB, or an object of the page's own.

use guestsync_core::journal::{Row, Table, Write};
use guestsync_core::outbox::Durability;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::host::Host;

async fn done(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(promise?).await
}

/// All rows of an owner, and all decisions.
pub(super) async fn load(host: &Host, owner: &str) -> Result<Vec<Row>, JsValue> {
    let flat: Array = done(host.load(owner)).await?.dyn_into()?;
    let row = |at: u32| {
        let table = Table::of(flat.get(at).as_string()?.chars().next()?)?;
        Some(Row { table, key: flat.get(at + 1).as_string()?, value: flat.get(at + 2).as_string()? })
    };
    Ok((0..flat.length() / 3).filter_map(|at| row(at * 3)).collect())
}

/// Writes all or nothing. The call itself is made at once, so that a transaction begun while the page is being left is begun.
pub(super) fn store(host: &Host, writes: &[Write]) -> impl Future<Output = Result<Durability, JsValue>> + 'static {
    let flat = Array::new();
    for write in writes {
        flat.push(&write.table.letter().to_string().into());
        flat.push(&write.key.as_str().into());
        flat.push(&write.value.as_deref().map_or(JsValue::NULL, JsValue::from_str));
    }
    let promise = host.store(&flat);
    async move {
        Ok(match done(promise).await?.as_string().as_deref() {
            Some("disk") => Durability::Disk,
            Some("tab") => Durability::Tab,
            _ => Durability::Memory,
        })
    }
}
