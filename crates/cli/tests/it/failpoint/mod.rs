//! R5, point by point: a process is ended after its first lasting effect, the next one after its second, and so on until one comes to
//! its end. Each time another process goes on with what was left: what was answered is not lost, and nothing is doubled.
//!
//! - `form`: a form that the gateway keeps;
//! - `gateway`: a session, its writes and their events;
//! - `map`: records in bulk;
//! - `provision`: a channel;
//! - `upload`: records in bulk that a gateway takes.

mod form;
mod gateway;
mod map;
mod provision;
mod upload;

/// The variable that a build for tests ends itself by.
const POINT: &str = "GUESTSYNC_FAILPOINT";

/// More points than any of them has: a walk that comes here does not end.
const MOST: u64 = 100;
