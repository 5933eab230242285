//! The sandbox over real HTTP: one module per endpoint, one per layer.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod a1;
mod a2;
mod auth;
mod body;
mod c1;
mod c2;
mod common;
mod control;
mod faults;
mod g1;
mod g2;
mod g3;
mod idempotency;
mod o1;
mod o2;
mod p1;
mod p2;
mod r1;
mod rate;
mod s1;
mod s2;
mod s3;
mod s4;
mod s5;
