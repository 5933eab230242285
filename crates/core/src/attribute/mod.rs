//! Guest attributes: keys, values, and the limits that both keep.
//!
//! The limits here save a round trip; the server's answer is the truth.

pub mod flat;
pub mod issue;
pub mod value;

pub use flat::{Given, Update};
pub use issue::{Code, Issue, Limits, check};
pub use value::Value;
