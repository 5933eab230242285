//! The page's methods: calls of the page, and what became of what the face was asked for.

use std::rc::Rc;

use guestsync_core::Sensitive;
use guestsync_core::attribute::flat;
use guestsync_core::outbox::{Durability, Input};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::answer::{answer, decisions, rows};
use crate::host::Host;
use crate::options::PageOptions;
use crate::report;
use crate::shell::Shell;

/// One guest's outbox in this page. Every call is settled through `Host.settle`.
#[wasm_bindgen]
pub struct Page {
    shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Page {
    /// An outbox; [`Page::begin`] starts it.
    ///
    /// # Errors
    /// Where the engine gives no random numbers.
    #[wasm_bindgen(constructor)]
    pub fn new(options: PageOptions, host: Host) -> Result<Self, JsValue> {
        let seed = getrandom::u64().map_err(|_| JsValue::from_str("entropy.unavailable"))?;
        Ok(Self { shell: Shell::start(options, host, seed) })
    }

    /// Reads the journal, and sends what waits.
    pub fn begin(&self, online: bool) {
        if !online {
            self.shell.tell(Input::Offline);
        }
        self.shell.pump();
    }

    /// Sets attributes; `flat` is one call as `guestsync_core::attribute::flat` describes it.
    pub fn set(&self, call: u32, flat: &str) {
        match flat::decode(flat) {
            Some(updates) => self.shell.tell(Input::Set { call, updates }),
            None => self.shell.host.settle(call, "call.malformed", "{}"),
        }
    }

    /// The task that called `set` has ended.
    #[wasm_bindgen(js_name = burstEnded)]
    pub fn burst_ended(&self) {
        self.shell.tell(Input::BurstEnded);
    }

    /// Grants a purpose.
    pub fn grant(&self, call: u32, purpose: String) {
        self.shell.tell(Input::Grant { call, purpose });
    }

    /// Withdraws a purpose.
    pub fn withdraw(&self, call: u32, purpose: String) {
        self.shell.tell(Input::Withdraw { call, purpose });
    }

    /// Sends what waits, and waits for it at most so many milliseconds.
    pub fn flush(&self, call: u32, timeout_ms: u32) {
        self.shell.tell(Input::Flush { call, timeout: timeout_ms.into() });
    }

    /// Another tab, or the worker, says that something changed.
    pub fn changed(&self, hint: &str) {
        if let Some(hint) = report::hint_of(hint) {
            self.shell.tell(Input::Changed(hint));
        }
    }

    /// The rows of a load: table, key, value, …; undefined where they could not be read.
    pub fn loaded(&self, load: u32, flat: Option<Array>) {
        self.shell.tell(match flat {
            Some(flat) => Input::Loaded { load, rows: rows(&flat) },
            None => Input::LoadFailed { load },
        });
    }

    /// What became of a store: "disk", "tab" or "memory", or why it failed: "quota", "blocked" or "failed".
    pub fn stored(&self, store: u32, how: &str) {
        let kept = |durability| Input::Stored { store, durability };
        let refused = |reason| Input::StoreFailed { store, reason };
        self.shell.tell(match how {
            "disk" => kept(Durability::Disk),
            "tab" => kept(Durability::Tab),
            "memory" => kept(Durability::Memory),
            "quota" => refused("quota"),
            "blocked" => refused("blocked"),
            _ => refused("failed"),
        });
    }

    /// The lock is ours.
    #[wasm_bindgen(js_name = lockGranted)]
    pub fn lock_granted(&self) {
        self.shell.tell(Input::LockGranted);
    }

    /// The lock was taken away.
    #[wasm_bindgen(js_name = lockLost)]
    pub fn lock_lost(&self) {
        self.shell.tell(Input::LockLost);
    }

    /// A capability, when it was asked for (`performance.now()`), and its life in seconds (NaN where it is not stated).
    pub fn token(&self, asked_at: f64, value: String, expires_in: f64) {
        let value = Sensitive::new(value);
        self.shell.tell(Input::Token { asked_at: asked_at as u64, value, expires_in: Some(expires_in) });
    }

    /// No capability; status 0 where there was no answer.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(&self, status: u16, parts: &Array) {
        self.shell.tell(Input::TokenFailed(answer(status, parts)));
    }

    /// The session is started.
    pub fn started(&self, guest: String) {
        self.shell.tell(Input::Started { guest });
    }

    /// It is not; `fresh` is a random id for another.
    #[wasm_bindgen(js_name = startFailed)]
    pub fn start_failed(&self, status: u16, parts: &Array, fresh: String) {
        self.shell.tell(Input::StartFailed { answer: answer(status, parts), fresh });
    }

    /// The answer to a request; status 0 where there was none.
    pub fn answered(&self, send: u32, status: u16, parts: &Array) {
        self.shell.tell(match status {
            0 => Input::SendFailed { send },
            _ => Input::Response { send, answer: answer(status, parts) },
        });
    }

    /// What `onConflict` decided.
    pub fn resolved(&self, send: u32, flat: &Array) {
        self.shell.tell(Input::Resolved { send, values: decisions(flat) });
    }

    /// Stops; what waits stays in the journal.
    pub fn close(&self) {
        self.shell.close();
    }

    /// How many keys wait to be delivered.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.shell.outbox().pending()
    }

    /// The metrics, as JSON.
    #[must_use]
    pub fn metrics(&self) -> String {
        report::metrics(&self.shell.outbox())
    }
}
