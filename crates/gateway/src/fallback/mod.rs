//! Forms that no worker caught: sealed here, on arrival, by the core's own machine, before anything is stored, logged or sent on. What
//! Genesys does not take at once waits in the database, as the worker's queue does in a browser, and by the same rules.
//!
//! ```text
//!  a post ─► form ─► run: the core's machine for one guest ─► shell ─► rows (database), agree, proxy (Genesys)
//!                              ▲                                │
//!  deliver: what is due ───────┘                                └─► told (log, audit, metrics)
//! ```
//! - [`form`]: reads the body;
//! - [`agree`]: the key agreement;
//! - [`asker`]: on whose word it is done;
//! - [`shell`]: performs what the machine asks for; [`run`]: until nothing is left to do for now;
//! - [`rows`]: the machine's rows in the database;
//! - [`told`]: what is told of a form beside its answer;
//! - [`handle`]: answers a post; [`deliver`]: makes later attempts.

mod agree;
mod asker;
pub(crate) mod deliver;
mod form;
mod handle;
mod rows;
mod run;
mod shell;
mod told;

pub(crate) use handle::handle;
