//! The rules and machines of Guestsync.
//!
//! Nothing in this crate reads a clock, draws a random number, opens a socket, touches storage or writes a log line: time and
//! entropy come in as arguments, everything asked of the outside is an output, and its result, failure included, comes back as an
//! input. The shells (page, worker, gateway) perform the outputs and decide nothing. The compiler holds it to that: it is built without
//! the standard library.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod attribute;
pub mod clock;
pub mod codes;
pub mod consent;
pub mod flat;
pub mod journal;
pub mod json;
pub mod messages;
pub mod metrics;
pub mod outbox;
pub mod patch;
pub mod pii;
pub mod profile;
pub mod random;
pub mod retry;
pub mod seal;
pub mod sensitive;
pub mod shared_str;
pub mod sorted;
pub mod text;
pub mod time;
pub mod token;

pub use sensitive::Sensitive;
pub use time::{Millis, Now};
