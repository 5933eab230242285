//! From the fields of a CRM record to attributes.
//!
//! ```yaml
//! id: [ticketId, id]                 # the first of these that has a value is the record's id
//! fields:
//!   - {from: ticketId, to: crm_ticket_id}
//!   - from: priority                 # a field's name, or a JSON Pointer like /ticket/priority
//!     to: crm_ticket_priority
//!     transforms: [trim, lower, {values: {urgent: critical}}, {default: low}]
//! ```
//! - [`file`]: a map as a person writes it;
//! - [`transform`]: what is done to a value;
//! - [`record`]: one record mapped;
//! - [`tally`]: what was left out.

mod file;
mod record;
mod tally;
mod transform;

pub use file::MapError;
pub use record::{Mapped, Mapper};
pub use tally::{LeftOut, Tally};

use transform::Transform;

/// Which field becomes which attribute, and how.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Where the record's id is, the first that has a value.
    id: Vec<Place>,
    fields: Vec<Field>,
    /// The text that it was read from: another text is another run.
    source: String,
}

#[derive(Debug, Clone)]
struct Field {
    from: Place,
    to: String,
    transforms: Vec<Transform>,
}

/// Where a value is in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Member(String),
    Pointer(String),
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            pointer if pointer.starts_with('/') => Some(Self::Pointer(pointer.to_owned())),
            member => Some(Self::Member(member.to_owned())),
        }
    }
}

impl Mapping {
    /// The attributes that records are mapped to.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.to.as_str())
    }

    /// The text that it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}
