//! What an attribute can be: text, a finite number, or a boolean.

use alloc::string::String;

use crate::json;
use crate::shared_str::SharedStr;

/// An attribute's value.
///
/// Kept as it crosses boundaries and is stored: its type's letter (`s`, `n` or `b`) and its text. A number is the JSON number text that
/// its giver wrote: it is passed on to the digit, and no float is ever formatted.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(SharedStr);

impl Value {
    /// A string.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut typed = String::from("s");
        typed += text;
        Self(typed.into())
    }

    /// Its type's letter and its text.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.0
    }

    /// Reads what [`Value::typed`] gave.
    #[must_use]
    pub fn from_typed(typed: &str) -> Option<Self> {
        let is_value = match typed.as_bytes() {
            [b's', ..] => true,
            [b'n', ..] => json::is_number(typed.get(1..)?),
            _ => matches!(typed, "btrue" | "bfalse"),
        };
        is_value.then(|| Self(typed.into()))
    }

    /// Its size, in bytes of UTF-8, as the limits count it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.len() - 1
    }

    /// Appends it as JSON.
    pub fn write_json(&self, out: &mut String) {
        let text = self.0.get(1..).unwrap_or_default();
        match self.0.as_bytes() {
            [b's', ..] => json::string(out, text),
            _ => out.push_str(text),
        }
    }
}

/// An attribute may be personal: `Debug` names the type and the size only.
impl core::fmt::Debug for Value {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}({} bytes)", self.0.get(..1).unwrap_or_default(), self.bytes())
    }
}
