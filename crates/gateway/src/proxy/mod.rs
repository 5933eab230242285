//! The narrow way to Genesys: four calls, for the guest of the capability, and nothing else.
//!
//! - [`path`]: refuses every path that could mean another one;
//! - [`reply`]: answers in Genesys' form, errors included;
//! - [`patch`]: what a profile patch may do;
//! - [`turns`]: one patch of a guest at a time.

pub(crate) mod patch;
pub(crate) mod path;
pub(crate) mod reply;
pub(crate) mod turns;

pub(crate) use turns::Turns;
