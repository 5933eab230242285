//! What surrounds every handler.
//!
//! - [`stack`]: all layers in their order;
//! - [`trace`]: a span and a request id;
//! - [`headers`]: what every answer says;
//! - [`cors`]: who else may call;
//! - [`limits`]: time, and panics.

mod cors;
mod headers;
mod limits;
mod stack;
mod trace;

pub(crate) use stack::wrap;
