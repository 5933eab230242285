//! The binary as a person or a script runs it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the report")]

mod audit;
mod keys;
mod open;
mod provision;
mod run;
mod serve;
