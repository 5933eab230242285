//! One file per effect that the outbox asks for.

pub(crate) mod answer;
pub(crate) mod fetch;
pub(crate) mod journal;
pub(crate) mod lock;
pub(crate) mod resolve;
pub(crate) mod start;
pub(crate) mod token;
