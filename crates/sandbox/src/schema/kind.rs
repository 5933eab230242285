//! The types of attributes' values.

use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

use crate::scalar::Scalar;

/// The type of an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Date,
}

impl Kind {
    /// A type by its name.
    pub(super) fn read(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::String),
            "number" => Some(Self::Number),
            "boolean" => Some(Self::Boolean),
            "date" => Some(Self::Date),
            _ => None,
        }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// Whether a value is of the type.
    pub(super) fn admits(self, value: &Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Date, Scalar::Text(text)) => is_date(text),
            (Self::String, Scalar::Text(_)) | (Self::Number, Scalar::Number(_)) | (Self::Boolean, Scalar::Flag(_)) => true,
            _ => false,
        }
    }
}

fn is_date(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok() || (text.len() == 10 && Date::parse(text, &Iso8601::DATE).is_ok())
}
