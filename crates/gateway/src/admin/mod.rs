//! The administration address: what operators and their tools ask of the gateway, on a listener of its own.
//!
//! It exists only where a token is configured, and only on this machine. Every call carries that token.
//!
//! - [`token`]: who may call;
//! - [`router`]: the routes, one file each.

mod channels;
mod job;
mod map;
mod meta_error;
mod rejects;
mod report;
mod router;
mod token;

pub(crate) use router::router;
