//! What every upstream call passes through, one concern per file; `router.rs` gives the order.

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod correlation;
pub(crate) mod faults;
pub(crate) mod idempotency;
pub(crate) mod log;
pub(crate) mod rate;
pub(crate) mod unanswered;
