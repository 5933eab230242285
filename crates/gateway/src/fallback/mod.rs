//! Forms that no worker caught: sealed here, on arrival, by the core's own machine, before anything is stored, logged or sent on.
//!
//! - [`form`]: reads the body;
//! - [`agree`]: the key agreement;
//! - [`shell`]: performs what the machine asks for.

mod agree;
mod form;
mod shell;

pub(crate) use shell::handle;
