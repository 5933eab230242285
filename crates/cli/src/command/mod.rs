//! One file per command.

pub(crate) mod audit;
mod database;
pub(crate) mod forms;
pub(crate) mod hooks;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod map;
pub(crate) mod open;
pub(crate) mod provision;
pub(crate) mod report;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod serve;
mod upstream;
