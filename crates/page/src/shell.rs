//! The loop: inputs into the outbox, outputs out of it.

use alloc::string::String;

use guestsync_core::Now;
use guestsync_core::flat::Flat;
use guestsync_core::messages::Messages;
use guestsync_core::outbox::{Input, Outbox, Output};
use guestsync_core::text::decimal;

use crate::code::Tell;
use crate::{asked, options, told};

/// The outbox of a page.
pub(crate) struct Shell(Outbox);

impl Shell {
    pub(crate) fn new(given: &str, now: Now) -> Self {
        let mut flat = Flat::new(given);
        let seed = flat.number() << 32 | flat.number();
        let options = options::read(&mut flat);
        Self(Outbox::new(options, seed, now, told::rows(&mut flat)))
    }

    /// Takes a message of the face's; the result is what it is asked.
    pub(crate) fn hear(&mut self, message: &str, now: Now) -> String {
        let mut flat = Flat::new(message);
        let mut messages = Messages::default();
        match flat.text().and_then(decimal).and_then(Tell::of) {
            Some(Tell::Metrics) => asked::metrics(&mut messages, &self.0, now),
            Some(Tell::Sets) => {
                while !flat.is_at_end() {
                    self.0.handle(now, told::set(&mut flat));
                }
            }
            Some(name) => {
                if let Some(input) = told::input(name, &mut flat) {
                    self.0.handle(now, input);
                }
            }
            None => {}
        }
        while let Some(output) = self.0.poll() {
            // All calls of a task come together.
            if matches!(output, Output::Defer) {
                self.0.handle(now, Input::BurstEnded);
            } else {
                asked::output(&mut messages, &output, self.0.owner(), now);
            }
        }
        messages.finish()
    }
}
