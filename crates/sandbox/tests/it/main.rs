//! The sandbox over real HTTP: one module per endpoint, one per layer.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod a1;
mod a2;
mod auth;
mod body;
mod common;
mod control;
mod faults;
mod g1;
mod g2;
mod g3;
mod idempotency;
mod o1;
mod p1;
mod p2;
mod rate;
