//! `guestsync provision` and `guestsync jobs`, as processes of their own.
//!
//! - `world`, `receiver`: what stands around them;
//! - `once`, `file`, `ended`: what must hold.

mod ended;
mod file;
mod once;
mod receiver;
mod world;
