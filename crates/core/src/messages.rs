//! What a shell asks of its TypeScript face, as the JSON text of an array of arrays: codes, each with what is given.

use alloc::string::String;

use zeroize::Zeroize;

use crate::json;

/// Messages under construction; an empty text when there is none. They may hold a capability: what they grow out of is wiped.
#[derive(Debug, Default)]
pub struct Messages(String);

impl Messages {
    /// Ends the message before, if any, and begins one of this number.
    pub fn begin(&mut self, code: u64) {
        let between = if self.0.is_empty() { "[[" } else { "],[" };
        let text = self.room(28);
        text.push_str(between);
        json::integer(text, code);
    }

    /// The text, with room for this many bytes more.
    fn room(&mut self, more: usize) -> &mut String {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = String::with_capacity((self.0.len() + more) * 2);
            larger.push_str(&self.0);
            self.0.zeroize();
            self.0 = larger;
        }
        &mut self.0
    }

    fn next(&mut self, more: usize) -> &mut String {
        let text = self.room(more + 4);
        *text += ",";
        text
    }

    /// A text.
    pub fn text(&mut self, value: &str) {
        let escapes: usize = value.bytes().filter(|byte| matches!(byte, 0..b' ' | b'"' | b'\\')).count();
        json::string(self.next(value.len() + escapes * 5), value);
    }

    /// A text, or null.
    pub fn maybe(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.text(value),
            None => self.next(4).push_str("null"),
        }
    }

    /// A whole number.
    pub fn number(&mut self, value: u64) {
        json::integer(self.next(20), value);
    }

    /// True or false.
    pub fn flag(&mut self, value: bool) {
        self.next(5).push_str(if value { "true" } else { "false" });
    }

    /// Texts, as an array.
    pub fn texts<T: core::ops::Deref<Target = str>>(&mut self, values: &[T]) {
        *self.next(2) += "[";
        for (at, value) in values.iter().enumerate() {
            let text = self.room(value.len() * 6 + 4);
            if at > 0 {
                *text += ",";
            }
            json::string(text, value);
        }
        *self.room(3) += "]";
    }

    /// All of them.
    #[must_use]
    pub fn finish(mut self) -> String {
        if !self.0.is_empty() {
            self.room(2).push_str("]]");
        }
        self.0
    }
}
