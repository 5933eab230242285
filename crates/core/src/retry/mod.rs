//! When to try again, and when not: the one retry table of every shell.
//!
//! - [`verdict`]: what an answer means;
//! - [`policy`]: how long to wait before the next try;
//! - [`retry_after`]: what the server itself asked for (RFC 9110 §10.2.3).

pub mod policy;
pub mod retry_after;
pub mod verdict;

pub use policy::{Jitter, Policy};
pub use retry_after::retry_after;
pub use verdict::{Verdict, judge};
