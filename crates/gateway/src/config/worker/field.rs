//! One field of the form: where it goes, and under which conditions.

use guestsync_core::patch::{Operation, Pointer};
use guestsync_core::profile;
use serde::Serialize;
use toml::{Table, Value};

/// Where a form field goes, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Written")]
pub struct Field {
    /// The member of the profile.
    pub pointer: Pointer,
    /// The member may be missing (`add` instead of `replace`).
    pub add: bool,
    /// The most bytes of UTF-8.
    pub max: Option<usize>,
    /// White space at both ends is kept.
    pub verbatim: bool,
    /// One form for values that can be written in several ways: `email` or `phone`.
    pub normalise: Option<&'static str>,
    /// Sent only while this purpose is granted; none: submitting is the consent.
    pub purpose: Option<String>,
}

/// A field as JavaScript reads it: its pointer, or an object where there is more to say.
#[derive(Serialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Full {
        pointer: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation: Option<&'static str>,
        #[serde(rename = "maxBytes", skip_serializing_if = "Option::is_none")]
        max: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        trim: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        normalise: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        purpose: Option<String>,
    },
}

impl From<Field> for Written {
    fn from(field: Field) -> Self {
        let pointer = field.pointer.as_str().to_owned();
        match field {
            Field { add: false, max: None, verbatim: false, normalise: None, purpose: None, .. } => Self::Plain(pointer),
            Field { add, max, verbatim, normalise, purpose, .. } => {
                let (operation, trim) = (add.then_some("add"), verbatim.then_some(false));
                Self::Full { pointer, operation, max, trim, normalise, purpose }
            }
        }
    }
}

impl Field {
    /// The field that sets this member and has nothing else to say.
    pub(super) const fn plain(pointer: Pointer) -> Self {
        Self { pointer, add: false, max: None, verbatim: false, normalise: None, purpose: None }
    }

    /// The field as the file has it: a pointer, or a table.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Pointer::parse(text).ok().map(Self::plain),
            Value::Table(table) => full(table),
            _ => None,
        }
    }

    /// The field of this name as the core has it.
    pub(super) fn rule(&self, name: &str) -> profile::Field {
        let usual = profile::Field::new(name, self.pointer.clone());
        profile::Field {
            operation: if self.add { Operation::Add } else { Operation::Replace },
            max_bytes: self.max.unwrap_or(usual.max_bytes),
            trim: !self.verbatim,
            normal: match self.normalise {
                Some("email") => Some(profile::NormalForm::Email),
                Some("phone") => Some(profile::NormalForm::Phone),
                _ => None,
            },
            purpose: self.purpose.as_deref().map(Into::into),
            ..usual
        }
    }
}

fn full(table: &Table) -> Option<Field> {
    if table.keys().any(|key| !["pointer", "add", "max", "trim", "normalise", "purpose"].contains(&key.as_str())) {
        return None;
    }
    let mut field = Field::plain(Pointer::parse(table.get("pointer")?.as_str()?).ok()?);
    if let Some(add) = table.get("add") {
        field.add = add.as_bool()?;
    }
    if let Some(max) = table.get("max") {
        field.max = Some(usize::try_from(max.as_integer()?).ok()?);
    }
    if let Some(trim) = table.get("trim") {
        field.verbatim = !trim.as_bool()?;
    }
    if let Some(normalise) = table.get("normalise") {
        field.normalise = Some(["email", "phone"].into_iter().find(|known| normalise.as_str() == Some(known))?);
    }
    if let Some(purpose) = table.get("purpose") {
        field.purpose = Some(purpose.as_str().filter(|purpose| !purpose.is_empty())?.to_owned());
    }
    Some(field)
}
