//! The sandbox over real HTTP: one module per endpoint, one per layer.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod a1;
mod common;
mod o1;
