//! One file per command.

pub(crate) mod audit;
pub(crate) mod hooks;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod open;
pub(crate) mod provision;
pub(crate) mod sandbox;
pub(crate) mod serve;
