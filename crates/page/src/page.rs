//! The page's methods, as the TypeScript face calls them.

use std::rc::Rc;

use guestsync_core::attribute::flat;
use guestsync_core::outbox::Input;
use wasm_bindgen::prelude::*;

use crate::host::Host;
use crate::options::PageOptions;
use crate::report;
use crate::shell::Shell;

/// One guest's outbox in this page. Every call is settled through [`Host::settle`].
#[wasm_bindgen]
pub struct Page {
    shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Page {
    /// Starts the outbox: reads the journal, listens to the page, sends what waits.
    ///
    /// # Errors
    /// Where the engine gives no random numbers.
    #[wasm_bindgen(constructor)]
    pub fn new(options: PageOptions, host: Host) -> Result<Self, JsError> {
        let seed = getrandom::u64().map_err(|_| JsError::new("entropy.unavailable"))?;
        Ok(Self { shell: Shell::start(options.finish(), host, seed) })
    }

    /// Sets attributes; `flat` is one call as `guestsync_core::attribute::flat` describes it.
    pub fn set(&self, call: u32, flat: &str) {
        match flat::decode(flat) {
            Some(updates) => self.shell.tell(Input::Set { call, updates }),
            None => self.shell.host.settle(call, "call.malformed", "{}"),
        }
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
