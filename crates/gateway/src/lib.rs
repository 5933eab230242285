//! The gateway: the Guest API in front of Genesys, safe for browsers.
//!
//! ```text
//!  browser ──► layer (time, CORS, headers, trace) ──► guard (origin, cookie, capability) ──► route ──► genesys
//!                                                                                             └──► db, keys
//!                                                                                             └──► audit, webhook, jobs
//! ```
//! [`Gateway`] is the whole of it: opened from a [`config::Config`], served on a listener. `docs/http.md` says what each route answers.

mod admin;
mod alone;
mod app;
mod assets;
pub mod audit;
mod beside;
mod body;
mod capability;
mod clock;
pub mod config;
mod cookie;
mod crm;
mod db;
mod failpoint;
mod fallback;
mod guard;
mod jobs;
pub mod keys;
mod layer;
mod listen;
pub mod meta;
mod metrics;
pub mod open;
mod openapi;
mod operator;
mod owner;
pub mod provision;
mod proxy;
mod refusal;
mod route;
mod router;
mod serve;
mod sharing;
mod text;
mod tokens;
mod visitor;
pub mod webhook;

pub use app::StartError;
pub use beside::Beside;
pub use crm::CrmError;
pub use db::OpenError;
pub use db::forms::Form;
pub use jobs::{JobError, View as JobView};
pub use listen::TlsError;
pub use operator::Operator;
pub use serve::Gateway;
