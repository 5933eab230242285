//! The client over real HTTP against small servers that do one thing each.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod channels;
mod connections;
mod oauth;
mod retries;
mod safety;
mod server;
