//! The gateway over real HTTP, in front of the real sandbox: one module a route, one a rule that several routes share.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod admin;
mod admin_map;
mod attack;
mod attributes;
mod audit;
mod budget;
mod channels;
mod cors;
mod crm;
mod field_key;
mod health;
mod idempotency;
mod init;
mod jwks;
mod keys;
mod log;
mod meta_inherit;
mod meta_rules;
mod meta_run;
mod meta_troubled;
mod openapi;
mod profile;
mod profile_sync;
mod provision_check;
mod provision_example;
mod sandbox_view;
mod session_end;
mod shared;
mod start;
mod stop;
mod stored;
mod token;
mod webhooks;
mod worker_script;
mod world;
