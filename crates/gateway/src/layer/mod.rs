//! What surrounds every handler.
//!
//! - [`stack`]: all layers in their order;
//! - [`trace`]: a span and a request id;
//! - [`headers`]: what every answer says;
//! - [`cors`]: who else may call;
//! - [`limits`]: time, and panics;
//! - [`rate`]: how much may come from whom;
//! - [`script`]: which path is a service worker's.

mod cors;
pub(crate) mod headers;
pub(crate) mod limits;
mod rate;
mod script;
mod stack;
pub(crate) mod trace;

pub(crate) use rate::{Limits, Sender, network};
pub(crate) use stack::wrap;
