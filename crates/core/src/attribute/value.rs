//! What an attribute can be: text, a finite number, or a boolean.

use crate::json;

/// An attribute's value.
///
/// A number is kept as the JSON number text that its giver wrote: it is passed on to the digit, and no float is ever formatted.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A finite number, as JSON number text (RFC 8259 §6).
    Number(String),
    /// A boolean.
    Bool(bool),
}

impl Value {
    /// Its size, in bytes of UTF-8, as the limits count it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Number(text) => text.len(),
            Self::Bool(value) => 5 - usize::from(*value),
        }
    }

    /// Appends it as JSON.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Self::Text(text) => json::string(out, text),
            Self::Number(text) => out.push_str(text),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        }
    }

    /// Its type's letter and its text: `s`, `n` or `b`.
    #[must_use]
    pub fn parts(&self) -> (char, &str) {
        match self {
            Self::Text(text) => ('s', text),
            Self::Number(text) => ('n', text),
            Self::Bool(true) => ('b', "true"),
            Self::Bool(false) => ('b', "false"),
        }
    }

    /// Reads what [`Value::parts`] gave.
    #[must_use]
    pub fn from_parts(letter: char, text: &str) -> Option<Self> {
        match (letter, text) {
            ('s', _) => Some(Self::Text(text.to_owned())),
            ('n', _) if json::is_number(text) => Some(Self::Number(text.to_owned())),
            ('b', "true") => Some(Self::Bool(true)),
            ('b', "false") => Some(Self::Bool(false)),
            _ => None,
        }
    }
}

/// An attribute may be personal: `Debug` names the type and the size only.
impl core::fmt::Debug for Value {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}({} bytes)", self.parts().0, self.bytes())
    }
}
