//! Custom attributes: their definitions, and what a record's values must keep. The same rules as the server's, so that what it would
//! refuse for a value is refused here.
//!
//! - [`definition`]: name, type, default; read strictly from a person's file, leniently from the server;
//! - [`kind`]: the types of values;
//! - [`rule`]: one validation rule;
//! - [`rules`]: the definitions that a record may use;
//! - [`file`]: definitions in YAML or JSON;
//! - [`difference`]: where a wanted definition and a present one differ;
//! - [`apply`]: the plan, and carrying it out.

mod apply;
mod definition;
mod difference;
mod file;
mod kind;
mod rule;
mod rules;

pub use apply::{Change, Plan, Planned};
pub use definition::{Definition, Issue};
pub use file::{FileError, read_definitions};
pub use kind::{Kind, Scalar};
pub use rules::{LONGEST_ID, Problem, Rules, Update};
