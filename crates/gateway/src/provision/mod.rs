//! Provisioning messaging channels: a file says which there are to be, and each is made once.
//!
//! ```text
//!  text ─ document ─► nodes ─ check ─► channels ─ plan ─► jobs ─ machine ─► C1, C2 ─► webhook, audit
//! ```
//! - `document`: YAML or JSON, and what in it is a channel;
//! - `check`: everything that is wrong with a file, all at once, by path;
//! - [`Channel`]: what Genesys is asked for;
//! - `existing`: what is there already;
//! - [`Plan`]: what would be done;
//! - `queue`: adds jobs, each name's once; `worker` works on them, turn by turn (`step`), also on those that others left;
//! - `machine`: one channel's job, without I/O; `suffix`: the name it gets where its own is taken;
//! - [`Provisioner`]: all of this for the command line; [`Report`]: what came of it;
//! - `schema`: the same rules for editors, as a JSON Schema.

mod channel;
mod check;
mod document;
mod existing;
mod machine;
mod plan;
mod problem;
mod provisioner;
pub(crate) mod queue;
mod report;
mod schema;
mod step;
mod suffix;
pub(crate) mod worker;

pub use channel::{Channel, Policy, Routing, Theme, Widget};
pub use check::{Document, read};
pub use document::{LARGEST, Syntax};
pub use machine::{Doubt, How, OnConflict, Progress, Reason, State};
pub use plan::{Action, Plan, Planned};
pub use problem::{Problem, Problems, Rule};
pub use provisioner::{ProvisionError, Provisioner, Wait};
pub use report::{Counts, Outcome, Report};
pub use schema::SCHEMA;
