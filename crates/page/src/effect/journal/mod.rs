//! The journal, wherever it is kept.

pub(crate) mod auto;
mod host;
pub(crate) mod local;

use std::rc::Rc;

use guestsync_core::journal::{Row, Write};
use guestsync_core::outbox::{Durability, Input};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::answer;
use crate::options::Keeping;
use crate::shell::Shell;

/// Rows that can be read without waiting.
pub(crate) fn mirrored(keeping: Keeping) -> Vec<Row> {
    match keeping {
        Keeping::Auto | Keeping::Local => local::rows(),
        Keeping::Memory | Keeping::Host => Vec::new(),
    }
}

pub(crate) fn load(shell: &Rc<Shell>, load: u32, owner: &str) {
    match shell.options.keeping {
        Keeping::Auto => auto::load(shell, load, owner),
        Keeping::Local => told(shell, Input::Loaded { load, rows: local::rows() }),
        Keeping::Memory => told(shell, Input::Loaded { load, rows: Vec::new() }),
        Keeping::Host => {
            let (shell, owner) = (shell.clone(), owner.to_owned());
            spawn_local(async move {
                shell.tell(match host::load(&shell.host, &owner).await {
                    Ok(rows) => Input::Loaded { load, rows },
                    Err(_) => Input::LoadFailed { load },
                });
            });
        }
    }
}

pub(crate) fn store(shell: &Rc<Shell>, store: u32, writes: Vec<Write>) {
    match shell.options.keeping {
        Keeping::Auto => auto::store(shell, store, writes),
        Keeping::Memory => told(shell, Input::Stored { store, durability: Durability::Memory }),
        Keeping::Local => told(
            shell,
            match local::write(writes.iter()) {
                Ok(()) => Input::Stored { store, durability: Durability::Tab },
                Err(reason) => Input::StoreFailed { store, reason },
            },
        ),
        Keeping::Host => {
            let stored = host::store(&shell.host, &writes);
            let shell = shell.clone();
            spawn_local(async move {
                shell.tell(match stored.await {
                    Ok(durability) => Input::Stored { store, durability },
                    Err(error) => Input::StoreFailed { store, reason: reason(&error) },
                });
            });
        }
    }
}

fn told(shell: &Rc<Shell>, input: Input) {
    let shell = shell.clone();
    spawn_local(async move { shell.tell(input) });
}

fn reason(error: &JsValue) -> &'static str {
    match answer::text(error, "name").as_deref() {
        Some("QuotaExceededError") => "quota",
        Some("SecurityError" | "InvalidStateError") => "blocked",
        _ => "failed",
    }
}
