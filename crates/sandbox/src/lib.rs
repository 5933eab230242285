//! A strict stand-in for Genesys Cloud: every upstream call Guestsync makes, on axum, in memory.
//!
//! It shares no code with the rest of the workspace, so that it can contradict it: what a call takes, what it refuses
//! and how it says so is written down here a second time, from the contract alone. It is built to be unkind in a
//! repeatable way (see [`FaultPlan`]) and to be asked afterwards what really happened (`/_sandbox/…`).
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use guestsync_sandbox::{Client, Options, Sandbox};
//!
//! let options = Options { clients: vec![Client::with_all_scopes("sandbox", "a secret")], ..Options::default() };
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! Sandbox::new(options).serve(listener, std::future::pending()).await
//! # }
//! ```

mod attributes;
mod batch;
mod calls;
mod clock;
mod connection;
mod control;
mod email;
mod endpoint;
mod error;
mod fault;
mod form;
mod input;
mod layer;
mod options;
mod paging;
mod patch;
mod precondition;
mod router;
mod sample;
mod sandbox;
mod scalar;
mod schema;
mod shared;
mod store;

pub use clock::Clock;
pub use fault::{Effect, FaultPlan, FaultPlanError, RetryAfter, Rule};
pub use options::{AttributeLimits, Client, Options, RateLimit, Sample};
pub use sandbox::Sandbox;
