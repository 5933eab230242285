//! The profile machine: forms against rules, scripted lives of a form, and chaos.

mod chaos;
mod fates;
mod fields;
mod kept;
#[path = "../seal/keys.rs"]
mod keys;
mod mending;
mod options;
mod scripted;
mod shared;
mod world;
