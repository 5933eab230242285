//! What the face is asked, as the JSON text of an array.

use guestsync_core::json;

use crate::host::Host;

/// A message under construction.
pub(crate) struct Message(String);

impl Message {
    pub(crate) fn new(name: &str) -> Self {
        let mut text = String::from("[");
        json::string(&mut text, name);
        Self(text)
    }

    fn next(&mut self) -> &mut String {
        self.0.push(',');
        &mut self.0
    }

    pub(crate) fn text(&mut self, value: &str) {
        json::string(self.next(), value);
    }

    pub(crate) fn maybe(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.text(value),
            None => self.next().push_str("null"),
        }
    }

    pub(crate) fn number(&mut self, value: u64) {
        json::integer(self.next(), value);
    }

    pub(crate) fn flag(&mut self, value: bool) {
        self.next().push_str(if value { "true" } else { "false" });
    }

    pub(crate) fn texts(&mut self, values: &[String]) {
        self.next().push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            json::string(&mut self.0, value);
        }
        self.0.push(']');
    }

    pub(crate) fn send(mut self, host: &Host) {
        self.0.push(']');
        host.ask(&self.0);
    }
}
