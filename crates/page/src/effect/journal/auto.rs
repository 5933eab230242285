//! IndexedDB with localStorage beside it.
//!
//! - Until the database has answered once, every write also goes to localStorage, at once: the *bridge* over a page that is left in
//!   the same task. It is taken away when the database has the rows.
//! - Decisions and state are always written there too: the *mirror*, for what has to be known without waiting.
//! - Where there is no database, or it is full, localStorage *is* the journal.

use std::rc::Rc;

use guestsync_core::journal::{Row, Table, Write};
use guestsync_core::outbox::{Durability, Input};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::{answer, host, local, reason};
use crate::shell::Shell;

/// What is known of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Database {
    /// It has not answered yet.
    #[default]
    Opening,
    /// It has answered.
    Open,
    /// There is none.
    Missing,
}

const fn is_mirrored(table: Table) -> bool {
    matches!(table, Table::Consent | Table::State)
}

pub(super) fn load(shell: &Rc<Shell>, load: u32, owner: &str) {
    let (shell, owner) = (shell.clone(), owner.to_owned());
    spawn_local(async move {
        adopt(&shell).await;
        let rows =
            if shell.database.get() == Database::Missing { Err(JsValue::NULL) } else { host::load(&shell.host, &owner).await };
        let input = match rows {
            Ok(mut rows) => {
                shell.database.set(Database::Open);
                // What the database was too full for.
                rows.extend(local::rows().into_iter().filter(|row| row.table == Table::Records));
                Input::Loaded { load, rows }
            }
            Err(_) => {
                shell.database.set(Database::Missing);
                Input::Loaded { load, rows: local::rows() }
            }
        };
        shell.tell(input);
    });
}

/// Brings home what was left on the bridge, by this page or by one that is gone.
async fn adopt(shell: &Shell) {
    let left: Vec<Row> = local::rows().into_iter().filter(|row| row.table == Table::Records).collect();
    if left.is_empty() || shell.database.get() == Database::Missing {
        return;
    }
    let puts: Vec<Write> = left.into_iter().map(|Row { table, key, value }| Write::put(table, key, value)).collect();
    if host::store(&shell.host, &puts).await.is_ok() {
        forget(&puts);
    }
}

/// Takes rows off the bridge.
fn forget(writes: &[Write]) {
    let removals: Vec<Write> = writes
        .iter()
        .filter(|write| !is_mirrored(write.table))
        .map(|write| Write::remove(write.table, write.key.clone()))
        .collect();
    let _ = local::write(removals.iter());
}

pub(super) fn store(shell: &Rc<Shell>, store: u32, writes: Vec<Write>) {
    let bridged = shell.database.get() != Database::Open;
    // A row that is removed may be on the bridge, or where the database was full.
    let kept = local::write(writes.iter().filter(|write| bridged || is_mirrored(write.table) || write.value.is_none()));
    let by_host = (shell.database.get() != Database::Missing).then(|| host::store(&shell.host, &writes));
    let shell = shell.clone();
    spawn_local(async move {
        let stored = match by_host {
            Some(stored) => stored.await,
            None => Err(JsValue::NULL),
        };
        let input = match stored {
            Ok(durability) => {
                if bridged {
                    forget(&writes);
                }
                Input::Stored { store, durability }
            }
            Err(error) => {
                if answer::text(&error, "name").as_deref() == Some("NoDatabase") {
                    shell.database.set(Database::Missing);
                }
                match if bridged { kept } else { local::write(writes.iter()) } {
                    Ok(()) => Input::Stored { store, durability: Durability::Tab },
                    Err(_) if error.is_object() => Input::StoreFailed { store, reason: reason(&error) },
                    Err(reason) => Input::StoreFailed { store, reason },
                }
            }
        };
        shell.tell(input);
    });
}
