//! The types of attributes' values.

use serde_json::Value;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

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

    pub(super) fn admits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Date => value.as_str().is_some_and(is_date),
            Self::Other => true,
        }
    }
}

fn is_date(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok() || (text.len() == 10 && Date::parse(text, &Iso8601::DATE).is_ok())
}
