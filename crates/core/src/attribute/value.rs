//! What an attribute can be: text, a finite number, or a boolean.

use alloc::borrow::ToOwned;
use alloc::string::String;

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

    fn letter(&self) -> &'static str {
        match self {
            Self::Text(_) => "s",
            Self::Number(_) => "n",
            Self::Bool(_) => "b",
        }
    }

    /// Its type's letter (`s`, `n` or `b`) and its text.
    #[must_use]
    pub fn typed(&self) -> String {
        let text = match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        };
        let mut typed = String::with_capacity(text.len() + 1);
        typed += self.letter();
        typed += text;
        typed
    }

    /// Reads what [`Value::typed`] gave.
    #[must_use]
    pub fn from_typed(typed: &str) -> Option<Self> {
        let text = typed.get(1..)?;
        match typed.as_bytes().first()? {
            b's' => Some(Self::Text(text.to_owned())),
            b'n' if json::is_number(text) => Some(Self::Number(text.to_owned())),
            b'b' if text == "true" => Some(Self::Bool(true)),
            b'b' if text == "false" => Some(Self::Bool(false)),
            _ => None,
        }
    }
}

/// An attribute may be personal: `Debug` names the type and the size only.
impl core::fmt::Debug for Value {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}({} bytes)", self.letter(), self.bytes())
    }
}
