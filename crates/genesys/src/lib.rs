//! The upstream client: OAuth and the Guest API over HTTP.
//!
//! [`Client`] speaks the **guest** contract: one organisation token for all requests (fetched once however many ask, renewed
//! before it expires, replaced once after a 401), and one file per call under [`call`].
//!
//! - Calls that the gateway makes on its own account ([`Client::create_guest`], [`Client::write_batch`], …) are retried by the core's
//!   table and end in a typed value or a typed [`Error`].
//! - Calls that the gateway passes on for a browser ([`Client::attributes`], [`Client::set_attributes`], [`Client::profile`],
//!   [`Client::patch_profile`]) are sent once and come back as an [`Answer`]: whoever asked decides about retries.
//!
//! Calls wait for one budget, read from the rate headers and `Retry-After` of all answers, with a lane for each call that has a limit of
//! its own: for a browser at most [`Settings::browser_wait`], else as long as patience lasts. Sessions that visitors start
//! ([`Client::starting`]) leave a part of it to those who have one, and share the rest fairly by address.
//!
//! Redirects are never followed, so a credential goes nowhere but to the configured hosts. Nothing here logs a token, a body or a
//! guest's id.

mod answer;
mod budget;
pub mod call;
mod client;
mod error;
mod http;
pub mod oauth;
pub mod region;
mod send;
mod settings;
mod watch;

pub use answer::Answer;
pub use client::Client;
pub use error::Error;
pub use send::Effort;
pub use settings::{ClientAuth, RateLimit, Settings};
pub use watch::Watch;
