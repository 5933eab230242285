//! The narrow way to Genesys: four calls, for the guest of the capability, and nothing else.
//!
//! - [`path`]: refuses every path that could mean another one;
//! - [`reply`]: answers in Genesys' form, errors included;
//! - [`attributes`]: what an update of attributes says; [`patch`]: what a profile patch may do;
//! - [`once`]: one effect and one answer for each `Idempotency-Key`; [`to_its_end`]: even if whoever asked goes away;
//! - [`preconditions`]: which headers go along;
//! - [`told`]: what is told of a write: audit and event;
//! - [`fenced`]: patches in their order; [`turns`]: one of a guest at a time.

pub(crate) mod attributes;
pub(crate) mod fenced;
pub(crate) mod once;
pub(crate) mod patch;
pub(crate) mod path;
pub(crate) mod preconditions;
pub(crate) mod reply;
mod to_its_end;
pub(crate) mod told;
pub(crate) mod turns;

pub(crate) use turns::Turns;
