//! `guestsync provision` and `guestsync jobs`, as processes of their own.
//!
//! - `world`, `receiver`: what stands around them;
//! - `once`, `file`, `ended`: what must hold; `served`: of a gateway too.

mod ended;
mod file;
mod once;
mod receiver;
mod served;
pub(crate) mod world;
