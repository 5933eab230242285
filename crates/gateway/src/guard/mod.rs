//! Who may call: checks that come before a handler looks at anything else.
//!
//! - [`host`]: under which name we were called;
//! - [`same_origin`]: cross-site request forgery;
//! - [`session`]: the cookie;
//! - [`bearer`]: the capability;
//! - [`this_machine`]: the sandbox's view.

pub(crate) mod bearer;
pub(crate) mod host;
pub(crate) mod same_origin;
pub(crate) mod session;
pub(crate) mod this_machine;
