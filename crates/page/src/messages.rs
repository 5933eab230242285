//! What the face is asked, as the JSON text of an array of arrays.

use guestsync_core::json;

/// Messages under construction; an empty text when there is none.
#[derive(Default)]
pub(crate) struct Messages(String);

impl Messages {
    /// Ends the message before, if any, and begins one.
    pub(crate) fn begin(&mut self, name: &str) {
        self.0.push_str(if self.0.is_empty() { "[[" } else { "],[" });
        json::string(&mut self.0, name);
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

    pub(crate) fn finish(mut self) -> String {
        if !self.0.is_empty() {
            self.0.push_str("]]");
        }
        self.0
    }
}
