//! The service worker shell: the core's profile machine behind a typed boundary.
//!
//! ```text
//!   sw/src/effect/NAME.ts ── Host.NAME ◄── Output ── machine ◄── Input ── ProfileWorker.NAME ◄── what became of it
//! ```
//! The effects themselves (fetch, WebCrypto, the engine's form and JSON parsers, timers) are performed by the TypeScript face, one
//! file each: there they weigh a fraction of what they do in wasm. Neither side decides anything.

mod host;
#[cfg(target_arch = "wasm32")]
mod memory;
mod options;
mod time;
mod worker;

pub use host::Host;
pub use options::WorkerOptions;
pub use worker::{BodyKind, ProfileWorker, UnreadableForm};
