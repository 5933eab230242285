//! The binary as a person or a script runs it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the report")]

mod assertion;
mod audit;
mod beside;
mod failpoint;
mod genesys;
mod idle;
mod keys;
mod killed;
mod map;
mod open;
mod provision;
mod report;
mod run;
mod schema;
mod serve;
mod stalled_log;
mod storm;
mod tls;
mod upstream;
