//! JSON Patch documents (RFC 6902), written only.
//!
//! - [`pointer`]: where an operation applies (RFC 6901);
//! - [`document`]: the operations of one update, absolute ones only, so that a repeat has no further effect;
//! - [`date`]: RFC 3339 text of a moment.
//!
//! There is no reader: whoever receives a patch is not this crate.

pub mod date;
pub mod document;
pub mod pointer;

pub use document::{Document, Operation};
pub use pointer::{Pointer, PointerError};
