//! The types of attributes' values.

use serde_json::Value;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

use crate::meta::input::Field;

/// A value to be looked at, a text wherever it stands.
#[derive(Debug, Clone, Copy)]
pub enum Scalar<'v> {
    /// A text.
    Text(&'v str),
    /// Any other value.
    Other(&'v Value),
}

impl<'v> From<&'v Value> for Scalar<'v> {
    fn from(value: &'v Value) -> Self {
        value.as_str().map_or(Self::Other(value), Self::Text)
    }
}

impl<'v> From<&'v Field<'_>> for Scalar<'v> {
    fn from(field: &'v Field<'_>) -> Self {
        match field {
            Field::Text(text) => Self::Text(text),
            Field::Other(value) => value.into(),
        }
    }
}

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// `2026-11-20`, or a time in the form of RFC 3339.
    Date,
    /// A type of the server's that is not known here: it decides alone.
    Other,
}

impl Kind {
    pub(super) fn read(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            _ => return None,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Other => "other",
        }
    }

    pub(super) fn admits(self, value: Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Date, Scalar::Text(text)) => is_date(text),
            (Self::Number, Scalar::Other(value)) => value.is_number(),
            (Self::Boolean, Scalar::Other(value)) => value.is_boolean(),
            (Self::String, Scalar::Text(_)) | (Self::Other, _) => true,
            _ => false,
        }
    }
}

fn is_date(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok() || (text.len() == 10 && Date::parse(text, &Iso8601::DATE).is_ok())
}
