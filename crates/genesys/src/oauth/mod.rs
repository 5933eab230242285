//! OAuth 2.0 (RFC 6749): how the organisation's token is got and kept.
//!
//! - `client_credentials`: O1, one request to the token endpoint;
//! - `bearer`: the one token for all requests, by the core's lifecycle;
//! - `store`: where it outlives a restart.

mod bearer;
mod client_credentials;
mod store;

pub(crate) use bearer::Bearer;
pub use store::{Stored, TokenStore};
