//! Faults on demand: a plan of rules says which requests fail and how; the engine decides by a seed.

mod engine;
mod glob;
mod plan;
mod validate;

pub(crate) use engine::{Engine, RefusedEntities, Seen};
pub(crate) use plan::default_code;
pub use plan::{Effect, FaultPlan, RetryAfter, Rule};
pub use validate::FaultPlanError;
