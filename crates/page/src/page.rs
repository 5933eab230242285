//! What the face holds of the shell.

use wasm_bindgen::prelude::*;

use crate::host::Host;
use crate::shell::Shell;

/// One guest's outbox in this page.
#[wasm_bindgen]
pub struct Page {
    shell: &'static Shell,
}

#[wasm_bindgen]
impl Page {
    /// An outbox; `begin` starts it. `options` are texts in one string (`guestsync_core::flat`): two random numbers of 32 bits, whether
    /// localStorage may be used, then the options and the rows that localStorage mirrors.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(options: &str, host: Host) -> Self {
        Self { shell: Shell::start(options, host) }
    }

    /// Tells it something: a name and what belongs to it, texts in one string.
    pub fn tell(&self, message: &str) {
        self.shell.hear(message);
    }
}
