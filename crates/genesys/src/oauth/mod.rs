//! OAuth 2.0 (RFC 6749): how the organisation's token is got and kept.
//!
//! - `request`: O1 or O2, one request to the token endpoint; `assertion`: what O2 sends;
//! - `refusal`: why there is none;
//! - `bearer`: the one token for all requests, by the core's lifecycle;
//! - `store`: where it outlives a restart.

mod assertion;
mod bearer;
mod refusal;
mod request;
mod store;

pub use assertion::Assertion;
pub(crate) use bearer::Bearer;
pub use store::{Stored, TokenStore};
