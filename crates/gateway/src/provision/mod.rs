//! Provisioning messaging channels: a file says which there are to be, and each is made once.
//!
//! ```text
//!  text ─ document ─► nodes ─ check ─► channels ─ plan ─► jobs ─ machine ─► C1, C2 ─► webhook, audit
//! ```
//! - `document`: YAML or JSON, and what in it is a channel;
//! - `check`: everything that is wrong with a file, all at once, by path;
//! - [`Channel`]: what Genesys is asked for;
//! - `existing`: what is there already;
//! - `machine`: one channel's job, without I/O; `suffix`: the name it gets where its own is taken;
//! - `schema`: the same rules for editors, as a JSON Schema.

#[allow(dead_code, reason = "the jobs follow")]
mod channel;
mod check;
mod document;
#[allow(dead_code, reason = "the jobs follow")]
mod existing;
#[allow(dead_code, reason = "the jobs follow")]
mod machine;
mod problem;
mod schema;
#[allow(dead_code, reason = "the jobs follow")]
mod suffix;

pub use channel::{Channel, Policy, Routing, Theme, Widget};
pub use check::{Document, read};
pub use document::{LARGEST, Syntax};
pub use machine::{Doubt, How, OnConflict, Progress, Reason, State};
pub use problem::{Problem, Problems, Rule};
pub use schema::SCHEMA;
