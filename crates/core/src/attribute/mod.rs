//! Guest attributes: keys, values, and the limits that both keep.
//!
//! The limits here save a round trip; the server's answer is the truth.

pub mod issue;
pub mod update;
pub mod value;

pub use issue::{Code, Issue, Limits, check, is_reserved};
pub use update::{Given, Update};
pub use value::Value;
